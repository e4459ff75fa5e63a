#include "store/retention.hpp"

#include <algorithm>

namespace holdup::store {

std::optional<std::int64_t> Present::at(ground::Instant now, std::int64_t clock_ms, std::int64_t newest_ms) {
  const auto passed = when_ ? std::chrono::duration_cast<std::chrono::milliseconds>(now - *when_).count() : 0;
  when_ = now;
  const auto candidate = std::min(clock_ms, newest_ms);
  if (candidate < plausible_from_ms) return std::nullopt;
  believed_ = believed_ ? std::min(candidate, *believed_ + passed * pace_) : candidate;
  return believed_;
}

}  // namespace holdup::store
