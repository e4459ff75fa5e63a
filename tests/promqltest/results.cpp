#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ground/number.hpp"

namespace holdup::promqltest {
namespace {

std::string text_of(const std::vector<rules::Point>& points) {
  std::string out;
  for (const auto& point : points)
    out += " " + ground::number_text(point.value) + "@" + ground::number_text(ground::seconds(point.at.time_since_epoch()));
  return out;
}

bool same(const std::vector<rules::Point>& a, const std::vector<rules::Point>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.at == y.at && nearly_equal(x.value, y.value); });
}

}  // namespace

bool nearly_equal(double a, double b) {
  constexpr double tolerance = 1e-6, smallest = std::numeric_limits<double>::min(), greatest = std::numeric_limits<double>::max();
  if (rules::is_stale(a) || rules::is_stale(b)) return rules::is_stale(a) && rules::is_stale(b);
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  const double sum = std::abs(a) + std::abs(b), apart = std::abs(a - b);
  if (a == 0 || b == 0 || sum < smallest) return apart < tolerance * smallest;
  return apart / std::min(sum, greatest) < tolerance;
}

std::optional<std::string> difference(const std::vector<Series>& expected, const std::vector<Series>& found, bool ordered) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& wanted = expected[i];
    const auto at = std::ranges::find(found, wanted.labels, &Series::labels);
    if (at == found.end()) return wanted.labels.text() + " is missing";
    if (ordered && static_cast<std::size_t>(at - found.begin()) != i) return wanted.labels.text() + " stands in another place";
    if (!same(wanted.points, at->points)) return wanted.labels.text() + " is" + text_of(at->points) + ", expected" + text_of(wanted.points);
  }
  for (const auto& series : found)
    if (std::ranges::find(expected, series.labels, &Series::labels) == expected.end())
      return series.labels.text() + " is not expected:" + text_of(series.points);
  return std::nullopt;
}

}  // namespace holdup::promqltest
