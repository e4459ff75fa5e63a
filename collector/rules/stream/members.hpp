#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "collector/rules/paged.hpp"

// Numbers of a dense range, as those of a stage's cells: who is in, and all of them in order. A bit each and one for 64 of these, so that
// a few of a million are found at once, and a million are walked through without a jump in memory for each.
namespace holdup::rules::stream {

class Members {
 public:
  /// False: it was in.
  bool insert(std::uint32_t number) {
    const auto at = number / 64;
    if (at >= words_.size()) words_.grow(at + std::size_t{1}), used_.grow(at / 64 + std::size_t{1});
    if ((words_[at] & bit(number)) != 0) return false;
    words_[at] |= bit(number), used_[at / 64] |= bit(at);
    return ++size_, true;
  }
  /// False: it was not in.
  bool erase(std::uint32_t number) {
    const auto at = number / 64;
    if (at >= words_.size() || (words_[at] & bit(number)) == 0) return false;
    words_[at] &= ~bit(number);
    if (words_[at] == 0) used_[at / 64] &= ~bit(at);
    return --size_, true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Calls `take(number)`, the lowest first.
  template <class Take>
  void each(Take take) const {
    for (std::size_t i = 0; i < used_.size(); ++i)
      each_bit(used_[i], i,
               [&](std::size_t at) { each_bit(words_[at], at, [&](std::size_t number) { take(static_cast<std::uint32_t>(number)); }); });
  }
  /// The same, and they are out; `take` inserts none.
  template <class Take>
  void take_all(Take take) {
    if (std::exchange(size_, 0) == 0) return;
    for (std::size_t i = 0; i < used_.size(); ++i)
      each_bit(std::exchange(used_[i], 0), i, [&](std::size_t at) {
        each_bit(std::exchange(words_[at], 0), at, [&](std::size_t number) { take(static_cast<std::uint32_t>(number)); });
      });
  }

 private:
  static std::uint64_t bit(std::uint32_t number) { return std::uint64_t{1} << number % 64; }
  template <class Take>
  static void each_bit(std::uint64_t word, std::size_t at, Take take) {
    for (; word != 0; word &= word - 1) take(at * 64 + static_cast<std::size_t>(std::countr_zero(word)));
  }

  Paged<std::uint64_t> words_, used_;
  std::size_t size_ = 0;
};

}  // namespace holdup::rules::stream
