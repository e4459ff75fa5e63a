#include "collector/rules/moments.hpp"

#include <utility>

namespace holdup::rules {
namespace {

constexpr std::int64_t furthest = std::int64_t{1} << 51U;  // ns from the origin, before that moves
constexpr double nanoseconds = 1e9;                        // a second

}  // namespace

void Moments::take(const Point& point, int sign) {
  const auto units = units_of(point.value);
  if (points_ == 0) origin_ = point.at;
  if (point.at - origin_ > ground::Duration{furthest}) move_origin(point.at);
  points_ += sign;
  if (!units) return void(strangers_ += sign);
  const std::int64_t time = (point.at - origin_).count();
  sum_ += static_cast<Wide>(sign * *units);
  times_ += static_cast<Wide>(Int128{sign} * time);
  squares_of_times_ += static_cast<Wide>(Int128{sign} * time * time);
  products_ += Int256::product(*units, Int128{sign} * time);
}

/// (x - d)(x - d) = xx - 2 d x + d d, of each.
void Moments::move_origin(ground::Instant to) {
  const auto by = static_cast<Wide>(Int128{(to - std::exchange(origin_, to)).count()});
  const auto known = static_cast<Wide>(Int128{points_ - strangers_});
  products_ -= Int256::product(sum(), static_cast<Int128>(by));
  squares_of_times_ += by * by * known - 2 * by * times_;
  times_ -= by * known;
}

double Moments::variance(std::size_t count) const {
  const auto squares = squares_.times(count) - Int256::product(sum(), sum());
  const auto all = static_cast<double>(count);
  return squares.unrounded(2 * lowest_exponent).value() / (all * all);
}

Moments::Line Moments::line(std::size_t count, ground::Instant at) const {
  const auto rise = products_.times(count) - Int256::product(times(), sum());
  const auto run = Int256{static_cast<Int128>(squares_of_times_)}.times(count) - Int256::product(times(), times());
  const auto since_middle = Int256{(at - origin_).count()}.times(count) - Int256{times()};  // times the count
  const auto all = static_cast<double>(count);
  const double slope = rise.unrounded(lowest_exponent).value() / run.unrounded(0).value() * nanoseconds;
  const double mean = Int256{sum()}.unrounded(lowest_exponent).mean(all);
  return {.slope = slope, .intercept = mean + slope * (since_middle.unrounded(0).value() / (all * nanoseconds))};
}

}  // namespace holdup::rules
