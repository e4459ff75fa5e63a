#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "store/catalog.hpp"
#include "store/codec/journal.hpp"
#include "store/record/series.hpp"
#include "store/tail.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

// Samples on their way into the file: batches become rows of the journal within a transaction, and wait in the tail once that is durable.
// Used by Ledger.
namespace holdup::store {

class Scrivener {
 public:
  /// `last_seq`: of the newest journal row there ever was.
  Scrivener(SQLite::Database& file, Catalog& catalog, Tail& tail, std::int64_t last_seq)
      : file_{file}, catalog_{catalog}, tail_{tail}, last_seq_{last_seq} {}

  /// write() adds one row of the journal; what the catalog lacks begins a transaction first.
  [[nodiscard]] static bool is_one_row(std::span<const record::Batch> batches);
  /// Within a transaction, or as one; may throw SQLite::Exception. `add` has seq and body to bind.
  void write(std::span<const record::Batch> batches, SQLite::Statement& add);
  /// The transaction is lost: what was written in it is to be written again.
  void forget();

  struct Row {
    std::int64_t seq = 0;
    bool key = false;
    std::int64_t newest_ms = 0;
  };
  /// The transaction is durable: its rows.
  [[nodiscard]] std::vector<Row> committed();

  /// Of the last row that was written, committed or not.
  [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }

 private:
  struct Written {
    Row row;
    std::size_t samples = 0;
    codec::Bytes body;
  };
  void write_row(std::span<const record::Batch> batches, SQLite::Statement& add);
  void read_reply(const record::Batch& batch);

  SQLite::Database& file_;
  Catalog& catalog_;
  Tail& tail_;
  std::int64_t last_seq_;
  codec::JournalWriter writer_;
  std::int64_t since_key_ = -1;            // rows; -1: none yet
  std::optional<std::int64_t> offset_ms_;  // UTC minus monotonic time, as written last
  codec::JournalBatch reply_;              // the one at hand
  std::vector<Written> written_;           // in this transaction
};

}  // namespace holdup::store
