#include "collector/rules/stream/threshold_before.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace holdup::rules::stream {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Course : std::uint8_t { none, rises, falls };

/// Rounding keeps it.
Course course(Operator op, double with, bool first) {
  if (!std::isfinite(with)) return Course::none;
  if (op == Operator::add) return Course::rises;
  if (op == Operator::subtract) return first ? Course::falls : Course::rises;
  if (with == 0 || (op != Operator::multiply && (op != Operator::divide || first))) return Course::none;
  return with > 0 ? Course::rises : Course::falls;
}

/// Floats by their order, from -order_of(infinity) to that.
std::int64_t order_of(double positive) { return std::bit_cast<std::int64_t>(positive); }
double at_order(std::int64_t order) { return order < 0 ? -std::bit_cast<double>(-order) : std::bit_cast<double>(order); }

}  // namespace

std::optional<Threshold> threshold_before(Operator op, double with, bool first, const Threshold& threshold) {
  const auto way = course(op, with, first);
  const bool from_below = threshold.op == Operator::greater || threshold.op == Operator::greater_equal;
  const bool from_above = threshold.op == Operator::less || threshold.op == Operator::less_equal;
  if (way == Course::none || (!from_below && !from_above)) return std::nullopt;
  const bool upward = from_below == (way == Course::rises);  // who is above one that passes does, too; or who is below
  const double sign = upward ? 1 : -1;
  const auto passes = [&](std::int64_t order) {
    const double x = sign * at_order(order);
    return threshold.lets_pass((first ? operate(op, with, x) : operate(op, x, with)).value);
  };
  auto not_yet = -order_of(infinity), passing = order_of(infinity);
  if (!passes(passing)) return Threshold{upward ? Operator::greater : Operator::less, sign * infinity};  // none does
  if (passes(not_yet)) passing = not_yet;
  while (passing - 1 > not_yet) {
    const auto middle = std::midpoint(not_yet, passing);
    (passes(middle) ? passing : not_yet) = middle;
  }
  return Threshold{upward ? Operator::greater_equal : Operator::less_equal, sign * at_order(passing)};
}

}  // namespace holdup::rules::stream
