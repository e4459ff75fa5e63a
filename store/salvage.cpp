#include "store/salvage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "store/ledger.hpp"
#include "store/opening.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t rows_a_commit = 100;
constexpr std::size_t most_rows_backwards = 100'000;
constexpr int busy_timeout_ms = 2000;

// What another attempt may not meet again, other than damage.
bool of_the_disk(const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xFF;
  const bool torn_off = error.getExtendedErrorCode() == SQLITE_IOERR_SHORT_READ;
  return (code == SQLITE_IOERR && !torn_off) || code == SQLITE_BUSY || code == SQLITE_NOMEM || code == SQLITE_CANTOPEN;
}

/// Reads one table by its key, forwards and then backwards, each time up to where a page is damaged, and hands on what it read.
template <class Row>
class Gleaner {
 public:
  using Read = std::optional<Row> (*)(SQLite::Statement&);
  using Hand = std::function<bool(std::vector<Row>)>;
  Gleaner(SQLite::Database& file, std::string table, std::string key, std::string columns, Read read, Hand hand)
      : file_{file}, table_{std::move(table)}, key_{std::move(key)}, columns_{std::move(columns)}, read_{read}, hand_{std::move(hand)} {}

  /// False: the disk was in the way.
  bool run() {
    if (!forwards()) backwards();
    return !disturbed_;
  }

 private:
  void backwards() {
    std::vector<Row> rows;
    try {
      auto find = query(" DESC");
      while (rows.size() < most_rows_backwards && find.executeStep())
        if (auto row = read_(find)) rows.push_back(std::move(*row));
    } catch (const SQLite::Exception& error) {  // back at the damage
      disturbed_ |= of_the_disk(error);
    }
    hand_({std::make_move_iterator(rows.rbegin()), std::make_move_iterator(rows.rend())});
  }

  SQLite::Statement query(const std::string& order) {
    SQLite::Statement find{file_,
                           "SELECT " + key_ + ", " + columns_ + " FROM " + table_ + " WHERE " + key_ + " > ? ORDER BY " + key_ + order};
    find.bind(1, last_);
    return find;
  }

  bool forwards() {
    std::vector<Row> rows;
    bool whole = true;
    try {
      auto find = query("");
      while (find.executeStep()) {
        last_ = find.getColumn(0).getInt64();
        if (auto row = read_(find)) rows.push_back(std::move(*row));
        if (rows.size() >= rows_a_commit && !hand_(std::exchange(rows, {}))) return true;
      }
    } catch (const SQLite::Exception& error) {
      disturbed_ |= of_the_disk(error);
      whole = false;
    }
    return !hand_(std::move(rows)) || whole;
  }

  SQLite::Database& file_;
  std::string table_, key_, columns_;
  Read read_;
  Hand hand_;
  std::int64_t last_ = 0;
  bool disturbed_ = false;
};

std::optional<record::Event> event_of(SQLite::Statement& row) {
  auto event = record::event_from_json(row.getColumn(1).getString());
  if (!event) return std::nullopt;
  (void)record::refine(*event, ground::Utc{ground::Duration{row.getColumn(2).getInt64()}});
  return std::move(*event);
}

std::optional<Blob> blob_of(SQLite::Statement& row) {
  const auto bytes = row.getColumn(3);
  const auto* begin = static_cast<const std::uint8_t*>(bytes.getBlob());
  return Blob{row.getColumn(1).getString(), row.getColumn(2).getString(), {begin, begin + bytes.getBytes()}};
}

std::optional<OldAudit> audit_of(SQLite::Statement& row) {
  const auto hash = row.getColumn(7);
  const auto* begin = static_cast<const std::uint8_t*>(hash.getBlob());
  return OldAudit{row.getColumn(0).getInt64(),
                  {ground::Utc{ground::Duration{row.getColumn(1).getInt64()}}, row.getColumn(2).getString(),
                   ground::Instant{ground::Duration{row.getColumn(3).getInt64()}}, row.getColumn(4).getString(),
                   row.getColumn(5).getString(), row.getColumn(6).getString()},
                  {begin, begin + hash.getBytes()}};
}

// What stays in the damaged file, as far as it can be told.
Loss samples_left(SQLite::Database& file, Loss unknown) {
  try {
    SQLite::Statement find{file, "SELECT min(from_ms), max(to_ms), sum(samples) FROM chunk WHERE level >= 0"};
    if (find.executeStep())
      return {unknown.what, find.getColumn(0).getInt64(), find.getColumn(1).getInt64(), find.getColumn(2).getInt64(), unknown.why};
  } catch (const SQLite::Exception&) {  // nobody knows then
  }
  return unknown;
}

/// Hands rows on to the new file, and counts them.
class Carrier {
 public:
  Carrier(Ledger& into, Salvaged& out) : into_{into}, out_{out} {}

  template <class Row>
  [[nodiscard]] auto taking(std::vector<Row> Rescued::*rows, std::size_t Salvaged::*count) {
    return [this, rows, count](std::vector<Row> some) {
      const auto size = some.size();
      Rescued rescued;
      rescued.*rows = std::move(some);
      if (size == 0) return true;
      if (!carry(rescued)) return false;
      out_.*count += size;
      return true;
    };
  }

  /// False: no more of this kind. A chain that has gone on otherwise is no failure: the records stay where they are.
  bool carry(const Rescued& rescued) {
    if (out_.refused) return false;
    const auto done = into_.take_over(rescued);
    if (!done && done.error().kind != ground::FailureKind::refused) out_.refused = done.error();
    return done.has_value();
  }

 private:
  Ledger& into_;
  Salvaged& out_;
};

void read_all(SQLite::Database& file, Carrier& carrier, Salvaged& out) {
  file.exec("PRAGMA writable_schema = ON");  // SQLite then opens a file that is shorter than its header says; nothing is written
  Gleaner<record::Event> events{file, "event", "seq", "json, utc_ns", event_of, carrier.taking(&Rescued::events, &Salvaged::events)};
  Gleaner<OldAudit> audits{file,     "audit",
                           "seq",    "utc_ns, boot, mono_ns, actor, action, json, hash",
                           audit_of, carrier.taking(&Rescued::audits, &Salvaged::audits)};
  Gleaner<Blob> blobs{file, "blob", "row", "kind, key, bytes", blob_of, carrier.taking(&Rescued::blobs, &Salvaged::blobs)};
  out.disturbed |= !events.run();
  out.disturbed |= !audits.run();
  out.disturbed |= !blobs.run();
}

}  // namespace

Salvaged salvage(const std::string& damaged, const std::string& name, Ledger& into) {
  Salvaged out;
  Loss left{.what = "set aside: " + name, .why = "the file is damaged"};
  const auto known = into.knows_loss(left.what);
  if (!known) out.refused = known.error();
  if (!known || *known) return out;  // an earlier attempt came to its end
  Carrier carrier{into, out};
  try {
    SQLite::Database file{damaged, SQLite::OPEN_READONLY, busy_timeout_ms};
    read_all(file, carrier, out);
    left = samples_left(file, left);
  } catch (const SQLite::Exception& error) {  // not even its tables read
    out.disturbed |= of_the_disk(error);
  }
  if (!out.disturbed) carrier.carry({.loss = std::move(left)});
  return out;
}

}  // namespace holdup::store
