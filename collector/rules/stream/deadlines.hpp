#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "ground/instant.hpp"

// The next deadline of each rule, the soonest first; of those at one instant the lowest rule's. One that moves ahead costs nothing until
// the old one would be the soonest. Used by the engine.
namespace holdup::rules::stream {

class Deadlines {
 public:
  explicit Deadlines(std::size_t rules) : due_(rules, ground::Instant::max()), queued_(rules, ground::Instant::max()) {}

  /// Instant::max(): none.
  void set(std::size_t rule, ground::Instant due);
  [[nodiscard]] ground::Instant of(std::size_t rule) const { return due_[rule]; }
  [[nodiscard]] ground::Instant soonest() const { return queue_.empty() ? ground::Instant::max() : queue_.top().first; }
  /// Whose that is.
  [[nodiscard]] std::size_t first() const { return queue_.top().second; }

 private:
  void put_first_right();

  using Entry = std::pair<ground::Instant, std::uint32_t>;
  std::vector<ground::Instant> due_;                                      // by rule
  std::vector<ground::Instant> queued_;                                   // by rule: its soonest entry
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;  // the first is a deadline; others may have moved since
};

}  // namespace holdup::rules::stream
