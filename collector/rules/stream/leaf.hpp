#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "collector/rules/stream/series.hpp"
#include "collector/rules/stream/stage.hpp"

// An operator that reads series instead of other operators.
namespace holdup::rules::stream {

class Leaf : public Stage {
 public:
  explicit Leaf(std::uint32_t rule) : rule_{rule} {}

  /// One more series that its selector means.
  virtual void born(std::size_t slot, Series& series) = 0;
  /// A sample of that element's series has arrived.
  void touch(std::uint32_t cell) {
    if (cell >= marked_.size()) marked_.grow(cell + std::size_t{1});
    if (std::exchange(marked_[cell], 1) == 0) touched_.push_back(cell), fetch(cell);
  }

 protected:
  /// What will be needed of it is asked for from memory.
  virtual void fetch(std::uint32_t) const {}
  /// Calls `take(cell)` for each that was touched since the last time.
  template <class Take>
  void take_touched(Take take) {
    take_some([&](std::uint32_t cell) { return take(cell), true; });
  }
  /// The same until one of the calls says that it is enough; the others stay touched.
  template <class Take>
  void take_some(Take take) {
    for (bool goes_on = true; goes_on && is_touched();) {
      const auto cell = touched_[taken_++];
      marked_[cell] = 0;
      goes_on = take(cell);
    }
    if (!is_touched()) touched_.clear(), taken_ = 0;
  }
  [[nodiscard]] bool is_touched() const { return taken_ < touched_.size(); }
  [[nodiscard]] std::uint32_t rule() const { return rule_; }

 private:
  std::uint32_t rule_;
  Paged<std::uint32_t> touched_;
  std::size_t taken_ = 0;       // of them, in the order in which they came
  Paged<std::uint8_t> marked_;  // by cell
};

}  // namespace holdup::rules::stream
