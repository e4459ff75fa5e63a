#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/quality.hpp"

// How a device's raw number becomes a value in the base unit, with its quality. The protocols' decoders apply it to each answer. Pure.
namespace holdup::profile {

struct Conversion {
  double multiply = 1, divide = 1;    // value = raw × multiply / divide + offset: a tenth is divided by 10, so that it stays exact
  double offset = 0;                  // in the base unit
  std::vector<double> sentinels;      // raw numbers that mean "no reading"
  std::optional<double> lowest;       // a converted value below is out of range
  std::optional<double> highest;      // … or above
  std::optional<unsigned> bit;        // raw is first reduced to this bit (0 = least significant): 0 or 1
  std::vector<std::int64_t> yes, no;  // where either is set, the value is 1 or 0 by these raw codes; another code is absent
};

struct Converted {
  double value = 0;  // meaningless when absent
  ground::Quality quality = ground::Quality::absent;
};

[[nodiscard]] Converted convert(const Conversion& conversion, double raw);

}  // namespace holdup::profile
