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
    if (cell >= marked_.size()) marked_.resize(cell + 1);
    if (std::exchange(marked_[cell], 1) == 0) touched_.push_back(cell);
  }

 protected:
  /// Calls `take(cell)` for each that was touched since the last time.
  template <class Take>
  void take_touched(Take take) {
    for (const auto cell : touched_) marked_[cell] = 0, take(cell);
    touched_.clear();
  }
  /// The same until one of the calls says that it is enough; the others stay touched.
  template <class Take>
  void take_some(Take take) {
    std::size_t taken = 0;
    for (bool goes_on = true; goes_on && taken < touched_.size();) {
      const auto cell = touched_[taken++];
      marked_[cell] = 0;
      goes_on = take(cell);
    }
    touched_.erase(touched_.begin(), touched_.begin() + static_cast<std::ptrdiff_t>(taken));
  }
  [[nodiscard]] bool is_touched() const { return !touched_.empty(); }
  [[nodiscard]] std::uint32_t rule() const { return rule_; }

 private:
  std::uint32_t rule_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint8_t> marked_;  // by cell
};

}  // namespace holdup::rules::stream
