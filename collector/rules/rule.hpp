#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/template.hpp"
#include "ground/instant.hpp"

// An alerting rule as read from its file, checked: a value. The engine evaluates it, `check` and the rules API print it.
namespace holdup::rules {

using NamedTemplate = std::pair<std::string, Template>;

struct Rule {
  std::string alert;
  std::string group;
  std::string file;
  int line = 0;
  std::string text;  // the expression as written
  Expression expression;
  ground::Duration hold{};         // `for`
  ground::Duration keep_firing{};  // `keep_firing_for`
  std::size_t limit = 0;           // the group's: more alerts than that are an error; 0 is none
  std::vector<NamedTemplate> labels;
  std::vector<NamedTemplate> annotations;
};

/// In the files' order.
using RuleSet = std::vector<Rule>;

/// One rule before and after a reload: its name and its labels as written, as in Prometheus.
[[nodiscard]] std::string identity(const Rule& rule);

}  // namespace holdup::rules
