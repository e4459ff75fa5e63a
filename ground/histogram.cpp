#include "ground/histogram.hpp"

#include <algorithm>
#include <numeric>

namespace holdup::ground {

void Histogram::observe(Duration took) {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds(took));
  if (bucket != bounds.end()) ++buckets_[static_cast<std::size_t>(bucket - bounds.begin())];
  ++count_;
  sum_ += took;
}

std::uint64_t Histogram::up_to(std::size_t bucket) const {
  return std::accumulate(buckets_.begin(), buckets_.begin() + static_cast<std::ptrdiff_t>(bucket) + 1, std::uint64_t{0});
}

}  // namespace holdup::ground
