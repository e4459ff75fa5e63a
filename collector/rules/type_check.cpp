#include "collector/rules/type_check.hpp"

#include <algorithm>

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

  Checked operator()(const WindowCall& call) const {
    const auto& operand = expression.operands.front();
    if (operand.type == Type::range_vector) return as(Type::instant_vector);
    return fail(std::string{name(call.kind)} + " takes a range vector, not a" + (operand.type == Type::instant_vector ? "n " : " ") +
                std::string{name(operand.type)});
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
    if (binary.matching.kind != Matching::Kind::all && !vectors) return fail("'on' and 'ignoring' match two instant vectors only");
    return as(scalars ? Type::scalar : Type::instant_vector);
  }

  Checked as(Type type) const {
    expression.type = type;
    return std::nullopt;
  }
  Checked fail(std::string what) const { return ExpressionError{expression.at, std::move(what)}; }
};

}  // namespace

std::optional<ExpressionError> check_types(Expression& expression) { return std::visit(TypeCheck{expression}, expression.node); }

}  // namespace holdup::rules
