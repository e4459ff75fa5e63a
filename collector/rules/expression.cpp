#include "collector/rules/expression.hpp"

#include <array>

namespace holdup::rules {
namespace {

void collect(const Expression& expression, ground::Duration behind, std::vector<Leaf>& out) {
  if (const auto* selector = std::get_if<Selector>(&expression.node)) out.push_back({selector, behind});
  if (const auto* subquery = std::get_if<Subquery>(&expression.node))
    behind = ground::shifted(ground::shifted(ground::Instant{behind}, subquery->range), subquery->view.offset).time_since_epoch();
  for (const auto& operand : expression.operands) collect(operand, behind, out);
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
  collect(expression, {}, out);
  return out;
}

}  // namespace holdup::rules
