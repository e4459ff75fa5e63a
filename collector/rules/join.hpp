#pragma once

#include <string>

#include "collector/rules/evaluate.hpp"

// Two instant vectors under one operator: one-to-one matching on all labels, `on` or `ignoring`, and the set operators. Used by the
// evaluator.
namespace holdup::rules {

struct Join {
  const Binary& binary;
  Position at;
  const Vector& left;
  const Vector& right;
};

/// Errors and new label sets go into `evaluation`.
[[nodiscard]] Vector join(const Join& sides, Evaluation& evaluation);

/// Equal for two elements when, and only when, the matching pairs them. The metric's name never matches unless `on` lists it.
[[nodiscard]] std::string match_key(const Element& element, const Matching& matching);

}  // namespace holdup::rules
