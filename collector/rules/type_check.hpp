#pragma once

#include <optional>

#include "collector/rules/expression.hpp"

// The rules that a well-formed tree must still keep: which types an operator takes, where `bool` and `on` may stand. Used by the parser.
namespace holdup::rules {

/// Sets `type` of this node from those of its operands, which are checked already; the first error when there is one.
[[nodiscard]] std::optional<ExpressionError> check_types(Expression& expression);

}  // namespace holdup::rules
