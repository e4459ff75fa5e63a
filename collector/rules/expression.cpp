#include "collector/rules/expression.hpp"

#include <array>

namespace holdup::rules {
namespace {

void collect(const Expression& expression, const WindowCall* window, std::vector<Leaf>& out) {
  if (const auto* selector = std::get_if<Selector>(&expression.node)) out.push_back({selector, window});
  const auto* call = std::get_if<WindowCall>(&expression.node);
  for (const auto& operand : expression.operands) collect(operand, call, out);
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
  constexpr std::array<std::string_view, 15> names{"^", "*", "/", "%", "+", "-", "==", "!=", "<", ">", "<=", ">=", "and", "unless", "or"};
  return names[static_cast<std::size_t>(op)];
}

bool is_comparison(Operator op) { return op >= Operator::equal && op <= Operator::greater_equal; }
bool is_set_operator(Operator op) { return op >= Operator::set_and; }

std::string_view name(WindowKind kind) {
  constexpr std::array<std::string_view, 3> names{"avg_over_time", "min_over_time", "max_over_time"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<Leaf> leaves(const Expression& expression) {
  std::vector<Leaf> out;
  collect(expression, nullptr, out);
  return out;
}

}  // namespace holdup::rules
