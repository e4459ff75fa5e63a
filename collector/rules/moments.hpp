#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "collector/rules/int256.hpp"
#include "collector/rules/point.hpp"

// Sums of values of everyday size, of their squares and of their products with time, without any rounding: so what a window's spread and
// trend are is told by what came and went, in whatever order. Used by the functions of windows, and by the windows that keep them.
namespace holdup::rules {

class Moments {
 public:
  static constexpr ground::Duration longest_window{std::int64_t{1} << 50U};  // whose trend they know: 13 days
  static constexpr std::size_t most = std::size_t{1} << 17U;                 // values at once

  /// `sign` times the value: 1 for one that comes, -1 for one that goes.
  void take(double value, int sign) {
    const auto units = units_of(value);
    if (!units) return void(strangers_ += sign);
    sum_ += static_cast<Wide>(sign * *units);
    const auto square = Int256::product(*units, *units);
    sign > 0 ? squares_ += square : squares_ -= square;
  }
  /// The same with its time, for a trend instead of a spread.
  void take(const Point& point, int sign);

  /// Of all that came and did not go, that many: each fitted.
  [[nodiscard]] bool is_known(std::size_t count) const { return strangers_ == 0 && count > 0 && count <= most; }
  /// Of values without times.
  [[nodiscard]] double variance(std::size_t count) const;
  /// The straight line that lies nearest to them, least squares; of points at two times at least, no further apart than twice the longest
  /// window. Those that did may have gone.
  struct Line {
    double slope = 0;      // a second
    double intercept = 0;  // at an instant
  };
  [[nodiscard]] Line line(std::size_t count, ground::Instant at) const;

 private:
  static constexpr int lowest_exponent = -68, widest = 108;  // bits: up to 1e12, and of values above 2e-5 every bit

  [[nodiscard]] static std::optional<Int128> units_of(double value) {
    constexpr int fraction_bits = 52, bias = 1075;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<int>(bits >> fraction_bits & 0x7FF);
    const int shift = exponent - bias - lowest_exponent;
    const auto mantissa = (bits & ((std::uint64_t{1} << fraction_bits) - 1)) | std::uint64_t{1} << fraction_bits;
    Int128 out = 0;
    if (shift >= 0 && shift < widest - fraction_bits)
      out = static_cast<Int128>(mantissa) << shift;
    else if (bits << 1 == 0)
      return out;
    else if (exponent > 0 && shift < 0 && shift > -fraction_bits && mantissa << (64 + shift) == 0)
      out = static_cast<Int128>(mantissa >> -shift);
    else
      return std::nullopt;
    return bits >> 63 != 0 ? -out : out;
  }
  void move_origin(ground::Instant to);

  [[nodiscard]] Int128 sum() const { return static_cast<Int128>(sum_); }
  [[nodiscard]] Int128 times() const { return static_cast<Int128>(times_); }

  // Of two's complements: what is too much for them while it is there comes out even when it has gone.
  Wide sum_ = 0;                // of values, in units of 2^lowest_exponent
  Int256 squares_;              // of a spread
  std::int32_t strangers_ = 0;  // that do not fit
  std::int32_t points_ = 0;     // with times, also those
  ground::Instant origin_{};    // of these; near them
  Wide times_ = 0;              // ns
  Wide squares_of_times_ = 0;   // ns^2
  Int256 products_;             // of values and times
};

}  // namespace holdup::rules
