#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>

#include "collector/rules/paged.hpp"
#include "ground/instant.hpp"

// When which of an operator's elements changes by time alone. An element whose deadline moves ahead with each sample costs nothing until
// the old one comes: it is armed anew then. Used by the operators that read series.
namespace holdup::rules::stream {

class Timers {
 public:
  /// `cell` is to be looked at by `when` at the latest.
  void arm(std::uint32_t cell, ground::Instant when) {
    armed_.grow(cell + std::size_t{1}, ground::Instant::max());
    if (armed_[cell] <= when) return;
    armed_[cell] = when;
    queue_.emplace(when, cell);
  }
  /// Calls `take(cell)` for each whose time has come.
  template <class Take>
  void take_due(ground::Instant at, Take take) {
    while (!queue_.empty() && queue_.top().first <= at) {
      const auto [when, cell] = queue_.top();
      queue_.pop();
      if (armed_[cell] != when) continue;  // it was armed for sooner since
      armed_[cell] = ground::Instant::max();
      take(cell);
    }
  }
  [[nodiscard]] ground::Instant due() const { return queue_.empty() ? ground::Instant::max() : queue_.top().first; }

 private:
  using Entry = std::pair<ground::Instant, std::uint32_t>;
  std::priority_queue<Entry, Paged<Entry>, std::greater<>> queue_;
  Paged<ground::Instant> armed_;  // by cell; max(): not
};

}  // namespace holdup::rules::stream
