#include "collector/rules/render_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
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

std::string scaled(double value, std::string_view prefixes, double factor) {
  std::string prefix;
  const auto far = [&] { return factor < 1 ? std::abs(value) >= 1000 : std::abs(value) < 1; };
  for (std::size_t i = 0; i < prefixes.size() && far(); ++i) {
    prefix = prefixes[i];
    value *= factor;
  }
  return characters(value, std::chars_format::general, 4) + prefix;
}

}  // namespace

std::string plain_number(double value) { return formatted(value, {}); }

std::string humanized(double value) {
  if (!std::isfinite(value)) return non_finite(value);
  if (value == 0) return "0";
  return std::abs(value) >= 1 ? scaled(value, "kMGTPEZY", 1.0 / 1000) : scaled(value, "munpfazy", 1000);
}

std::string formatted(double value, NumberFormat format) {
  if (!std::isfinite(value)) return non_finite(value);
  if (format.verb == 'f') return characters(value, std::chars_format::fixed, format.precision < 0 ? 6 : format.precision);
  if (format.verb == 'e') return characters(value, std::chars_format::scientific, format.precision < 0 ? 6 : format.precision);
  return format.precision < 0 ? shortest(value) : characters(value, std::chars_format::general, format.precision);
}

}  // namespace holdup::rules
