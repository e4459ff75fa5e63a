#pragma once

#include <cmath>

#include "collector/rules/expression.hpp"

// Arithmetic and comparison of two numbers, IEEE 754 throughout: x/0 is an infinity or NaN, and NaN equals nothing. Used by the evaluator
// and the join.
namespace holdup::rules {

struct Operated {
  double value = 0;    // of a comparison 1 or 0
  bool holds = false;  // comparison only
};

[[nodiscard]] inline Operated operate(Operator op, double left, double right) {
  const auto compared = [](bool holds) { return Operated{holds ? 1.0 : 0.0, holds}; };
  switch (op) {
    case Operator::power:
      return {std::pow(left, right), false};
    case Operator::multiply:
      return {left * right, false};
    case Operator::divide:
      return {left / right, false};
    case Operator::modulo:
      return {std::fmod(left, right), false};
    case Operator::arc_tangent:
      return {std::atan2(left, right), false};
    case Operator::add:
      return {left + right, false};
    case Operator::subtract:
      return {left - right, false};
    case Operator::equal:
      return compared(left == right);
    case Operator::not_equal:
      return compared(left != right);
    case Operator::less:
      return compared(left < right);
    case Operator::greater:
      return compared(left > right);
    case Operator::less_equal:
      return compared(left <= right);
    case Operator::greater_equal:
      return compared(left >= right);
    case Operator::set_and:
    case Operator::set_unless:
    case Operator::set_or:
      break;  // on vectors only, in the join
  }
  return {};
}

/// A comparison with a constant: `value op bound`.
struct Threshold {
  Operator op{};
  double bound = 0;
  /// Each sample is asked this; operate() would ask first which of all operators it is.
  [[nodiscard]] bool lets_pass(double value) const {
    switch (op) {
      case Operator::greater:
        return value > bound;
      case Operator::less:
        return value < bound;
      case Operator::greater_equal:
        return value >= bound;
      case Operator::less_equal:
        return value <= bound;
      case Operator::equal:
        return value == bound;
      default:
        return value != bound;
    }
  }
};

}  // namespace holdup::rules
