#include "collector/rules/stream/window_rest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "collector/rules/over_time.hpp"
#include "collector/rules/turns.hpp"

namespace holdup::rules::stream {
namespace {

constexpr double of_last_digits = 1e-9;                     // what rounding may do, and more
constexpr double least_bound = 1e-280, most_bound = 1e280;  // beyond them it may do more than that
constexpr double most_spare = 65'535;
constexpr double of_a_value = 1e-9, of_a_distance = 1e-6;  // what rounding may do to a spread or a trend beside its values, and more

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

/// The next that is no more; of one that is not negative.
float rounded_down(double value) {
  const auto nearest = static_cast<float>(std::min(value, double{std::numeric_limits<float>::max()}));
  return nearest > value ? std::nextafter(nearest, 0.0F) : nearest;
}

}  // namespace

WindowRest::WindowRest(OverTime reckon, const Threshold& threshold, ground::Duration length, double ahead)
    : threshold_{threshold}, guard_{guard_for(reckon, threshold, length)}, length_{ground::seconds(length)}, ahead_{ahead} {
  const OverTime of_all = is_from_below(threshold) ? over_time::minimum : is_from_above(threshold) ? over_time::maximum : nullptr;
  if (reckon == of_all) loud_ = Loud::waits_for_others;
  if (reckon == over_time::average) loud_ = Loud::is_outweighed;
  const bool may_exceed = is_from_below(threshold) && threshold.bound > 0 && std::isfinite(threshold.bound);
  if (reckon == over_time::deviation && may_exceed) near_ = Near::deviation;
  if (reckon == over_time::variance && may_exceed) near_ = Near::variance;
  const bool is_one_sided = is_from_below(threshold) || is_from_above(threshold);
  if (reckon == over_time::derivative && is_one_sided) near_ = Near::slope;
  if (reckon == over_time::predict_linear && is_one_sided) near_ = Near::line;
  if (near_ != Near::none) guard_ = {.watches = Guard::Watches::near};
}

std::optional<Rest> WindowRest::of(const Ring& ring, Rolling& rolling, ground::Instant after, std::optional<double> value) const {
  if (value && threshold_.lets_pass(*value)) return std::nullopt;
  if (near_ != Near::none) {
    if (!rolling.may_be_weighed()) return std::nullopt;
    rolling.weighed();
    worked(8 * rolling.size() / Rolling::points_a_look);
    return near_one(rolling.points(ring));
  }
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

/// Where all lie near one value, and no others are shown, nothing that is reckoned of them passes.
std::optional<Rest> WindowRest::near_one(std::span<const Point> window) const {
  if (window.empty()) return std::nullopt;
  double least = window.front().value, greatest = least;
  for (const auto& point : window) {
    if (std::isnan(point.value)) return std::nullopt;
    least = std::min(least, point.value), greatest = std::max(greatest, point.value);
  }
  if (!(std::max(-least, greatest) < std::numeric_limits<float>::max())) return std::nullopt;
  const auto middle = static_cast<float>(least + (greatest - least) / 2);
  const bool is_trend = near_ == Near::slope || near_ == Near::line;
  const auto reach = is_trend ? reach_of_trend(window, middle) : std::optional{reach_of_spread()};
  if (!reach || !(reach->of_value > of_a_value * std::abs(middle)) || !std::isfinite(reach->of_value)) return std::nullopt;
  const Guard::Nearness nearness{.middle = middle, .reach = rounded_down(reach->of_value)};
  if (!(greatest - middle <= nearness.reach && middle - least <= nearness.reach)) return std::nullopt;
  return Rest{.guard = Guard::near(nearness, reach->spare), .leaves = reach->leaves};
}

/// No values deviate further from their mean than half of what lies between the least and the greatest.
WindowRest::Reach WindowRest::reach_of_spread() const {
  const double bound = near_ == Near::variance ? std::sqrt(threshold_.bound) : threshold_.bound;
  return {.of_value = bound * (1 - of_a_distance), .spare = static_cast<std::uint16_t>(most_spare)};
}

/// A slope is what each value lies off the middle, by its time off theirs, over the sum S of the squares of these times. Of n that lie no
/// further off than r it is at most r sqrt(n / S), by Cauchy and Schwarz, and S grows with each point that comes: so three quarters of the
/// window, as long as they stay, bound it for as many more as are waited for.
std::optional<WindowRest::Reach> WindowRest::reach_of_trend(std::span<const Point> window, double value) const {
  const auto staying = window.subspan(window.size() / 4);
  if (staying.size() < 2) return std::nullopt;
  const auto since_first = [&](const Point& point) { return ground::seconds(point.at - staying.front().at); };
  double times = 0, squares = 0;
  for (const auto& point : staying) times += since_first(point);
  const double middle = times / static_cast<double>(staying.size());
  for (const auto& point : staying) squares += (since_first(point) - middle) * (since_first(point) - middle);
  const double spare = std::min(static_cast<double>(window.size()), most_spare);
  const double a_slope = std::sqrt((static_cast<double>(window.size()) + spare) / squares);  // for each unit of reach
  const bool is_slope = near_ == Near::slope;
  const double off = is_slope ? 0 : value, distance = is_from_below(threshold_) ? threshold_.bound - off : off - threshold_.bound;
  const double free = distance * (1 - of_a_distance) - of_a_value * (is_slope ? 0 : std::abs(off) + std::abs(threshold_.bound));
  const double times_reach = is_slope ? a_slope : 1 + (std::abs(ahead_) + length_) * a_slope;
  return Reach{.of_value = free / times_reach, .spare = static_cast<std::uint16_t>(spare), .leaves = staying.front().at};
}

}  // namespace holdup::rules::stream
