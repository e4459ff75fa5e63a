#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/reading/point.hpp"
#include "ground/pattern/pattern.hpp"
#include "ground/quality.hpp"

// How a device's raw number, or its text, becomes a value in the base unit, with its quality. The protocols' decoders apply it to each
// answer. Pure.
namespace holdup::profile {

/// How a power factor, or another ratio, is written by devices that do not write it plainly.
enum class RatioForm : std::uint8_t {
  plain,
  percent_or_ratio,  // per cent by the book, but many write the ratio: beyond ±1 it is per cent
  four_quadrants,    // beyond ±1 mirrored: 1.2 is a leading 0.8
};
inline constexpr std::array<std::string_view, 3> ratio_form_names{"plain", "percent_or_ratio", "four_quadrants"};

struct Conversion {
  double multiply = 1, divide = 1;  // value = raw × multiply / divide + offset: a tenth is divided by 10, so that it stays exact
  double offset = 0;                // in the base unit
  std::vector<double> sentinels;    // raw numbers that mean "no reading"
  RatioForm form = RatioForm::plain;
  std::optional<double> lowest;                      // a converted value below is out of range
  std::optional<double> highest;                     // … or above
  std::optional<unsigned> bit;                       // raw is first reduced to this bit (0 = least significant): 0 or 1
  std::uint32_t mask = 0;                            // not 0: raw is first reduced to these bits, the lowest of them counting 1
  std::optional<ground::Pattern> extract;            // of a text: what of it is the number, or the word of a state
  std::shared_ptr<const reading::StateTable> words;  // a text that is a state's word stands for its code
  std::optional<double> wraps_at;                    // of a counter: the raw number at which it begins anew at 0
  std::vector<std::int64_t> yes, no;                 // where either is set, the value is 1 or 0 by these raw codes; another code is absent
};

/// Whether both are known to make the same of everything; never so of one that takes its number out of a text by a pattern.
[[nodiscard]] bool converts_alike(const Conversion& a, const Conversion& b);

struct Converted {
  double value = 0;  // meaningless when absent
  ground::Quality quality = ground::Quality::absent;
};

/// The raw number that a text holds, if it does.
[[nodiscard]] std::optional<double> raw_number(const Conversion& conversion, std::string_view text);
/// `exponent`: of the device's own scale, raw × 10^exponent; sentinels are compared before.
[[nodiscard]] Converted convert(const Conversion& conversion, double raw, int exponent = 0);

/// A conversion that is but a factor, a shift and limits, as most are: where thousands of values are read a second, its price counts.
struct Linear {
  double multiply, divide, offset, lowest, highest;
  double sentinel = std::numeric_limits<double>::quiet_NaN();
  /// As convert(). Requires that raw is finite.
  [[nodiscard]] Converted convert(double raw) const {
    if (raw == sentinel) return {};
    const double value = raw * multiply / divide + offset;
    if (!std::isfinite(value)) return {0, ground::Quality::out_of_range};
    return {value, value < lowest || value > highest ? ground::Quality::out_of_range : ground::Quality::good};
  }
};
/// Where it is one.
[[nodiscard]] std::optional<Linear> linear(const Conversion& conversion);

}  // namespace holdup::profile
