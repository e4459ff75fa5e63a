#include "collector/rules/over_time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "collector/rules/exact_sum.hpp"
#include "collector/rules/moments.hpp"

namespace holdup::rules {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Compensated {
  double sum, lost;
};

Compensated added(double value, Compensated to) {
  const double sum = to.sum + value;
  if (std::isinf(sum)) return {sum, 0};
  const double lost = std::abs(to.sum) >= std::abs(value) ? (to.sum - sum) + value : (value - sum) + to.sum;
  return {sum, to.lost + lost};
}

std::vector<double> values_of(const Window& window) {
  std::vector<double> out;
  for (const auto& point : window.samples) out.push_back(point.value);
  return out;
}

double seconds_between(ground::Instant from, ground::Instant to) { return ground::seconds(to - from); }

/// The first that no other outdoes; NaN only where nothing else is.
template <class Outdoes>
const Point& extreme(std::span<const Point> samples, Outdoes outdoes) {
  const Point* best = &samples.front();
  for (const auto& point : samples)
    if (outdoes(point.value, best->value) || std::isnan(best->value)) best = &point;
  return *best;
}

constexpr auto less = [](double a, double b) { return a < b; };
constexpr auto greater = [](double a, double b) { return a > b; };

ExactSum exact_sum(const Window& window) {
  ExactSum out;
  for (const auto& point : window.samples) out.add(point.value);
  return out;
}

/// How much it rose, counter resets made good.
double risen(const Window& window, bool counter) {
  const auto samples = window.samples;
  double rise = samples.back().value - samples.front().value;
  for (std::size_t i = 1; counter && i < samples.size(); ++i)
    if (samples[i].value < samples[i - 1].value) rise += samples[i - 1].value;
  return rise;
}

Moments::Line regression(std::span<const Point> samples, ground::Instant origin) {
  const double first = samples.front().value;
  if (std::ranges::all_of(samples, [&](const Point& point) { return point.value == first; }))
    return std::isinf(first) ? Moments::Line{not_a_number, not_a_number}
                             : Moments::Line{0, first + 0.0};  // of -0 the 0 that a sum of them is
  if (samples.size() <= Moments::most && samples.back().at - samples.front().at <= 2 * Moments::longest_window) {
    Moments moments;
    for (const auto& point : samples) moments.take(point, 1);
    if (moments.is_known(samples.size())) return moments.line(samples.size(), origin);
  }
  Compensated x{}, y{}, xy{}, xx{};
  for (const auto& point : samples) {
    const double at = seconds_between(origin, point.at);
    x = added(at, x), y = added(point.value, y), xy = added(at * point.value, xy), xx = added(at * at, xx);
  }
  const auto n = static_cast<double>(samples.size());
  const double sum_x = x.sum + x.lost, sum_y = y.sum + y.lost, sum_xy = xy.sum + xy.lost, sum_xx = xx.sum + xx.lost;
  const double slope = (sum_xy - sum_x * sum_y / n) / (sum_xx - sum_x * sum_x / n);
  return {slope, sum_y / n - slope * sum_x / n};
}

double variance_of(const Window& window) {
  const auto count = window.samples.size();
  if (count <= Moments::most) {
    Moments moments;
    for (const auto& point : window.samples) moments.take(point.value, 1);
    if (moments.is_known(count)) return moments.variance(count);
  }
  Spread spread;
  for (const auto& point : window.samples) spread.add(point.value);
  return spread.variance();
}

double utc_seconds(ground::Instant at, const Window& window) { return ground::seconds((at + window.utc_offset).time_since_epoch()); }

bool nan_before(double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; }

}  // namespace

void Spread::add(double value) {
  ++count_;
  const double delta = value - (mean_ + mean_lost_);
  const auto mean = added(delta / count_, {mean_, mean_lost_});
  mean_ = mean.sum, mean_lost_ = mean.lost;
  const auto squares = added(delta * (value - (mean_ + mean_lost_)), {squares_, squares_lost_});
  squares_ = squares.sum, squares_lost_ = squares.lost;
}

double Spread::variance() const { return (squares_ + squares_lost_) / count_; }

