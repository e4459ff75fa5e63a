#pragma once

#include <cstdint>
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

/// What will evaluate them. Samples are held in memory for the rules of a rack: their windows have a bound, and they do not look ahead.
enum class Reach : std::uint8_t { held, unbounded };

/// The rules without a problem, in the files' order; each other one is reported, all at once.
[[nodiscard]] RuleSet load(std::span<const RuleText> files, ground::Problems& problems, Reach reach = Reach::held);

}  // namespace holdup::rules
