#pragma once

#include "collector/rules/evaluator.hpp"

// Two instant vectors under one operator: matching on all labels, `on` or `ignoring`, one to one or many to one, and the set operators.
// Used by the evaluator.
namespace holdup::rules {

struct Join {
  const Binary& binary;
  const Expression& where;
  const Vector& left;
  const Vector& right;
};

/// Errors and new label sets go into the evaluation.
[[nodiscard]] Vector join(const Join& sides, Evaluator& evaluator);

}  // namespace holdup::rules
