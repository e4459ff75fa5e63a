#include "collector/detect/counter.hpp"

#include <algorithm>
#include <chrono>

namespace holdup::detect {
namespace {

constexpr double slack = 1.0 / (1 << 20);  // of the whole: what may be counted over a wrap when no growth was seen before
constexpr double hurry = 4;                // times the fastest growth that was seen

double seconds(ground::Duration duration) { return std::chrono::duration<double>{duration}.count(); }

}  // namespace

Counter::Step Counter::saw(double value, ground::Instant at, double wraps_at) {
  Step step{.kind = value_ ? Kind::still : Kind::first, .growth = 0, .former = value_.value_or(0), .former_at = at_};
  const auto elapsed = at - at_;
  if (value_ && value > *value_) step.kind = Kind::grew, step.growth = value - *value_;
  if (value_ && value < *value_) {
    const double over = wraps_at - *value_ + value;
    const bool plausible = wrapped(over, elapsed, wraps_at);
    step.kind = plausible ? Kind::wrapped : Kind::fell;
    step.growth = plausible ? over : 0;
  }
  if (step.growth > 0 && elapsed > ground::Duration{}) fastest_ = std::max(fastest_, step.growth / seconds(elapsed));
  value_ = value;
  at_ = at;
  return step;
}

// A wrap goes through the end: what was counted since the last reading is no more than this counter counts in such a time. A restart
// throws away nearly everything, which no such step explains.
bool Counter::wrapped(double growth, ground::Duration elapsed, double wraps_at) const {
  if (wraps_at <= 0 || *value_ >= wraps_at) return false;
  return growth <= wraps_at * slack + hurry * fastest_ * seconds(elapsed);
}

}  // namespace holdup::detect
