#include "collector/rules/stream/window_rest.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "collector/rules/over_time.hpp"
#include "collector/rules/turns.hpp"

namespace holdup::rules::stream {
namespace {

constexpr double of_last_digits = 1e-9;                     // what rounding may do, and more
constexpr double least_bound = 1e-280, most_bound = 1e280;  // beyond them it may do more than that
constexpr double most_spare = 65'535;

bool is_from_below(const Threshold& threshold) { return threshold.op == Operator::greater || threshold.op == Operator::greater_equal; }
bool is_from_above(const Threshold& threshold) { return threshold.op == Operator::less || threshold.op == Operator::less_equal; }

/// Means and extremes pass only where a sample does. A rise is drawn out no further than to the window's ends, so a rate is at most that of
/// its steepest step; what is compared lies lower by more than all rounding.
Guard guard_for(OverTime reckon, const Threshold& threshold, ground::Duration length) {
  using namespace over_time;
  using Watches = Guard::Watches;
  const auto is_one_of = [reckon](auto... functions) { return ((reckon == functions) || ...); };
  const auto& [op, bound] = threshold;
  const bool from_below = is_from_below(threshold);
  if (is_one_of(minimum, maximum, first, last) || ((from_below || is_from_above(threshold)) && reckon == average))
    return {.bound = bound, .op = op, .watches = Watches::values};
  if (!from_below || threshold.lets_pass(0) || !(bound >= 0)) return {};
  if (is_one_of(changes, resets)) return {.watches = Watches::changes};
  const bool is_everyday = bound == 0 || (bound > least_bound && bound < most_bound);
  if (!is_everyday || !is_one_of(rate, instant_rate, increase, delta)) return {};
  const bool a_second = is_one_of(rate, instant_rate);
  const auto time = static_cast<double>((a_second ? ground::Duration{std::chrono::seconds{1}} : length).count());
  return {.bound = bound * (1 - of_last_digits) / time, .watches = reckon == delta ? Watches::steps : Watches::rises};
}

/// When the last of those leaves without which the mean may pass; what is no number makes none that passes. Nothing: it may at once.
std::optional<ground::Instant> outweighed(std::span<const Point> window, const Threshold& threshold) {
  double excess = 0, size = 0;  // of those from here on
  bool has_loud = false;
  std::optional<ground::Instant> out = ground::Instant::max();
  for (auto point = window.rbegin(); point != window.rend(); ++point) {
    const auto [at, value] = *point;
    if (is_stale(value)) continue;
    if (!out) out = at;  // as long as this one is there it does not
    if (std::isnan(value)) continue;
    excess += is_from_below(threshold) ? value - threshold.bound : threshold.bound - value;
    size += std::abs(value) + std::abs(threshold.bound);
    has_loud = has_loud || threshold.lets_pass(value);
    if (has_loud && !(excess < -of_last_digits * size - least_bound)) out.reset();
  }
  return out;
}

/// The newest that does not pass: as long as it is there the least, or greatest, of all does not either.
std::optional<ground::Instant> newest_below(std::span<const Point> window, const Threshold& threshold) {
  const auto found = std::find_if(window.rbegin(), window.rend(),
                                  [&](const Point& point) { return !std::isnan(point.value) && !threshold.lets_pass(point.value); });
  return found == window.rend() ? std::nullopt : std::optional{found->at};
}

}  // namespace

WindowRest::WindowRest(OverTime reckon, const Threshold& threshold, ground::Duration length)
    : threshold_{threshold}, guard_{guard_for(reckon, threshold, length)} {
  const OverTime of_all = is_from_below(threshold) ? over_time::minimum : is_from_above(threshold) ? over_time::maximum : nullptr;
  if (reckon == of_all) loud_ = Loud::waits_for_others;
  if (reckon == over_time::average) loud_ = Loud::is_outweighed;
}

std::optional<Rest> WindowRest::of(const Ring& ring, Rolling& rolling, ground::Instant after, std::optional<double> value) const {
  if (value && threshold_.lets_pass(*value)) return std::nullopt;
  Rest out{.guard = guard_};
  if (guard_.watches == Guard::Watches::changes) {
    out.guard.spare = static_cast<std::uint16_t>(std::clamp(threshold_.bound - value.value_or(0) - 1, 0.0, most_spare));
    return out;
  }
  if (rolling.is_quiet(after)) return out;
  std::optional<ground::Instant> leaves;
  if (loud_ == Loud::is_outweighed && rolling.may_be_weighed()) {
    rolling.weighed();
    worked(4 * rolling.size() / Rolling::points_a_look);
    leaves = outweighed(rolling.points(ring), threshold_);
  } else if (loud_ == Loud::waits_for_others) {
    out.guard = {.watches = Guard::Watches::nothing};
    leaves = newest_below(rolling.points(ring), threshold_);
  }
  if (!leaves) return std::nullopt;
  out.leaves = *leaves;
  return out;
}

}  // namespace holdup::rules::stream
