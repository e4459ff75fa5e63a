#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <utility>

#include "collector/rules/paged.hpp"
#include "collector/rules/turns.hpp"
#include "ground/instant.hpp"

// When which of an operator's elements changes by time alone. An element whose deadline moves ahead with each sample costs nothing until
// the old one comes: it is armed anew then. Used by the operators that read series.
namespace holdup::rules::stream {

class Timers {
 public:
  /// `cell` is to be looked at by `when` at the latest.
  void arm(std::uint32_t cell, ground::Instant when) {
    if (cell >= armed_.size()) grow(cell + std::size_t{1});
    if (armed_[cell] <= when) return;
    armed_[cell] = when;
    soonest_ = std::min(soonest_, when);
    if (queue_) worked(2), queue_->emplace(when, cell);
  }
  /// By then, and no sooner; max(): not at all.
  void set(std::uint32_t cell, ground::Instant when) {
    if (cell < armed_.size() && armed_[cell] != when) armed_[cell] = ground::Instant::max();
    if (when != ground::Instant::max()) arm(cell, when);
  }
  /// Calls `take(cell)` for each whose time has come.
  template <class Take>
  void take_due(ground::Instant at, Take take) {
    if (soonest_ > at) return;
    if (!queue_) return take_of_few(at, take);
    while (!queue_->empty() && queue_->top().first <= at) {
      const auto [when, cell] = queue_->top();
      queue_->pop();
      if (armed_[cell] == when) release(cell, take);  // or it was armed for sooner since
    }
    soonest_ = queue_->empty() ? ground::Instant::max() : queue_->top().first;
  }
  [[nodiscard]] ground::Instant due() const { return soonest_; }

 private:
  using Entry = std::pair<ground::Instant, std::uint32_t>;
  using Queue = std::priority_queue<Entry, Paged<Entry>, std::greater<>>;
  static constexpr std::size_t few = 64;  // elements that are looked through as fast as a queue is kept

  void grow(std::size_t elements) {
    for (; armed_.size() < elements; worked()) armed_.push_back(ground::Instant::max());
    if (queue_ || elements <= few) return;
    queue_ = std::make_unique<Queue>();
    for (std::uint32_t cell = 0; cell < elements; ++cell)
      if (worked(); armed_[cell] != ground::Instant::max()) queue_->emplace(armed_[cell], cell);
  }
  template <class Take>
  void release(std::uint32_t cell, Take take) {
    worked(4);
    armed_[cell] = ground::Instant::max();
    take(cell);
  }
  template <class Take>
  void take_of_few(ground::Instant at, Take take) {
    soonest_ = ground::Instant::max();
    for (std::uint32_t cell = 0; cell < armed_.size(); ++cell) {
      if (armed_[cell] <= at) release(cell, take);
      soonest_ = std::min(soonest_, armed_[cell]);
    }
  }

  Paged<ground::Instant> armed_;                      // by cell; max(): not
  std::unique_ptr<Queue> queue_;                      // of more than a few
  ground::Instant soonest_ = ground::Instant::max();  // or before it
};

}  // namespace holdup::rules::stream
