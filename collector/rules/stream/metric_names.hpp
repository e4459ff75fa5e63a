#pragma once

#include "collector/rules/expression.hpp"

// What an expression does with the name of the metric. Used by the builder: operators drop names unseen only where that is safe.
namespace holdup::rules::stream {

/// Whether no two elements can be the same but for the metric's name: of a subquery also at two of its steps.
[[nodiscard]] bool differs_without_name(const Expression& expression);

}  // namespace holdup::rules::stream
