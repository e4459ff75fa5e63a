#pragma once

#include <bit>
#include <cstdint>

#include "collector/rules/unrounded.hpp"

// A number of 256 bits, as products of two of 128 are. Nothing here overflows where who uses it keeps within that. Used by moments.hpp.
namespace holdup::rules {

__extension__ using Int128 = __int128;

class Int256 {
 public:
  Int256() = default;
  explicit Int256(Int128 number) : low_{static_cast<Wide>(number)}, high_{number < 0 ? ~Wide{0} : Wide{0}} {}

  [[nodiscard]] static Int256 product(Int128 a, Int128 b) {
    const Wide first = a < 0 ? -static_cast<Wide>(a) : static_cast<Wide>(a), second = b < 0 ? -static_cast<Wide>(b) : static_cast<Wide>(b);
    const std::uint64_t a_low = half(first), a_high = half(first >> 64), b_low = half(second), b_high = half(second >> 64);
    const Wide lowest = Wide{a_low} * b_low, inner = Wide{a_low} * b_high, outer = Wide{a_high} * b_low;
    const Wide middle = (lowest >> 64) + half(inner) + half(outer);
    Int256 out;
    out.low_ = middle << 64 | half(lowest);
    out.high_ = Wide{a_high} * b_high + (inner >> 64) + (outer >> 64) + (middle >> 64);
    return (a < 0) == (b < 0) ? out : -out;
  }

  Int256& operator+=(const Int256& other) {
    low_ += other.low_;
    high_ += other.high_ + (low_ < other.low_ ? 1 : 0);
    return *this;
  }
  Int256 operator-() const {
    Int256 out;
    out.low_ = -low_;
    out.high_ = ~high_ + (low_ == 0 ? 1 : 0);
    return out;
  }
  Int256& operator-=(const Int256& other) { return *this += -other; }
  friend Int256 operator-(Int256 a, const Int256& b) { return a -= b; }
  [[nodiscard]] Int256 times(std::uint64_t factor) const {
    const Wide lowest = Wide{half(low_)} * factor, next = (low_ >> 64) * factor + (lowest >> 64);
    Int256 out;
    out.low_ = next << 64 | half(lowest);
    out.high_ = high_ * factor + (next >> 64);
    return out;
  }

  /// Of so many units of 2^exponent.
  [[nodiscard]] Unrounded unrounded(int exponent) const {
    constexpr int kept = 96;
    const bool negative = high_ >> 127 != 0;
    const Int256 size = negative ? -*this : *this;
    const int width = size.high_ != 0 ? 128 + width_of(size.high_) : width_of(size.low_);
    if (width <= kept) return {.magnitude = size.low_, .exponent = exponent, .negative = negative};
    const int gone = width - kept;  // 1 to 160
    Wide shifted = 0;
    bool below = false;
    if (gone < 128) {
      shifted = size.low_ >> gone | size.high_ << (128 - gone);
      below = size.low_ << (128 - gone) != 0;
    } else {
      shifted = size.high_ >> (gone - 128);
      below = size.low_ != 0 || (gone > 128 && size.high_ << (256 - gone) != 0);
    }
    return {.magnitude = shifted | (below ? 1 : 0), .exponent = exponent + gone, .negative = negative};
  }

 private:
  static std::uint64_t half(Wide number) { return static_cast<std::uint64_t>(number); }
  static int width_of(Wide number) {
    const auto high = half(number >> 64);
    return static_cast<int>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(half(number)));
  }

  Wide low_ = 0, high_ = 0;  // of its two's complement
};

}  // namespace holdup::rules
