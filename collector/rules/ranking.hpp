#pragma once

#include <cmath>

#include "collector/rules/labels.hpp"
#include "collector/rules/turns.hpp"

// The order in which topk and bottomk take elements. Used by both engines, which therefore choose the same ones.
namespace holdup::rules {

inline constexpr double most_chosen = 9.2e18;  // a 64-bit count; a number beyond it is an error

struct Ranking {
  bool greatest = true;  // come first; else the least

  /// NaN comes last; of equal ones those whose labels come first. Of elements and cells.
  template <class Valued>
  [[nodiscard]] bool operator()(const Valued& a, const Valued& b) const {
    worked(a.value == b.value ? a_text : 2);
    const bool a_is_none = std::isnan(a.value), b_is_none = std::isnan(b.value);
    if (a_is_none != b_is_none) return b_is_none;
    if (a.value == b.value || a_is_none) return counted_before(*a.labels, a.named, *b.labels, b.named);
    return greatest ? a.value > b.value : a.value < b.value;
  }
};

}  // namespace holdup::rules