double quantile(double share, std::span<double> values) {
  if (values.empty() || std::isnan(share)) return not_a_number;
  if (share < 0) return -infinity;
  if (share > 1) return infinity;
  std::ranges::sort(values, nan_before);
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto lower = static_cast<std::size_t>(std::floor(rank));
  const auto upper = std::min(values.size() - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[lower] * (1 - weight) + values[upper] * weight;
}

namespace over_time {

std::optional<double> average(const Window& window) { return exact_sum(window).mean(static_cast<double>(window.samples.size())); }

std::optional<double> sum(const Window& window) { return exact_sum(window).value(); }

std::optional<double> minimum(const Window& window) { return extreme(window.samples, less).value; }
std::optional<double> maximum(const Window& window) { return extreme(window.samples, greater).value; }
std::optional<double> count(const Window& window) { return static_cast<double>(window.samples.size()); }
std::optional<double> last(const Window& window) { return window.samples.back().value; }
std::optional<double> first(const Window& window) { return window.samples.front().value; }
std::optional<double> present(const Window&) { return 1; }
std::optional<double> deviation(const Window& window) { return std::sqrt(variance_of(window)); }
std::optional<double> variance(const Window& window) { return variance_of(window); }

std::optional<double> quantile(const Window& window) {
  auto values = values_of(window);
  return rules::quantile(window.parameters[0], values);
}

std::optional<double> median_deviation(const Window& window) {
  auto values = values_of(window);
  const double median = rules::quantile(0.5, values);
  for (double& value : values) value = std::abs(value - median);
  return rules::quantile(0.5, values);
}

std::optional<double> time_of_first(const Window& window) { return utc_seconds(window.samples.front().at, window); }
std::optional<double> time_of_last(const Window& window) { return utc_seconds(window.samples.back().at, window); }

std::optional<double> time_of_minimum(const Window& window) {
  return utc_seconds(extreme(window.samples, [](double a, double b) { return a <= b; }).at, window);
}

std::optional<double> time_of_maximum(const Window& window) {
  return utc_seconds(extreme(window.samples, [](double a, double b) { return a >= b; }).at, window);
}

std::optional<Extrapolated> extrapolated(const Window& window, double rise, bool counter) {
  const auto samples = window.samples;
  if (samples.size() < 2) return std::nullopt;
  const auto between = [](ground::Instant a, ground::Instant b) { return static_cast<double>((b - a).count()); };  // ns
  const double sampled = between(samples.front().at, samples.back().at), gaps = static_cast<double>(samples.size() - 1);
  const double distance = sampled / gaps, near = distance * 1.1;
  const double from_start = between(window.from, samples.front().at), from_end = between(samples.back().at, window.to);
  double to_start = from_start < near ? from_start : distance / 2;
  // Drawn out below zero could only be one that is small beside its rise.
  const bool may_begin_within = counter && rise > 0 && samples.front().value >= 0 && samples.front().value * gaps < 1.2 * rise;
  if (may_begin_within) to_start = std::min(to_start, sampled * (samples.front().value / rise));
  // Both ends are reached: the window moves on, and what is lost at one is gained at the other.
  if (to_start == from_start && from_end < near)
    return Extrapolated{
        .rise = rise * (between(window.from, window.to) / sampled),
        .same_until = ground::shifted(samples.back().at, ground::Duration{static_cast<std::int64_t>(std::min(near, 1e18))})};
  const double to_end = from_end < near ? from_end : distance / 2;
  return Extrapolated{.rise = rise * ((sampled + to_start + to_end) / sampled), .same_until = ground::Instant::min()};
}

std::optional<double> rate(const Window& window) {
  const auto rise = increase(window);
  return rise ? std::optional{*rise / seconds_between(window.from, window.to)} : std::nullopt;
}

std::optional<double> increase(const Window& window) {
  const auto all = extrapolated(window, risen(window, true), true);
  return all ? std::optional{all->rise} : std::nullopt;
}

std::optional<double> delta(const Window& window) {
  const auto all = extrapolated(window, risen(window, false), false);
  return all ? std::optional{all->rise} : std::nullopt;
}

std::optional<double> instant_rate(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  const auto& [before, newest] = std::pair{window.samples[window.samples.size() - 2], window.samples.back()};
  const double rise = newest.value < before.value ? newest.value : newest.value - before.value;
  return rise / seconds_between(before.at, newest.at);
}

std::optional<double> instant_delta(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  return window.samples.back().value - window.samples[window.samples.size() - 2].value;
}

std::optional<double> changes(const Window& window) {
  double out = 0;
  for (std::size_t i = 1; i < window.samples.size(); ++i) {
    const double before = window.samples[i - 1].value, now = window.samples[i].value;
    out += now != before && !(std::isnan(now) && std::isnan(before)) ? 1 : 0;
  }
  return out;
}

std::optional<double> resets(const Window& window) {
  double out = 0;
  for (std::size_t i = 1; i < window.samples.size(); ++i) out += window.samples[i].value < window.samples[i - 1].value ? 1 : 0;
  return out;
}

std::optional<double> derivative(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  return regression(window.samples, window.samples.front().at).slope;  // an origin near them, for the rounding's sake
}

std::optional<double> predict_linear(const Window& window) {
  if (window.samples.size() < 2) return std::nullopt;
  const auto line = regression(window.samples, window.at);
  return line.slope * window.parameters[0] + line.intercept;
}

/// Holt's linear method: a smoothing factor and one for the trend.
std::optional<double> smoothed(const Window& window) {
  const auto samples = window.samples;
  if (samples.size() < 2) return std::nullopt;
  const auto [smoothing, trending] = window.parameters;
  double before = samples[0].value, level = samples[0].value, trend = samples[1].value - samples[0].value;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (i > 1) trend = trending * (level - before) + (1 - trending) * trend;
    const double next = smoothing * samples[i].value + (1 - smoothing) * (level + trend);
    before = level, level = next;
  }
  return level;
}

}  // namespace over_time

}  // namespace holdup::rules
