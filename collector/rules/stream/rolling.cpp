#include "collector/rules/stream/rolling.hpp"

#include <cmath>
#include <memory>

namespace holdup::rules::stream {

void Rolling::advance(const Ring& ring, Kept kept, ground::Instant after, ground::Instant to) {
  if (begin_ < ring.oldest()) restart(ring, kept);
  auto end = begin_ + size_;
  for (const auto all = ring.end(); end < all && ring[end].at <= to; ++end) {
    const Point& point = ring[end];
    stale_ += is_stale(point.value) ? 1 : 0;
    if (kept == Kept::sum) of_.sum.add(point.value);
    if (end > begin_) count(ring[end - 1], point, 1);
    if (!keeps_extreme(kept)) continue;
    if (end == begin_) std::construct_at(&of_.extreme, Extreme{.value = point.value, .at = point.at, .is_known = true});
    compare(point, kept);
  }
  for (const auto held = ring.begin(); begin_ < end && (ring[begin_].at <= after || begin_ < held); ++begin_) {
    const Point& point = ring[begin_];
    stale_ -= is_stale(point.value) ? 1 : 0;
    if (kept == Kept::sum) of_.sum.remove(point.value);
    if (begin_ + 1 < end) count(point, ring[begin_ + 1], std::uint32_t{0} - 1);
    if (keeps_extreme(kept) && point.at == of_.extreme.at) of_.extreme.is_known = false;
  }
  size_ = static_cast<std::uint32_t>(end - begin_);
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
