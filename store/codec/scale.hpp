#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

// Doubles that are decimals, as whole numbers and back, bit by bit: value = whole / 10^digits, in the ways that devices and drivers come by
// it (FORMAT.md, Scales). Pure.
namespace holdup::store::codec {

struct Scale {
  enum Way : std::uint8_t {
    quotient,  // whole / 10^digits
    product,   // whole × 10^-digits, rounded to a double before
    narrow,    // the quotient, rounded to 32 bits
  };
  Way way = quotient;
  std::uint8_t digits = 0;
  bool operator==(const Scale&) const = default;
};

inline constexpr std::uint8_t most_digits = 12;
inline constexpr std::uint8_t ways = 3;
inline constexpr double powers[most_digits + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
inline constexpr double tenths[most_digits + 1] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12};
inline constexpr double most_whole = 2251799813685248;  // 2^51: a double holds all up to there, and sixteenths of most

/// Out of line: g++ 12 leaves the rounding out where it makes vectors of its callers.
[[nodiscard, gnu::noinline]] inline double narrowed(double value) { return static_cast<double>(static_cast<float>(value)); }

[[nodiscard]] inline double value_of(std::int64_t whole, Scale scale) {
  const auto number = static_cast<double>(whole);
  switch (scale.way) {
    case Scale::quotient:
      return number / powers[scale.digits];
    case Scale::product:
      return number * tenths[scale.digits];
    case Scale::narrow:
      break;
  }
  return narrowed(number / powers[scale.digits]);
}

/// As one byte, never 0.
[[nodiscard]] constexpr std::uint8_t byte_of(Scale scale) { return static_cast<std::uint8_t>(0x10 * (1 + scale.way) + scale.digits); }
[[nodiscard]] constexpr std::optional<Scale> scale_from(std::uint8_t byte) {
  if (byte < 0x10 || byte >= 0x10 * (1 + ways) || byte % 0x10 > most_digits) return std::nullopt;
  return Scale{static_cast<Scale::Way>(byte / 0x10 - 1), static_cast<std::uint8_t>(byte % 0x10)};
}

/// Nothing where no whole number gives this value.
[[nodiscard]] inline std::optional<std::int64_t> whole_of(double value, Scale scale) {
  const double scaled = value * powers[scale.digits];
  if (!(std::fabs(scaled) < most_whole)) return std::nullopt;
  constexpr double shift = 6755399441055744;  // 1.5 × 2^52: adding it rounds to the nearest whole number
  const auto whole = static_cast<std::int64_t>((scaled + shift) - shift);
  if (std::bit_cast<std::uint64_t>(value_of(whole, scale)) != std::bit_cast<std::uint64_t>(value)) return std::nullopt;
  return whole;
}

}  // namespace holdup::store::codec
