#pragma once

#include <bit>
#include <cstdint>

#include "ground/instant.hpp"

// One value of a series. Used by every file of this room that reckons with series.
namespace holdup::rules {

struct Point {
  ground::Instant at{};
  double value = 0;
};

/// The NaN by which a series ends, told from every other by its bits: Prometheus' stale marker.
inline constexpr double stale_marker = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
[[nodiscard]] inline bool is_stale(double value) { return std::bit_cast<std::uint64_t>(value) == 0x7ff0000000000002; }

}  // namespace holdup::rules
