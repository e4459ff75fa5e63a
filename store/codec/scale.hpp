#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

// Doubles that are decimals, as whole numbers and back, bit by bit: value = whole / 10^digits, in the ways that devices and drivers come by
// it (FORMAT.md, Scales). Pure.
namespace holdup::store::codec {

struct Scale {
  // decimal = whole / 10^digits
  enum Way : std::uint8_t {
    quotient,         // decimal
    multiple,         // whole × 10^-digits, that rounded to a double before
    narrow,           // decimal, rounded to 32 bits
    kilowatt_hours,   // decimal × 3600000
    watt_hours,       // decimal × 3600
    thousands,        // decimal × 1000
    hundreds,         // decimal × 100
    fahrenheit,       // decimal × 5 / 9 − 160 / 9, in this order
    part_fahrenheit,  // whole × 5 / (9 × 10^digits) − 160 / 9
    kelvin,           // decimal − 273.15
  };
  Way way = quotient;
  std::uint8_t digits = 0;
  bool operator==(const Scale&) const = default;
};

inline constexpr std::uint8_t most_digits = 12;
inline constexpr std::uint8_t plain_ways = 3, ways = 10;
inline constexpr double powers[most_digits + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
inline constexpr double tenths[most_digits + 1] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12};
inline constexpr double most_whole = 2251799813685248;  // 2^51: a double holds all up to there, and halves
inline constexpr double freezing = -17.7777777777777778, absolute_zero = -273.15;

/// Out of line: g++ 12 leaves the rounding out where it makes vectors of its callers.
[[nodiscard, gnu::noinline]] inline double narrowed(double value) { return static_cast<double>(static_cast<float>(value)); }

[[nodiscard]] inline double value_of(std::int64_t whole, Scale scale) {
  const auto number = static_cast<double>(whole);
  const double decimal = number / powers[scale.digits];
  switch (scale.way) {
    case Scale::quotient:
      return decimal;
    case Scale::multiple:
      return number * tenths[scale.digits];
    case Scale::narrow:
      return narrowed(decimal);
    case Scale::kilowatt_hours:
      return decimal * 3600000;
    case Scale::watt_hours:
      return decimal * 3600;
    case Scale::thousands:
      return decimal * 1000;
    case Scale::hundreds:
      return decimal * 100;
    case Scale::fahrenheit:
      return decimal * 5 / 9 + freezing;
    case Scale::part_fahrenheit:
      return number * 5 / (9 * powers[scale.digits]) + freezing;
    case Scale::kelvin:
      return decimal + absolute_zero;
  }
  return decimal;
}

/// The decimal that gives this value, about.
[[nodiscard]] inline double decimal_of(double value, Scale::Way way) {
  switch (way) {
    case Scale::quotient:
    case Scale::multiple:
    case Scale::narrow:
      return value;
    case Scale::kilowatt_hours:
      return value / 3600000;
    case Scale::watt_hours:
      return value / 3600;
    case Scale::thousands:
      return value / 1000;
    case Scale::hundreds:
      return value / 100;
    case Scale::fahrenheit:
    case Scale::part_fahrenheit:
      return (value - freezing) * 1.8;
    case Scale::kelvin:
      return value - absolute_zero;
  }
  return value;
}

/// As one byte, never 0.
[[nodiscard]] constexpr std::uint8_t byte_of(Scale scale) { return static_cast<std::uint8_t>(0x10 * (1 + scale.way) + scale.digits); }
[[nodiscard]] constexpr std::optional<Scale> scale_from(std::uint8_t byte) {
  if (byte < 0x10 || byte >= 0x10 * (1 + ways) || byte % 0x10 > most_digits) return std::nullopt;
  return Scale{static_cast<Scale::Way>(byte / 0x10 - 1), static_cast<std::uint8_t>(byte % 0x10)};
}

[[nodiscard]] inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Counters of 64 bits: a double beyond 2^51 that is whole.
[[nodiscard]] inline std::optional<std::int64_t> great_whole_of(double value, Scale scale) {
  if (scale != Scale{} || !(std::fabs(value) < 0x1p63)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(value);
  return same_bits(static_cast<double>(whole), value) ? std::optional{whole} : std::nullopt;
}

inline constexpr double to_whole = 6755399441055744;  // 1.5 × 2^52: adding it rounds to the nearest whole number

/// w with value = w ÷ power, this a power of ten or no number at all; nothing where there is none, or beyond 2^51.
[[nodiscard]] inline std::optional<std::int64_t> quotient_of(double value, double power) {
  const double scaled = value * power;
  const double whole = (scaled + to_whole) - to_whole;
  if (!(std::fabs(scaled) < most_whole) || !same_bits(whole / power, value)) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

/// Nothing where no whole number gives this value.
[[nodiscard]] inline std::optional<std::int64_t> whole_of(double value, Scale scale) {
  const double scaled = decimal_of(value, scale.way) * powers[scale.digits];
  if (!(std::fabs(scaled) < most_whole)) return great_whole_of(value, scale);
  const auto whole = static_cast<std::int64_t>((scaled + to_whole) - to_whole);
  if (!same_bits(value_of(whole, scale), value)) return std::nullopt;
  return whole;
}

}  // namespace holdup::store::codec
