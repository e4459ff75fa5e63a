#include "collector/rules/evaluate.hpp"

#include <algorithm>
#include <set>

#include "collector/rules/join.hpp"
#include "collector/rules/operate.hpp"
#include "ground/expect.hpp"

namespace holdup::rules {
namespace {

using Value = std::variant<double, Vector>;

struct Evaluator {
  ground::Instant at;
  Source& source;
  Evaluation& out;

  Value value(const Expression& expression) {
    return std::visit([&](const auto& node) { return of(node, expression); }, expression.node);
  }

  Value of(const NumberLiteral& number, const Expression&) { return number.value; }
  Value of(const TextLiteral&, const Expression&) { return refuse(); }
  Value of(const Selector& selector, const Expression&) { return read({.selector = &selector}); }

  Value of(const WindowCall& call, const Expression& expression) {
    auto vector = read({.selector = &std::get<Selector>(expression.operands.front().node), .window = &call});
    drop_names(vector, expression.at);
    return vector;
  }

  Value of(const Negation&, const Expression& expression) {
    auto operand = value(expression.operands.front());
    if (auto* number = std::get_if<double>(&operand)) return -*number;
    auto& vector = std::get<Vector>(operand);
    for (auto& element : vector) element.value = -element.value;
    drop_names(vector, expression.at);
    return operand;
  }

  Value of(const Binary& binary, const Expression& expression) {
    auto left = value(expression.operands[0]);
    auto right = value(expression.operands[1]);  // both always: every leaf has a say in changes_at
    auto* left_number = std::get_if<double>(&left);
    auto* right_number = std::get_if<double>(&right);
    if (left_number != nullptr && right_number != nullptr) return operate(binary.op, *left_number, *right_number).value;
    if (left_number == nullptr && right_number == nullptr) {
      return join({.binary = binary, .at = expression.at, .left = std::get<Vector>(left), .right = std::get<Vector>(right)}, out);
    }
    auto& vector = std::get<Vector>(left_number == nullptr ? left : right);
    std::size_t kept = 0;
    for (auto& element : vector) {
      const auto result = operate(binary.op, left_number ? *left_number : element.value, right_number ? *right_number : element.value);
      if (is_comparison(binary.op) && !binary.as_bool && !result.holds) continue;
      if (!is_comparison(binary.op) || binary.as_bool) element.value = result.value;
      vector[kept++] = element;
    }
    vector.resize(kept);
    if (!is_comparison(binary.op) || binary.as_bool) drop_names(vector, expression.at);
    return std::move(vector);
  }

  Vector read(const Leaf& leaf) {
    Vector vector;
    out.changes_at = std::min(out.changes_at, source.read(leaf, at, vector));
    return vector;
  }

  /// Series that differed by name only may not become one.
  void drop_names(Vector& vector, Position where) {
    const auto other_name = [&](const Element& e) { return e.labels->get(metric_name) != vector.front().labels->get(metric_name); };
    const bool mixed = std::any_of(vector.begin(), vector.end(), other_name);
    for (auto& element : vector) element.named = false;
    if (!mixed) return;
    std::set<std::string> seen;
    for (const auto& element : vector)
      if (!seen.insert(match_key(element, {})).second && !out.error)
        out.error = ExpressionError{where, "two series have the same labels once their names are dropped"};
  }

  Value refuse() {
    HOLDUP_EXPECT(!"the type check lets no text through");
    return 0.0;
  }
};

}  // namespace

Evaluation evaluate(const Expression& expression, ground::Instant at, Source& source) {
  HOLDUP_EXPECT(expression.type == Type::scalar || expression.type == Type::instant_vector);
  Evaluation out;
  auto value = Evaluator{at, source, out}.value(expression);
  out.value = std::move(value);
  return out;
}

}  // namespace holdup::rules
