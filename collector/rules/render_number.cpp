#include "collector/rules/render_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace holdup::rules {
namespace {

std::string characters(double value, std::chars_format format, int precision) {
  std::array<char, 512> text{};  // %f of the largest double: 309 digits and the precision, at most 99
  const auto [end, error] = precision < 0 ? std::to_chars(text.data(), text.data() + text.size(), value, format)
                                          : std::to_chars(text.data(), text.data() + text.size(), value, format, precision);
  return error == std::errc{} ? std::string{text.data(), end} : std::string{};
}

std::string non_finite(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"; }

/// Go's %g without a precision, and %v: the shortest digits, with an exponent below 1e-4 and from 1e6.
std::string shortest(double value) {
  const double size = std::abs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e6);
  return characters(value, fixed ? std::chars_format::fixed : std::chars_format::scientific, -1);
}

std::string four_digits(double value) { return formatted(value, {.verb = 'g', .precision = 4}); }

/// As often as it is too large, or too small, a step of 1000 or 1024.
std::string scaled(double value, std::string_view prefixes, double step, bool down) {
  std::string prefix;
  for (std::size_t i = 0; i < prefixes.size() && (down ? std::abs(value) >= step : std::abs(value) < 1); ++i) {
    prefix = prefixes[i];
    down ? value /= step : value *= step;
  }
  return four_digits(value) + prefix;
}

constexpr std::string_view large = "kMGTPEZY";
constexpr std::string_view small = "munpfazy";

}  // namespace

std::string plain_number(double value) { return formatted(value, {}); }

std::string humanized(double value) {
  if (!std::isfinite(value) || value == 0) return four_digits(value);
  return std::abs(value) >= 1 ? scaled(value, large, 1000, true) : scaled(value, small, 1000, false);
}

std::string humanized_binary(double value) {
  if (!std::isfinite(value) || std::abs(value) <= 1) return four_digits(value);
  const auto out = scaled(value, large, 1024, true);
  return large.find(out.back()) == std::string_view::npos ? out : out + "i";
}

std::string humanized_duration(double value) {
  if (!std::isfinite(value)) return four_digits(value);
  if (value == 0) return four_digits(value) + "s";
  if (std::abs(value) < 1) return scaled(value, small, 1000, false) + "s";
  const std::string sign = value < 0 ? "-" : "";
  constexpr double most = 9.2e18;  // as far as Go's int64 goes
  const auto whole = static_cast<std::int64_t>(std::min(std::abs(value), most));
  const auto part = [&](std::int64_t length, std::int64_t of, const char* unit) { return std::to_string(whole / length % of) + unit; };
  if (whole < 60) return sign + four_digits(std::abs(value)) + "s";
  auto out = part(60, 60, "m ") + part(1, 60, "s");
  if (whole >= 3600) out = part(3600, 24, "h ") + out;
  if (whole >= 86400) out = std::to_string(whole / 86400) + "d " + out;
  return sign + out;
}

std::string formatted(double value, NumberFormat format) {
  if (!std::isfinite(value)) return non_finite(value);
  if (format.verb == 'f') return characters(value, std::chars_format::fixed, format.precision < 0 ? 6 : format.precision);
  if (format.verb == 'e') return characters(value, std::chars_format::scientific, format.precision < 0 ? 6 : format.precision);
  return format.precision < 0 ? shortest(value) : characters(value, std::chars_format::general, format.precision);
}

}  // namespace holdup::rules
