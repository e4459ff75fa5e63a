#include "drivers/profile/conversion.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::Quality;

bool listed(const std::vector<std::int64_t>& codes, double raw) {
  return std::any_of(codes.begin(), codes.end(), [&](std::int64_t code) { return static_cast<double>(code) == raw; });
}

// Bits above 52 would be lost in a double; registers with flags are at most 32 bits wide.
double bit_of(double raw, unsigned bit) {
  const double rest = std::fmod(std::floor(raw / std::ldexp(1.0, static_cast<int>(bit))), 2.0);
  return rest < 0 ? rest + 2 : rest;  // two's complement
}

double bits_of(double raw, std::uint32_t mask) {
  const double low = std::fmod(std::floor(raw), 4294967296.0);
  return static_cast<double>((static_cast<std::uint32_t>(low < 0 ? low + 4294967296.0 : low) & mask) >> std::countr_zero(mask));
}

/// A tenth is divided by 10, so that it stays exact.
double shifted(double raw, int exponent) {
  if (exponent == 0) return raw;
  return exponent < 0 ? raw / std::pow(10.0, -exponent) : raw * std::pow(10.0, exponent);
}

double plain_ratio(double value, RatioForm form) {
  if (form == RatioForm::plain || std::fabs(value) <= 1) return value;
  return form == RatioForm::percent_or_ratio ? value / 100 : std::copysign(2, value) - value;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks{" \t\r\n\"\0", 6};  // some agents quote their texts
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<double> raw_number(const Conversion& conversion, std::string_view text) {
  std::string taken;
  if (conversion.extract) {
    auto found = conversion.extract->extract(text);
    if (!found) return std::nullopt;
    text = taken = *std::move(found);
  }
  text = trimmed(text);
  if (conversion.words)
    for (const auto& state : *conversion.words)
      if (same_word(state.name, text)) return static_cast<double>(state.code);
  if (text.starts_with('+')) text.remove_prefix(1);
  return ground::parse_number(text);
}

// `wraps_at` is left out: no reading depends on it.
bool converts_alike(const Conversion& a, const Conversion& b) {
  return !a.extract && !b.extract && a.words == b.words && a.multiply == b.multiply && a.divide == b.divide && a.offset == b.offset &&
         a.sentinels == b.sentinels && a.form == b.form && a.lowest == b.lowest && a.highest == b.highest && a.bit == b.bit &&
         a.mask == b.mask && a.yes == b.yes && a.no == b.no;
}

Converted convert(const Conversion& conversion, double raw, int exponent) {
  if (!std::isfinite(raw)) return {0, Quality::absent};
  const auto& sentinels = conversion.sentinels;
  if (std::find(sentinels.begin(), sentinels.end(), raw) != sentinels.end()) return {0, Quality::absent};
  if (conversion.mask != 0) raw = bits_of(raw, conversion.mask);
  if (conversion.bit) raw = bit_of(raw, *conversion.bit);
  if (!conversion.yes.empty() || !conversion.no.empty()) {
    if (listed(conversion.yes, raw)) return {1, Quality::good};
    return {0, listed(conversion.no, raw) ? Quality::good : Quality::absent};
  }
  const double scaled = shifted(raw, exponent) * conversion.multiply / conversion.divide + conversion.offset;
  const double value = plain_ratio(scaled, conversion.form);
  if (!std::isfinite(value)) return {0, Quality::out_of_range};
  const bool outside = (conversion.lowest && value < *conversion.lowest) || (conversion.highest && value > *conversion.highest);
  return {value, outside ? Quality::out_of_range : Quality::good};
}

std::optional<Linear> linear(const Conversion& c) {
  constexpr double endless = std::numeric_limits<double>::infinity();
  const bool picks = c.mask != 0 || c.bit || !c.yes.empty() || !c.no.empty();
  if (picks || c.form != RatioForm::plain || c.sentinels.size() > 1) return std::nullopt;
  Linear out{c.multiply, c.divide, c.offset, c.lowest.value_or(-endless), c.highest.value_or(endless)};
  if (!c.sentinels.empty()) out.sentinel = c.sentinels.front();
  return out;
}

}  // namespace holdup::profile
