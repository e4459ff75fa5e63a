#include "collector/rules/expression.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdup::rules {
namespace {

ground::Duration sum(ground::Duration a, ground::Duration b) { return ground::shifted(ground::Instant{a}, b).time_since_epoch(); }

bool stands_still(const Subquery& subquery) {
  return subquery.view.fixed == View::Fixed::no && subquery.view.offset >= ground::Duration::zero();
}

void collect(const Expression& expression, Leaf around, bool outermost, std::vector<Leaf>& out) {
  if (const auto* selector = std::get_if<Selector>(&expression.node)) {
    around.selector = selector;
    out.push_back(around);
  }
  if (const auto* subquery = std::get_if<Subquery>(&expression.node)) {
    const auto back = sum(subquery->range, subquery->view.offset);
    around.behind = sum(around.behind, back);
    if (outermost && stands_still(*subquery))
      around.held = &expression;
    else
      around.within = sum(around.within, back);
    outermost = false;
  }
  for (const auto& operand : expression.operands) collect(operand, around, outermost, out);
}

void collect_held(const Expression& expression, std::vector<const Expression*>& out) {
  if (const auto* subquery = std::get_if<Subquery>(&expression.node)) {
    if (stands_still(*subquery)) out.push_back(&expression);
    return;
  }
  for (const auto& operand : expression.operands) collect_held(operand, out);
}

}  // namespace

std::string ExpressionError::text() const {
  return what + " (line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ")";
}

std::string_view name(Type type) {
  constexpr std::array<std::string_view, 4> names{"scalar", "string", "instant vector", "range vector"};
  return names[static_cast<std::size_t>(type)];
}

std::string_view name(Operator op) {
  constexpr std::array<std::string_view, 16> names{
      "^", "*", "/", "%", "atan2", "+", "-", "==", "!=", "<", ">", "<=", ">=", "and", "unless", "or"};
  return names[static_cast<std::size_t>(op)];
}

bool is_comparison(Operator op) { return op >= Operator::equal && op <= Operator::greater_equal; }
bool is_set_operator(Operator op) { return op >= Operator::set_and; }

std::string_view name(Aggregate aggregate) {
  constexpr std::array<std::string_view, 12> names{"sum",    "avg",    "min",  "max",     "count",    "group",
                                                   "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"};
  return names[static_cast<std::size_t>(aggregate)];
}

bool takes_parameter(Aggregate aggregate) { return aggregate >= Aggregate::topk; }

std::vector<Leaf> leaves(const Expression& expression) {
  std::vector<Leaf> out;
  collect(expression, {}, true, out);
  return out;
}

std::vector<const Expression*> held_subqueries(const Expression& expression) {
  std::vector<const Expression*> out;
  collect_held(expression, out);
  return out;
}

ground::Duration reach_of(const Leaf& leaf, ground::Duration lookback) {
  const auto& [range, view] = std::pair{leaf.selector->range, leaf.selector->view};
  const auto back = sum(leaf.within, std::max(ground::Duration::zero(), view.offset));
  const bool is_newest = range == ground::Duration::zero() && back == ground::Duration::zero() && view.fixed == View::Fixed::no;
  if (is_newest && leaf.held == nullptr) return {};
  const auto own = sum(range != ground::Duration::zero() ? range : lookback, back);
  return leaf.held != nullptr ? sum(own, lookback) : own;  // a step may be evaluated late
}

}  // namespace holdup::rules
