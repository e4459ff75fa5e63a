#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

#include "ground/instant.hpp"

// The next deadline of each rule, the soonest first; of those at one instant the lowest rule's. Used by the engine.
namespace holdup::rules::stream {

class Deadlines {
 public:
  explicit Deadlines(std::size_t rules)
      : leaves_{std::bit_ceil(std::max<std::size_t>(rules, 1))}, soonest_(2 * leaves_, ground::Instant::max()) {}

  /// Instant::max(): none.
  void set(std::size_t rule, ground::Instant due) {
    auto at = leaves_ + rule;
    soonest_[at] = due;
    while (at > 1) {
      at /= 2;
      const auto below = std::min(soonest_[2 * at], soonest_[2 * at + 1]);
      if (soonest_[at] == below) return;
      soonest_[at] = below;
    }
  }
  [[nodiscard]] ground::Instant of(std::size_t rule) const { return soonest_[leaves_ + rule]; }
  [[nodiscard]] ground::Instant soonest() const { return soonest_[1]; }
  /// Whose that is.
  [[nodiscard]] std::size_t first() const {
    std::size_t at = 1;
    for (const auto least = soonest(); at < leaves_;) at = 2 * at + (soonest_[2 * at] == least ? 0 : 1);
    return at - leaves_;
  }

 private:
  std::size_t leaves_;
  std::vector<ground::Instant> soonest_;  // a binary tree: 1 is the root, 2n and 2n + 1 lie below n, the rules are the last half
};

}  // namespace holdup::rules::stream
