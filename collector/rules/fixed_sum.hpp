#pragma once

#include <bit>
#include <cstdint>

#include "collector/rules/unrounded.hpp"

// A sum of values of everyday size without any rounding: one number of 128 bits in units of 2^-82, so up to 3e13, and of values above 1e-9
// every bit. Beyond that it is not known. Used by windows, and by ExactSum, which knows the rest.
namespace holdup::rules {

class FixedSum {
 public:
  __extension__ using Units = __int128;
  static constexpr int lowest_exponent = -82;  // where a digit of an ExactSum begins, too

  void add(double value) { strangers_ += take(value, 1) ? 0 : 1; }
  /// What was added before.
  void remove(double value) { strangers_ -= take(value, -1) ? 0 : 1; }

  /// Until it was cleared: whether all that is in it fitted.
  [[nodiscard]] bool is_known() const { return strangers_ == 0 && !overflowed_; }
  /// Of one that is known.
  [[nodiscard]] Unrounded unrounded() const {
    const auto sum = units();
    Unrounded out{
        .magnitude = sum < 0 ? -static_cast<Wide>(sum) : static_cast<Wide>(sum), .exponent = lowest_exponent, .negative = sum < 0};
    if (out.magnitude >> 96 == 0) return out;
    const bool below = static_cast<std::uint32_t>(out.magnitude) != 0;
    out.magnitude = out.magnitude >> 32 | (below ? 1 : 0);
    out.exponent += 32;
    return out;
  }

  /// Adds `sign` times the value, or, false, stands as before: that does not fit.
  [[nodiscard]] bool take(double value, int sign) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7FF);
    const int shift = exponent - 1075 - lowest_exponent;  // of the mantissa over the units
    const auto mantissa = (bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
    Units magnitude = 0;
    if (shift >= 0 && shift < 74) {
      magnitude = static_cast<Units>(mantissa) << shift;
    } else if (bits << 1 == 0) {
      return true;
    } else if (exponent > 0 && shift < 0 && shift > -53 && mantissa << (64 + shift) == 0) {
      magnitude = static_cast<Units>(mantissa >> -shift);
    } else {
      return false;
    }
    const bool is_less = (bits >> 63 != 0) == (sign > 0);
    Units sum = units();
    const bool over = is_less ? __builtin_sub_overflow(sum, magnitude, &sum) : __builtin_add_overflow(sum, magnitude, &sum);
    if (over) return overflowed_ = true, false;
    low_ = static_cast<std::uint64_t>(sum), high_ = static_cast<std::uint64_t>(sum >> 64);
    return true;
  }
  [[nodiscard]] Units units() const { return static_cast<Units>(static_cast<Wide>(high_) << 64 | low_); }

 private:
  std::uint64_t low_ = 0, high_ = 0;  // of the units, in halves, which ask for no wider place
  std::int32_t strangers_ = 0;        // values in it that do not fit
  bool overflowed_ = false;
};

}  // namespace holdup::rules
