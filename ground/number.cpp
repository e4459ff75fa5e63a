#include "ground/number.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace holdup::ground {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  const auto value = parse<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse<std::int64_t>(text); }

std::optional<std::int64_t> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array units{
      Unit{"B", 1},    Unit{"KiB", 1024.}, Unit{"MiB", 1048576.}, Unit{"GiB", 1073741824.}, Unit{"TiB", 1099511627776.},
      Unit{"kB", 1e3}, Unit{"MB", 1e6},    Unit{"GB", 1e9},       Unit{"TB", 1e12}};
  const auto end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto number = parse_number(text.substr(0, end));
  for (const Unit& unit : units)
    if (number && unit.name == text.substr(end) && *number * unit.bytes < 9e18) return static_cast<std::int64_t>(*number * unit.bytes);
  return std::nullopt;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> out{};
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto end = plain ? std::to_chars(out.data(), out.data() + out.size(), value, std::chars_format::fixed)
                         : std::to_chars(out.data(), out.data() + out.size(), value);
  return {out.data(), end.ptr};
}

}  // namespace holdup::ground
