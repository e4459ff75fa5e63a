#pragma once

#include <optional>
#include <string>

#include "collector/rules/rule.hpp"
#include "tests/differential/sample_log.hpp"

// The same rules over the same samples by the streaming engine, told only what arrives and woken only when it asks, and by the plain
// evaluator at every step of the grid.
namespace holdup::differential {

struct Comparison {
  std::optional<std::string> difference;  // where their transitions part
  std::size_t transitions = 0;
};
/// The streaming engine does `turn_work` in a call: however little, it tells the same.
[[nodiscard]] Comparison compared(const rules::RuleSet& rules, const SampleLog& log, std::size_t turn_work);

}  // namespace holdup::differential
