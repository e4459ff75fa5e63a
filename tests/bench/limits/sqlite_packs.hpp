#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <zstd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// The plain way to keep a history small in SQLite: a second of samples is a row, all its values as deltas in one synced transaction, and
// every window the rows give way to chunks of 25 series, the deltas of each a zstd frame of its own. Nothing beside: one time for
// all values, which are integers already and lie in memory, no qualities, no summaries, no names, no checksums.
namespace holdup::bench {

class SqlitePacks {
 public:
  using Window = std::vector<std::vector<std::int64_t>>;  // by series, then by second

  explicit SqlitePacks(const std::string& path) : file_{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}, context_{ZSTD_createCCtx()} {
    file_.exec("PRAGMA journal_mode = WAL");
    file_.exec("PRAGMA synchronous = FULL");
    file_.exec("PRAGMA cache_size = -262144");
    file_.exec("CREATE TABLE second(ms INTEGER PRIMARY KEY, body BLOB NOT NULL)");
    file_.exec("CREATE TABLE chunk(pack INTEGER, ms INTEGER, seconds INTEGER, body BLOB NOT NULL, PRIMARY KEY(pack, ms)) WITHOUT ROWID");
    add_ = std::make_unique<SQLite::Statement>(file_, "INSERT INTO second VALUES(?, ?)");
    seal_ = std::make_unique<SQLite::Statement>(file_, "INSERT INTO chunk VALUES(?, ?, ?, ?)");
    remove_ = std::make_unique<SQLite::Statement>(file_, "DELETE FROM second WHERE ms <= ?");
    begin_ = std::make_unique<SQLite::Statement>(file_, "BEGIN");
    end_ = std::make_unique<SQLite::Statement>(file_, "COMMIT");
  }

  /// All of the window's seconds, each durable before the next; the last one takes the chunks along.
  void write(std::int64_t begin_ms, const Window& window) {
    const std::size_t seconds = window.front().size();
    before_.resize(window.size());
    for (std::size_t second = 0; second < seconds; ++second) {
      const auto ms = begin_ms + 1000 * static_cast<std::int64_t>(second);
      run(*begin_);
      add(ms, window, second);
      if (second + 1 == seconds) seal(begin_ms, ms, window);
      run(*end_);
    }
  }

 private:
  static constexpr std::size_t together = 25;  // series, as many as a device has
  static constexpr std::size_t key_rows = 60;  // one of so many begins anew
  static constexpr int level = 3;

  static void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
  }
  static std::uint8_t* put(std::uint8_t* to, std::int64_t delta) {
    auto rest = static_cast<std::uint64_t>(delta) << 1U ^ static_cast<std::uint64_t>(delta >> 63U);
    for (; rest > 127; rest >>= 7U) *to++ = static_cast<std::uint8_t>(rest | 128U);
    *to++ = static_cast<std::uint8_t>(rest);
    return to;
  }

  void add(std::int64_t ms, const Window& window, std::size_t second) {
    body_.resize(10 * window.size());
    std::uint8_t* to = body_.data();
    for (std::size_t series = 0; series < window.size(); ++series) {
      const auto value = window[series][second];
      to = put(to, value - (second % key_rows == 0 ? 0 : before_[series]));
      before_[series] = value;
    }
    add_->bind(1, ms);
    add_->bindNoCopy(2, static_cast<const void*>(body_.data()), static_cast<int>(to - body_.data()));
    run(*add_);
  }

  void seal(std::int64_t begin_ms, std::int64_t end_ms, const Window& window) {
    for (std::size_t first = 0; first < window.size(); first += together) {
      pack_.assign(together * sizeof(std::uint32_t), 0);  // where each frame ends
      for (std::size_t place = 0; place < together && first + place < window.size(); ++place) {
        add_frame(window[first + place]);
        const auto end = static_cast<std::uint32_t>(pack_.size());
        std::memcpy(pack_.data() + place * sizeof end, &end, sizeof end);
      }
      seal_->bind(1, static_cast<std::int64_t>(first / together));
      seal_->bind(2, begin_ms);
      seal_->bind(3, static_cast<std::int64_t>(window[first].size()));
      seal_->bindNoCopy(4, static_cast<const void*>(pack_.data()), static_cast<int>(pack_.size()));
      run(*seal_);
    }
    remove_->bind(1, end_ms);
    run(*remove_);
  }

  void add_frame(const std::vector<std::int64_t>& values) {
    deltas_.resize(10 * values.size());
    std::uint8_t* to = deltas_.data();
    std::int64_t before = 0;
    for (const auto value : values) {
      to = put(to, value - before);
      before = value;
    }
    const auto size = static_cast<std::size_t>(to - deltas_.data());
    frame_.resize(ZSTD_compressBound(size));
    const auto written = ZSTD_compressCCtx(context_.get(), frame_.data(), frame_.size(), deltas_.data(), size, level);
    if (ZSTD_isError(written) != 0) throw std::runtime_error{ZSTD_getErrorName(written)};
    pack_.insert(pack_.end(), frame_.begin(), frame_.begin() + static_cast<std::ptrdiff_t>(written));
  }

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  SQLite::Database file_;
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::unique_ptr<SQLite::Statement> add_, seal_, remove_, begin_, end_;
  std::vector<std::int64_t> before_;
  std::vector<std::uint8_t> body_, deltas_, frame_, pack_;
};

}  // namespace holdup::bench
