#include "collector/rules/stream/rolling.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace holdup::rules::stream {

Rolling::Advance Rolling::advance_for(Kept kept) {
  switch (kept) {
    case Kept::turns:
      return &Rolling::advance<Kept::turns>;
    case Kept::least:
      return &Rolling::advance<Kept::least>;
    case Kept::greatest:
      return &Rolling::advance<Kept::greatest>;
    case Kept::spread:
      return &Rolling::advance<Kept::spread>;
    case Kept::trend:
      return &Rolling::advance<Kept::trend>;
    case Kept::sum:
      break;
  }
  return &Rolling::advance<Kept::sum>;
}

template <Rolling::Kept kept>
std::size_t Rolling::advance(const Ring& ring, [[maybe_unused]] Moments* moments, const Guard& guard, ground::Instant after,
                             ground::Instant to) {
  if (begin_ < ring.oldest()) restart(ring, kept, moments, after);
  const auto points = ring.readable();
  const auto held = ring.begin() - ring.oldest();
  auto begin = begin_ - ring.oldest(), end = begin + size_;
  const auto had = begin + end;
  const bool listens = guard.tells_loud();
  for (; end < points.size() && points[end].at <= to; ++end) {
    const Point& point = points[end];
    stale_ += is_stale(point.value) ? 1 : 0;
    if (listens && guard.is_loud(end > begin ? points[end - 1] : point, point)) loud_at_ = point.at;
    if constexpr (kept == Kept::sum) of_.sum.add(point.value);
    if constexpr (kept == Kept::spread) moments->take(point.value, 1);
    if constexpr (kept == Kept::trend) moments->take(point, 1);
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
    if constexpr (kept == Kept::spread) moments->take(point.value, -1);
    if constexpr (kept == Kept::trend) moments->take(point, -1);
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
  of_.extreme = {.value = window.front().value, .at = {}, .is_known = true};
  for (const auto& point : window) compare(point, kept);
  return of_.extreme.value;
}

void Rolling::compare(const Point& point, Kept kept) {
  auto& [value, at, is_known, is_mixed] = of_.extreme;
  const bool outdoes = kept == Kept::least ? point.value < value : point.value > value;
  if (outdoes || std::isnan(value)) value = point.value, is_mixed = false;
  if (point.value != value && !std::isnan(value)) return;
  is_mixed = is_mixed || std::signbit(point.value) != std::signbit(value);
  if (!is_mixed) at = point.at;
}

/// Samples went that were not seen to leave.
void Rolling::restart(const Ring& ring, Kept kept, Moments* moments, ground::Instant after) {
  const auto points = ring.points();
  begin_ = ring.begin() + static_cast<std::uint64_t>(std::ranges::upper_bound(points, after, {}, &Point::at) - points.begin());
  size_ = stale_ = 0;
  loud_at_ = ground::Instant::min();
  if (kept == Kept::sum) std::construct_at(&of_.sum);
  if (kept == Kept::turns) std::construct_at(&of_.turns);
  if (keeps_moments(kept)) *moments = {};
}

void Rolling::count(const Point& before, const Point& after, std::uint32_t by) {
  const bool both_none = std::isnan(before.value) && std::isnan(after.value);
  if (before.value != after.value && !both_none) of_.turns.changes += by;
  if (after.value < before.value) of_.turns.resets += by;
}

}  // namespace holdup::rules::stream
