#include "collector/rules/stream/rolling.hpp"

#include <cmath>

namespace holdup::rules::stream {

void Rolling::advance(const Ring& ring, ground::Instant after, ground::Instant to) {
  if (begin_ < ring.oldest()) restart(ring);
  for (const auto all = ring.end(); end_ < all && ring[end_].at <= to; ++end_) {
    const Point& point = ring[end_];
    stale_ += is_stale(point.value) ? 1 : 0;
    if (kept_ == Kept::sum) sum_.add(point.value);
    if (end_ > begin_) count(ring[end_ - 1], point, 1);
    if (!keeps_extreme()) continue;
    if (end_ == begin_) extreme_ = point.value, is_known_ = true;
    compare(point);
  }
  for (const auto held = ring.begin(); begin_ < end_ && (ring[begin_].at <= after || begin_ < held); ++begin_) {
    const Point& point = ring[begin_];
    stale_ -= is_stale(point.value) ? 1 : 0;
    if (kept_ == Kept::sum) sum_.remove(point.value);
    if (begin_ + 1 < end_) count(point, ring[begin_ + 1], std::uint64_t{0} - 1);
    if (point.at == extreme_at_) is_known_ = false;
  }
}

double Rolling::extreme(const Ring& ring) {
  if (is_known_) return extreme_;
  const auto window = points(ring);
  extreme_ = window.front().value;
  for (const auto& point : window) compare(point);
  is_known_ = true;
  return extreme_;
}

/// Samples went that were not seen to leave.
void Rolling::restart(const Ring& ring) {
  begin_ = end_ = ring.begin();
  stale_ = changes_ = resets_ = 0;
  sum_ = {};
}

void Rolling::count(const Point& before, const Point& after, std::uint64_t by) {
  const bool both_none = std::isnan(before.value) && std::isnan(after.value);
  if (before.value != after.value && !both_none) changes_ += by;
  if (after.value < before.value) resets_ += by;
}

}  // namespace holdup::rules::stream
