#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/record/series.hpp"

namespace SQLite {
class Database;
}

// Which row of the file stands for which series of this run, and which shape (set of series) a batch has. Used by Ledger; it
// outlives it, so that a file opened again after a failure is told the series again.
namespace holdup::store {

class Catalog {
 public:
  explicit Catalog(std::string boot) : boot_{std::move(boot)} {}

  /// From now on `id` means this series.
  void declare(record::SeriesId id, const record::Series& series);
  /// The rows are no longer to be trusted: the transaction that made them was lost, or the file is another.
  void forget_rows();

  // The following throw SQLite::Exception; they add what the file does not know yet.
  [[nodiscard]] std::int64_t series_row(SQLite::Database& file, record::SeriesId id);
  /// `members`: rows of series, ascending, each once.
  [[nodiscard]] std::int64_t shape_row(SQLite::Database& file, const std::vector<std::int64_t>& members);
  [[nodiscard]] std::int64_t boot_row(SQLite::Database& file);

 private:
  std::string boot_;
  std::unordered_map<record::SeriesId, record::Series> names_;
  std::unordered_map<record::SeriesId, std::int64_t> rows_;
  std::map<std::vector<std::int64_t>, std::int64_t> shapes_;
  std::int64_t boot_row_ = 0;
};

}  // namespace holdup::store
