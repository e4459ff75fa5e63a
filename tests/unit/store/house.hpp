#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rig.hpp"
#include "store/ledger.hpp"
#include "store/reader.hpp"

// A ledger without its thread: commits when the test says so and does what housekeeping there is in between.
namespace holdup::store::test {

class House {
 public:
  explicit House(std::string path, Rules rules = {});

  /// Closes the file and opens it again, as after a crash: nothing in memory lives on.
  void reopen();
  void commit(const Work& work);
  /// Housekeeping until there is none; what was lost is kept.
  void settle();
  [[nodiscard]] std::int64_t count(const std::string& sql) const;
  void exec(const std::string& sql) const;
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] const std::vector<Loss>& losses() const { return losses_; }

 private:
  std::string path_;
  Rules rules_;
  Catalog catalog_{"3f2a91c0"};
  std::unique_ptr<Ledger> ledger_;
  std::vector<Loss> losses_;
};

/// A device polled every `step` seconds from `begin` on, each of its series a curve of its own; all its points as they must be read.
class Poll {
 public:
  enum class Ages { yes, no };
  Poll(ground::Utc begin, int step, std::size_t series, Ages ages = Ages::yes)
      : begin_{begin}, step_{step}, ages_{ages}, expected_(series) {}

  [[nodiscard]] Work next(int replies);
  /// The next reply declares its series, as the first one does.
  void declare_again() { born_ = false; }
  [[nodiscard]] static record::Series series(std::size_t number);
  [[nodiscard]] const std::vector<Point>& expected(std::size_t number) const { return expected_[number]; }
  [[nodiscard]] ground::Utc now() const { return begin_ + std::chrono::seconds{step_ * done_}; }

 private:
  ground::Utc begin_;
  int step_;
  Ages ages_;
  int done_ = 0;
  bool born_ = false;
  std::vector<std::vector<Point>> expected_;
};

/// How many points of the range differ from what was polled, in number or in anything of one; -1 where they do not read.
[[nodiscard]] int differing(const std::string& path, const Poll& poll, std::size_t series);

}  // namespace holdup::store::test
