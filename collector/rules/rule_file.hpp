#pragma once

#include <span>
#include <string>

#include "collector/rules/rule.hpp"
#include "ground/problem.hpp"

// Reads rule files in Prometheus' format, strictly. Used by `run`, `check` and reload.
namespace holdup::rules {

struct RuleText {
  std::string file;
  std::string text;
};

/// The rules without a problem; each other one is reported, all at once.
[[nodiscard]] RuleSet load(std::span<const RuleText> files, ground::Problems& problems);

}  // namespace holdup::rules
