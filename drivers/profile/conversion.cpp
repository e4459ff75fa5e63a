#include "drivers/profile/conversion.hpp"

#include <algorithm>
#include <cmath>

#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::Quality;

bool listed(const std::vector<std::int64_t>& codes, double raw) {
  return std::any_of(codes.begin(), codes.end(), [&](std::int64_t code) { return static_cast<double>(code) == raw; });
}

// Bits above 52 would be lost in a double; registers with flags are at most 32 bits wide.
double bit_of(double raw, unsigned bit) { return std::fmod(std::floor(raw / std::ldexp(1.0, static_cast<int>(bit))), 2.0); }

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

Converted convert(const Conversion& conversion, double raw) {
  if (!std::isfinite(raw)) return {0, Quality::absent};
  const auto& sentinels = conversion.sentinels;
  if (std::find(sentinels.begin(), sentinels.end(), raw) != sentinels.end()) return {0, Quality::absent};
  if (conversion.bit) raw = bit_of(raw, *conversion.bit);
  if (!conversion.yes.empty() || !conversion.no.empty()) {
    if (listed(conversion.yes, raw)) return {1, Quality::good};
    return {0, listed(conversion.no, raw) ? Quality::good : Quality::absent};
  }
  const double value = raw * conversion.multiply / conversion.divide + conversion.offset;
  if (!std::isfinite(value)) return {0, Quality::out_of_range};
  const bool outside = (conversion.lowest && value < *conversion.lowest) || (conversion.highest && value > *conversion.highest);
  return {value, outside ? Quality::out_of_range : Quality::good};
}

}  // namespace holdup::profile
