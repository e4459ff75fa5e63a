#pragma once

#include <cstdint>
#include <span>
#include <vector>

// The limit of bench-rules: a value against a bound of its own with a state that turns, and nothing else: no labels, no time, no language.
namespace holdup::bench {

class BareThreshold {
 public:
  explicit BareThreshold(std::size_t series) : bounds_(series, 500), above_(series) {}

  /// The number of states that turned.
  [[nodiscard]] std::size_t take(std::size_t first, std::span<const double> values) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint8_t above = values[i] > bounds_[first + i] ? 1 : 0;
      if (above == above_[first + i]) continue;
      above_[first + i] = above;
      ++out;
    }
    return out;
  }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint8_t> above_;
};

}  // namespace holdup::bench
