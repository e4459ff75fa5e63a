#pragma once

#include <cstddef>
#include <vector>

#include "collector/rules/rule.hpp"

// In which order rules are evaluated at one instant: what is read stands before who reads it, otherwise as in the files. Used by the rule
// file reader, which refuses circles, and by the streaming engine. What is read of ALERTS is no part of it: an alert may count alerts.
namespace holdup::rules {

struct RuleOrder {
  std::vector<std::size_t> rules;               // by position
  std::vector<std::vector<std::size_t>> reads;  // by rule: those whose series it may read, ascending
  std::vector<std::vector<std::size_t>>
      circles;  // rules each of which reads the one before, the first the last; they stand as in the files
};

[[nodiscard]] RuleOrder order_of(const RuleSet& rules);

}  // namespace holdup::rules
