#include "drivers/profile/conversion.hpp"

#include <algorithm>
#include <cmath>

namespace holdup::profile {
namespace {

using ground::Quality;

bool listed(const std::vector<std::int64_t>& codes, double raw) {
  return std::any_of(codes.begin(), codes.end(), [&](std::int64_t code) { return static_cast<double>(code) == raw; });
}

// Bits above 52 would be lost in a double; registers with flags are at most 32 bits wide.
double bit_of(double raw, unsigned bit) { return std::fmod(std::floor(raw / std::ldexp(1.0, static_cast<int>(bit))), 2.0); }

}  // namespace

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
  const bool outside = (conversion.lowest && value < *conversion.lowest) || (conversion.highest && value > *conversion.highest);
  return {value, outside ? Quality::out_of_range : Quality::good};
}

}  // namespace holdup::profile
