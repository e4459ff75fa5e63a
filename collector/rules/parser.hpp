#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "collector/rules/expression.hpp"

// PromQL's text to a tree. What of the language holdup does not evaluate is refused here, by name, never approximated. Used by the rule
// file reader; queries will come the same way.
namespace holdup::rules {

inline constexpr std::size_t expression_max_bytes = 64 * 1024;
inline constexpr int expression_max_depth = 100;   // brackets, signs and powers inside one another
inline constexpr int expression_max_height = 500;  // operators on the longest way from the root to a leaf

/// Checked for types too. The error is the first one.
[[nodiscard]] std::variant<Expression, ExpressionError> parse(std::string_view text);

}  // namespace holdup::rules
