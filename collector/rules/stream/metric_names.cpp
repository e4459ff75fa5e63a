#include "collector/rules/stream/metric_names.hpp"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "collector/rules/function.hpp"

namespace holdup::rules::stream {
namespace {

bool names_metric(const std::vector<std::string>& labels) { return std::ranges::find(labels, metric_name) != labels.end(); }

bool is_of_names(const Expression& text) {
  const auto* literal = std::get_if<TextLiteral>(&text.node);
  return literal != nullptr && literal->value == metric_name;
}

bool picks(const Aggregation& aggregation) {
  return aggregation.aggregate == Aggregate::topk || aggregation.aggregate == Aggregate::bottomk;
}

bool may_keep_names(const Expression& expression);

struct MayKeepNames {
  const Expression& expression;

  bool operator()(const Selector&) const { return true; }
  bool operator()(const Subquery&) const { return may_keep_names(expression.operands.front()); }
  bool operator()(const Call& call) const { return call.function->keeps_name && may_keep_names(expression.operands.front()); }
  bool operator()(const Aggregation& aggregation) const { return picks(aggregation) && may_keep_names(expression.operands.back()); }
  bool operator()(const Binary& binary) const {
    const bool chooses = is_set_operator(binary.op) || (is_comparison(binary.op) && !binary.as_bool);
    return chooses && std::ranges::any_of(expression.operands, may_keep_names);
  }
  bool operator()(const auto&) const { return false; }
};

bool may_keep_names(const Expression& expression) { return std::visit(MayKeepNames{expression}, expression.node); }

bool joins_metrics(const Expression& expression) {
  const auto* binary = std::get_if<Binary>(&expression.node);
  return (binary != nullptr && binary->op == Operator::set_or) || std::ranges::any_of(expression.operands, joins_metrics);
}

struct DiffersWithoutName {
  const Expression& expression;

  bool operator()(const Selector& selector) const {
    return std::ranges::any_of(selector.matchers,
                               [](const Matcher& matcher) { return matcher.name() == metric_name && matcher.kind() == MatchKind::equal; });
  }
  bool operator()(const Call& call) const {
    const Function& function = *call.function;
    if (!function.keeps_name) return true;
    return differs_without_name(expression.operands.front()) && std::ranges::none_of(expression.operands, is_of_names);
  }
  bool operator()(const Aggregation& aggregation) const {
    if (picks(aggregation)) return differs_without_name(expression.operands.back());
    return (aggregation.without || !names_metric(aggregation.labels)) && std::ranges::none_of(expression.operands, is_of_names);
  }
  bool operator()(const Binary& binary) const {
    const auto &left = expression.operands[0], &right = expression.operands[1];
    const auto& matching = binary.matching;
    if (names_metric(matching.labels) || names_metric(matching.include)) return false;
    if (binary.op == Operator::set_or) return differs_without_name(left) && differs_without_name(right);
    if (is_set_operator(binary.op)) return differs_without_name(left);
    if (!is_comparison(binary.op) || binary.as_bool) return true;
    if (left.type == Type::scalar || matching.many == Matching::Many::right) return differs_without_name(right);
    return differs_without_name(left);
  }
  bool operator()(const Subquery&) const {
    const auto& operand = expression.operands.front();
    return differs_without_name(operand) && !(may_keep_names(operand) && joins_metrics(operand));
  }
  bool operator()(const auto&) const { return true; }
};

}  // namespace

bool differs_without_name(const Expression& expression) { return std::visit(DiffersWithoutName{expression}, expression.node); }

}  // namespace holdup::rules::stream
