#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/rules/evaluate.hpp"

// Results as a test sees them: series with values at times, whatever they came from, compared as Prometheus' own tests compare.
namespace holdup::promqltest {

struct Series {
  rules::Labels labels;
  std::vector<rules::Point> points;
};

/// Same NaN, or apart by rounding only.
[[nodiscard]] bool nearly_equal(double a, double b);
/// Nothing when both hold the same series with the same points; else what differs. `ordered`: in the same order, too.
[[nodiscard]] std::optional<std::string> difference(const std::vector<Series>& expected, const std::vector<Series>& found, bool ordered);

}  // namespace holdup::promqltest
