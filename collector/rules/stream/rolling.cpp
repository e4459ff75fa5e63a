#include "collector/rules/stream/rolling.hpp"

#include <cmath>
#include <memory>

namespace holdup::rules::stream {

std::size_t Rolling::advance(const Ring& ring, Kept kept, ground::Instant after, ground::Instant to) {
  switch (kept) {
    case Kept::turns:
      return advance<Kept::turns>(ring, after, to);
    case Kept::least:
      return advance<Kept::least>(ring, after, to);
    case Kept::greatest:
      return advance<Kept::greatest>(ring, after, to);
    case Kept::sum:
      break;
  }
  return advance<Kept::sum>(ring, after, to);
}

template <Rolling::Kept kept>
std::size_t Rolling::advance(const Ring& ring, ground::Instant after, ground::Instant to) {
  if (begin_ < ring.oldest()) restart(ring, kept);
  const auto points = ring.readable();
  const auto held = ring.begin() - ring.oldest();
  auto begin = begin_ - ring.oldest(), end = begin + size_;
  const auto had = begin + end;
  for (; end < points.size() && points[end].at <= to; ++end) {
    const Point& point = points[end];
    stale_ += is_stale(point.value) ? 1 : 0;
    if constexpr (kept == Kept::sum) of_.sum.add(point.value);
    if constexpr (kept == Kept::turns)
      if (end > begin) count(points[end - 1], point, 1);
    if constexpr (keeps_extreme(kept)) {
      if (end == begin) std::construct_at(&of_.extreme, Extreme{.value = point.value, .at = point.at, .is_known = true});
      compare(point, kept);
    }
  }
  for (; begin < end && (points[begin].at <= after || begin < held); ++begin) {
    const Point& point = points[begin];
    stale_ -= is_stale(point.value) ? 1 : 0;
    if constexpr (kept == Kept::sum) of_.sum.remove(point.value);
    if constexpr (kept == Kept::turns)
      if (begin + 1 < end) count(point, points[begin + 1], std::uint32_t{0} - 1);
    if constexpr (keeps_extreme(kept)) of_.extreme.is_known = of_.extreme.is_known && point.at != of_.extreme.at;
  }
  begin_ = ring.oldest() + begin;
  size_ = static_cast<std::uint32_t>(end - begin);
  return begin + end - had;
}

double Rolling::extreme(const Ring& ring, Kept kept) {
  if (of_.extreme.is_known) return of_.extreme.value;
  const auto window = points(ring);
  of_.extreme.value = window.front().value;
  for (const auto& point : window) compare(point, kept);
  of_.extreme.is_known = true;
  return of_.extreme.value;
}

void Rolling::compare(const Point& point, Kept kept) {
  auto& [value, at, is_known] = of_.extreme;
  const bool outdoes = kept == Kept::least ? point.value < value : point.value > value;
  if (outdoes || std::isnan(value)) value = point.value;
  if (point.value == value || std::isnan(value)) at = point.at;
}

/// Samples went that were not seen to leave.
void Rolling::restart(const Ring& ring, Kept kept) {
  begin_ = ring.begin();
  size_ = stale_ = changes_ = resets_ = 0;
  if (kept == Kept::sum) std::construct_at(&of_.sum);
}

void Rolling::count(const Point& before, const Point& after, std::uint32_t by) {
  const bool both_none = std::isnan(before.value) && std::isnan(after.value);
  if (before.value != after.value && !both_none) changes_ += by;
  if (after.value < before.value) resets_ += by;
}

}  // namespace holdup::rules::stream
