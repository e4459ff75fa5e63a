#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What most programs would do: a row a sample, clustered by series and time, a transaction a second.
namespace holdup::bench {

class SqliteRows {
 public:
  /// `durable`: each transaction is synced; else the file only has to be there.
  SqliteRows(const std::string& path, bool durable) : file_{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE} {
    file_.exec("PRAGMA journal_mode = WAL");
    file_.exec(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
    file_.exec("CREATE TABLE sample(series INTEGER, ms INTEGER, value REAL, PRIMARY KEY(series, ms)) WITHOUT ROWID");
    file_.exec("PRAGMA cache_size = -262144");
  }
  /// One second's.
  void write(std::int64_t ms, const std::vector<std::pair<std::int64_t, double>>& samples) {
    if (!add_) add_ = std::make_unique<SQLite::Statement>(file_, "INSERT INTO sample VALUES(?, ?, ?)");
    SQLite::Transaction transaction{file_};
    for (const auto& [series, value] : samples) {
      add_->bind(1, series);
      add_->bind(2, ms);
      add_->bind(3, value);
      add_->exec();
      add_->reset();
    }
    transaction.commit();
    rows_ += samples.size();
  }
  [[nodiscard]] double bytes_a_sample() {
    file_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto pages = file_.execAndGet("PRAGMA page_count").getInt64(), size = file_.execAndGet("PRAGMA page_size").getInt64();
    return static_cast<double>(pages * size) / static_cast<double>(rows_);
  }
  [[nodiscard]] std::vector<std::pair<std::int64_t, double>> range(std::int64_t series, std::int64_t from, std::int64_t to) {
    if (!range_)
      range_ = std::make_unique<SQLite::Statement>(file_, "SELECT ms, value FROM sample WHERE series = ? AND ms BETWEEN ? AND ?");
    range_->bind(1, series);
    range_->bind(2, from);
    range_->bind(3, to);
    std::vector<std::pair<std::int64_t, double>> out;
    while (range_->executeStep()) out.emplace_back(range_->getColumn(0).getInt64(), range_->getColumn(1).getDouble());
    range_->reset();
    return out;
  }
  /// Means of each minute.
  [[nodiscard]] std::vector<std::pair<std::int64_t, double>> minutes(std::int64_t series, std::int64_t from, std::int64_t to) {
    if (!minutes_)
      minutes_ = std::make_unique<SQLite::Statement>(
          file_, "SELECT ms / 60000 * 60000, avg(value) FROM sample WHERE series = ? AND ms BETWEEN ? AND ? GROUP BY 1");
    minutes_->bind(1, series);
    minutes_->bind(2, from);
    minutes_->bind(3, to);
    std::vector<std::pair<std::int64_t, double>> out;
    while (minutes_->executeStep()) out.emplace_back(minutes_->getColumn(0).getInt64(), minutes_->getColumn(1).getDouble());
    minutes_->reset();
    return out;
  }

 private:
  SQLite::Database file_;
  std::unique_ptr<SQLite::Statement> add_, range_, minutes_;
  std::uint64_t rows_ = 0;
};

}  // namespace holdup::bench
