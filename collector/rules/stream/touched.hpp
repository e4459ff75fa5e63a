#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

// The rules that are to be evaluated, the lowest first; a rule may be added while others are taken. Used by the engine.
namespace holdup::rules::stream {

class Touched {
 public:
  explicit Touched(std::size_t rules) : words_((rules + 63) / 64) {}

  void insert(std::size_t rule) {
    words_[rule / 64] |= std::uint64_t{1} << rule % 64;
    first_ = std::min(first_, rule / 64);
  }
  [[nodiscard]] std::optional<std::size_t> take_first() {
    for (; first_ < words_.size(); ++first_) {
      auto& word = words_[first_];
      if (word == 0) continue;
      const auto bit = static_cast<std::size_t>(std::countr_zero(word));
      word &= word - 1;
      return first_ * 64 + bit;
    }
    return std::nullopt;
  }
  /// Calls `take(rule)` for those that come next, at most `most`.
  template <class Take>
  void each_next(std::size_t most, Take take) const {
    for (auto at = first_; at < words_.size(); ++at)
      for (auto word = words_[at]; word != 0; word &= word - 1) {
        if (most-- == 0) return;
        take(at * 64 + static_cast<std::size_t>(std::countr_zero(word)));
      }
  }
  [[nodiscard]] bool empty() const {
    return std::all_of(words_.begin() + static_cast<std::ptrdiff_t>(first_), words_.end(), [](std::uint64_t word) { return word == 0; });
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t first_ = 0;  // no word before it has one
};

}  // namespace holdup::rules::stream
