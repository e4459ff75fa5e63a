#include "collector/rules/memory.hpp"

#include <algorithm>

#include "collector/rules/matcher.hpp"

namespace holdup::rules {

void Memory::add(const Labels& labels, const std::vector<Point>& points) {
  auto& series = series_[labels];
  for (const auto& point : points) {
    const auto place = std::ranges::lower_bound(series, point.at, {}, &Point::at);
    if (place != series.end() && place->at == point.at)
      *place = point;
    else
      series.insert(place, point);
  }
}

void Memory::clear() {
  series_.clear();
  foreign_.clear();
}

std::vector<SeriesView> Memory::select(const Selector& selector, ground::Instant after, ground::Instant to) {
  std::vector<SeriesView> out;
  for (const auto& [labels, points] : series_) {
    if (!selects(selector.matchers, labels)) continue;
    const auto from = std::ranges::upper_bound(points, after, {}, &Point::at);
    const auto end = std::ranges::upper_bound(from, points.end(), to, {}, &Point::at);
    if (from != end) out.push_back({&labels, {from, end}});
  }
  met_foreign_ = met_foreign_ || std::ranges::any_of(foreign_, [&](const Labels& labels) { return selects(selector.matchers, labels); });
  return out;
}

}  // namespace holdup::rules
