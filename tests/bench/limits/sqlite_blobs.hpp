#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

// The least that makes a second of samples durable in SQLite: one row, all its values as deltas to those of the second before, one synced
// transaction. Nothing is ever sealed, and the values are integers already.
namespace holdup::bench {

class SqliteBlobs {
 public:
  explicit SqliteBlobs(const std::string& path) : file_{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE} {
    file_.exec("PRAGMA journal_mode = WAL");
    file_.exec("PRAGMA synchronous = FULL");
    file_.exec("CREATE TABLE second(ms INTEGER PRIMARY KEY, body BLOB NOT NULL)");
    add_ = std::make_unique<SQLite::Statement>(file_, "INSERT INTO second VALUES(?, ?)");
  }
  void write(std::int64_t ms, std::span<const std::int64_t> values) {
    before_.resize(values.size());
    body_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto delta = values[i] - before_[i];
      before_[i] = values[i];
      auto rest = static_cast<std::uint64_t>(delta) << 1U ^ static_cast<std::uint64_t>(delta >> 63U);
      for (; rest > 127; rest >>= 7U) body_.push_back(static_cast<std::uint8_t>(rest | 128U));
      body_.push_back(static_cast<std::uint8_t>(rest));
    }
    add_->bind(1, ms);
    add_->bindNoCopy(2, static_cast<const void*>(body_.data()), static_cast<int>(body_.size()));
    add_->exec();  // a transaction of its own
    add_->reset();
  }

 private:
  SQLite::Database file_;
  std::unique_ptr<SQLite::Statement> add_;
  std::vector<std::int64_t> before_;
  std::vector<std::uint8_t> body_;
};

}  // namespace holdup::bench
