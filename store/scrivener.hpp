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

// Samples on their way into the file: batches become rows of the journal within a transaction, and rows of the tail once that is durable.
// Used by Ledger.
namespace holdup::store {

class Scrivener {
 public:
  /// `last_seq`: of the newest journal row there ever was.
  Scrivener(SQLite::Database& file, Catalog& catalog, Tail& tail, std::int64_t last_seq)
      : file_{file}, catalog_{catalog}, tail_{tail}, last_seq_{last_seq} {}

  /// Within a transaction; may throw SQLite::Exception. `add` has seq and body to bind.
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
  void write_row(std::span<const record::Batch> batches, SQLite::Statement& add);
  void fill(codec::JournalBatch& reply, const Shape& shape, const record::Batch& batch);
  void add_to_tail(const codec::JournalBatch& reply, const Shape& shape, std::int64_t seq);

  SQLite::Database& file_;
  Catalog& catalog_;
  Tail& tail_;
  std::int64_t last_seq_;
  codec::JournalWriter writer_;
  std::int64_t since_key_ = -1;                                    // rows; -1: none yet
  std::optional<std::int64_t> offset_ms_;                          // UTC minus monotonic time, as written last
  std::vector<std::vector<codec::JournalBatch>> written_;          // in this transaction, a journal row each
  std::vector<std::vector<std::shared_ptr<const Shape>>> shapes_;  // … of each reply
  std::vector<Row> rows_;
};

}  // namespace holdup::store
