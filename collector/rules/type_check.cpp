#include "collector/rules/type_check.hpp"

#include <algorithm>

#include "collector/rules/function.hpp"

namespace holdup::rules {
namespace {

using Checked = std::optional<ExpressionError>;

struct TypeCheck {
  Expression& expression;

  Checked operator()(const NumberLiteral&) const { return as(Type::scalar); }
  Checked operator()(const TextLiteral&) const { return as(Type::text); }

  Checked operator()(const Selector& selector) const {
    const bool bounded =
        std::any_of(selector.matchers.begin(), selector.matchers.end(), [](const Matcher& matcher) { return !matcher.matches(""); });
    if (!bounded) return fail("a selector needs at least one matcher that does not match the empty text");
    return as(selector.range == ground::Duration::zero() ? Type::instant_vector : Type::range_vector);
  }

  Checked operator()(const Subquery&) const {
    const Type type = expression.operands.front().type;
    return type == Type::instant_vector ? as(Type::range_vector)
                                        : fail("a subquery is of an instant vector, not a " + std::string{name(type)});
  }

  Checked operator()(const Call& call) const {
    const Function& function = *call.function;
    const auto& operands = expression.operands;
    const auto wanted = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); };
    const auto most = function.takes.size(), least = most - function.optional - (function.repeats ? 1 : 0);
    const std::string name{function.name};
    if (operands.size() < least) return fail(name + " takes " + (least < most ? "at least " : "") + wanted(least));
    if (operands.size() > most && !function.repeats) return fail(name + " takes " + (least < most ? "at most " : "") + wanted(most));
    for (std::size_t i = 0; i < operands.size(); ++i)
      if (const Type type = function.takes[std::min(i, most - 1)]; operands[i].type != type)
        return fail(name + " takes " + article(type) + (operands.size() > 1 ? " as argument " + std::to_string(i + 1) : "") + ", not " +
                    article(operands[i].type));
    return as(function.returns);
  }

  Checked operator()(const Aggregation& aggregation) const {
    const auto& operands = expression.operands;
    const std::string word{name(aggregation.aggregate)};
    const bool with_parameter = takes_parameter(aggregation.aggregate);
    if (operands.size() != (with_parameter ? 2U : 1U)) return fail(word + " takes " + (with_parameter ? "2 arguments" : "1 argument"));
    if (operands.back().type != Type::instant_vector) return fail(word + " takes an instant vector, not " + article(operands.back().type));
    const Type parameter = aggregation.aggregate == Aggregate::count_values ? Type::text : Type::scalar;
    if (with_parameter && operands.front().type != parameter)
      return fail(word + " takes " + article(parameter) + " as argument 1, not " + article(operands.front().type));
    return as(Type::instant_vector);
  }

  Checked operator()(const Negation&) const {
    const Type type = expression.operands.front().type;
    if (type == Type::scalar || type == Type::instant_vector) return as(type);
    return fail("a sign stands before a scalar or an instant vector, not a " + std::string{name(type)});
  }

  Checked operator()(const Binary& binary) const {
    const Type left = expression.operands[0].type;
    const Type right = expression.operands[1].type;
    const std::string op = "'" + std::string{name(binary.op)} + "'";
    for (const Type type : {left, right})
      if (type == Type::text || type == Type::range_vector) return fail(op + " does not take a " + std::string{name(type)});
    const bool vectors = left == Type::instant_vector && right == Type::instant_vector;
    const bool scalars = left == Type::scalar && right == Type::scalar;
    if (binary.as_bool && !is_comparison(binary.op)) return fail("'bool' stands after a comparison only, not after " + op);
    if (is_comparison(binary.op) && scalars && !binary.as_bool) return fail("comparing two scalars needs 'bool' after " + op);
    if (is_set_operator(binary.op) && !vectors) return fail(op + " takes two instant vectors");
    const auto& matching = binary.matching;
    if (matching.many != Matching::Many::neither && is_set_operator(binary.op)) return fail("no grouping goes with " + op);
    for (const auto& label : matching.include)
      if (matching.kind == Matching::Kind::on && std::ranges::find(matching.labels, label) != matching.labels.end())
        return fail("label '" + label + "' stands in 'on' and in the group modifier");
    if (matching.many != Matching::Many::neither && !vectors) return fail("group modifiers match two instant vectors only");
    if (matching.kind != Matching::Kind::all && !vectors) return fail("'on' and 'ignoring' match two instant vectors only");
    return as(scalars ? Type::scalar : Type::instant_vector);
  }

  static std::string article(Type type) { return (type == Type::instant_vector ? "an " : "a ") + std::string{name(type)}; }
  Checked as(Type type) const {
    expression.type = type;
    return std::nullopt;
  }
  Checked fail(std::string what) const { return ExpressionError{expression.at, std::move(what)}; }
};

}  // namespace

std::optional<ExpressionError> check_types(Expression& expression) { return std::visit(TypeCheck{expression}, expression.node); }

}  // namespace holdup::rules
