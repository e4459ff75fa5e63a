#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ground/clock/clock.hpp"
#include "ground/result.hpp"
#include "store/bounds.hpp"
#include "store/chain.hpp"
#include "store/codec/chunk.hpp"
#include "store/opening.hpp"
#include "store/reader.hpp"
#include "store/reader/journal_cursor.hpp"
#include "store/reader/journal_tail.hpp"
#include "store/reader/summary_shelf.hpp"

// What one Reader works with: its connection, statements that are prepared once, the journal's tail, and what it found damaged.
// Used by the files of this folder, each of which is a part of Reader.
namespace holdup::store {

/// A row that nothing can be made of, where there is nothing to go on with.
struct DamagedRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Session {
 public:
  explicit Session(std::unique_ptr<SQLite::Database> file) : file_{std::move(file)} {}

  [[nodiscard]] SQLite::Database& file() { return *file_; }
  /// `sql` is a literal: its address is the key.
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  [[nodiscard]] JournalTail& tail() { return tail_; }
  [[nodiscard]] JournalCursor& cursor() { return cursor_; }
  [[nodiscard]] SummaryShelf& shelf() { return shelf_; }

  void note(std::string where, std::string what);
  [[nodiscard]] std::vector<Flaw> take_flaws() { return std::exchange(flaws_, {}); }

  /// Whether the file's events carry a checksum: those of format 1, and of files set aside, need not.
  [[nodiscard]] bool events_have_crc();
  /// Throws DamagedRow where there are no samples as this format has them.
  void expect_samples();

  ground::Duration slice = std::chrono::seconds{1};  // the longest snapshot

 private:
  std::unique_ptr<SQLite::Database> file_;
  std::map<const char*, SQLite::Statement> statements_;
  JournalTail tail_;
  JournalCursor cursor_;
  SummaryShelf shelf_;
  std::vector<Flaw> flaws_;
  std::optional<bool> events_have_crc_, has_samples_;
};

/// Refused where there is no store, or a newer one, or another program's.
[[nodiscard]] ground::Result<std::unique_ptr<SQLite::Database>> open_for_reading(const std::string& path);

/// A prepared statement in use; free for the next one afterwards, whatever happened.
class Use {
 public:
  template <class... Values>
  Use(Session& session, const char* sql, const Values&... values) : statement_{session.prepared(sql)} {
    int at = 0;
    (statement_.bind(++at, values), ...);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { statement_.tryReset(); }

  [[nodiscard]] bool step() { return statement_.executeStep(); }
  [[nodiscard]] std::int64_t integer(int column) { return statement_.getColumn(column).getInt64(); }
  [[nodiscard]] std::string text(int column) { return statement_.getColumn(column).getString(); }
  [[nodiscard]] bool is_null(int column) { return statement_.getColumn(column).isNull(); }
  /// Valid until the next step.
  [[nodiscard]] codec::BytesView bytes(int column);

 private:
  SQLite::Statement& statement_;
};

/// One consistent state of the file. Not nested.
class Snapshot {
 public:
  explicit Snapshot(Session& session) : session_{session} { begin(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() { end(); }

  /// A newer state, when this one has been held for the session's slice: so long the log cannot shrink.
  void renew_when_old();

 private:
  void begin();
  void end() noexcept;

  Session& session_;
  ground::Instant since_{};
};

/// The edge where exceptions end.
template <class Read>
auto guarded(const Read& read) -> ground::Result<decltype(read())> {
  try {
    return read();
  } catch (const DamagedRow& error) {
    return ground::Failure{ground::FailureKind::malformed, error.what()};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

/// (after seq, limit) to rows that audit_of and follows take.
extern const char* const audit_sql;
[[nodiscard]] StoredAudit audit_of(Use& row);
/// What is wrong when this record does not follow from `last` and its hash; `hash` becomes what this record says of itself.
[[nodiscard]] std::optional<Flaw> follows(Use& row, std::int64_t last, Hash& hash);

[[nodiscard]] std::int64_t floor_ms(ground::Utc time);
[[nodiscard]] std::int64_t ceil_ms(ground::Utc time);

}  // namespace holdup::store
