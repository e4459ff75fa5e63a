#include "collector/rules/stream/leeway.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "collector/rules/expression.hpp"

namespace holdup::rules::stream {
namespace {

/// The farthest values of a leeway. The result is a float's nearest and so never falls with what makes it rise: where these do not pass,
/// nothing within does.
struct Corner {
  double left = 0, right = 0;
  int left_rises = 0, right_rises = 0;  // 1: towards the threshold when it rises, -1: when it falls, 0: it must stay as it is
};

constexpr double share = 7. / 16;  // of what is left up to the threshold, for each side: both together do not get there

std::optional<Corner> corner(double left, Operator op, double right, double bound, int upward) {
  const double room = (bound - operate(op, left, right).value) * share;
  switch (op) {
    case Operator::add:
      return Corner{left + room, right + room, upward, upward};
    case Operator::subtract:
      return Corner{left + room, right - room, upward, -upward};
    case Operator::multiply:
      if (right > 0) return Corner{std::midpoint(left, bound / right), right, upward, 0};
      break;
    case Operator::divide:
      if (right > 0 && upward < 0) return Corner{std::midpoint(left, bound * right), right, upward, 0};
      if (right > 0 && bound > 0) {
        const double least = std::max(left, 0.), divisor = std::midpoint(right, least / bound);
        if (divisor > 0) return Corner{std::midpoint(least, bound * divisor), divisor, 1, -1};
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

/// The comparison that is to hold.
Operator wanted(Operator op, const std::optional<Threshold>& threshold) {
  return is_comparison(op) ? op : threshold ? threshold->op : Operator::equal;
}
bool is_upward(Operator compared) { return compared == Operator::greater || compared == Operator::greater_equal; }

Guard guard(double bound, int rises) {
  if (rises == 0) return {.bound = bound, .op = Operator::equal, .watches = Guard::Watches::unless};
  return unless_up_to(bound, rises > 0);
}

}  // namespace

bool may_have_leeway(Operator op, const std::optional<Threshold>& threshold) {
  const auto compared = wanted(op, threshold);
  const bool has_way = is_upward(compared) || compared == Operator::less || compared == Operator::less_equal;
  const bool is_followed =
      is_comparison(op) || op == Operator::add || op == Operator::subtract || op == Operator::multiply || op == Operator::divide;
  return has_way && is_followed;
}

std::optional<Leeway> leeway(double left, Operator op, double right, const std::optional<Threshold>& threshold) {
  if (!may_have_leeway(op, threshold)) return std::nullopt;
  const int upward = is_upward(wanted(op, threshold)) ? 1 : -1;
  const auto passes = [&](double x, double y) {
    const auto result = operate(op, x, y);
    return is_comparison(op) ? result.holds : threshold->lets_pass(result.value);
  };
  const auto end =
      is_comparison(op) ? corner(left, Operator::subtract, right, 0, upward) : corner(left, op, right, threshold->bound, upward);
  if (!end || !std::isfinite(end->left) || !std::isfinite(end->right) || passes(end->left, end->right)) return std::nullopt;
  Leeway out{guard(end->left, end->left_rises), guard(end->right, end->right_rises)};
  const Point none{};
  const bool holds = !out.left.lets_pass(none, {.value = left}) && !out.right.lets_pass(none, {.value = right});
  return holds ? std::optional{out} : std::nullopt;
}

}  // namespace holdup::rules::stream
