#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/template.hpp"
#include "ground/instant.hpp"

// A rule as read from its file, checked: a value. The engine evaluates it, `check` and the rules API print it.
namespace holdup::rules {

using NamedTemplate = std::pair<std::string, Template>;

struct Rule {
  std::string alert;   // its name; empty: a recording rule
  std::string record;  // the name of the series that it makes; empty: an alerting rule
  std::string group;
  std::string file;
  int line = 0;
  std::string text;  // the expression as written
  Expression expression;
  ground::Duration hold{};         // `for`
  ground::Duration keep_firing{};  // `keep_firing_for`
  ground::Duration interval{};     // the group's; 0: not said
  std::size_t limit = 0;           // the group's: more alerts or series than that are an error; 0 is none
  std::vector<NamedTemplate> labels;
  std::vector<NamedTemplate> annotations;
};

/// In the files' order.
using RuleSet = std::vector<Rule>;

/// The alert's, or that of the recorded series.
[[nodiscard]] const std::string& name(const Rule& rule);
/// Whether a template of it has a `query`.
[[nodiscard]] bool queries(const Rule& rule);
/// One rule before and after a reload: its name and its labels as written, as in Prometheus.
[[nodiscard]] std::string identity(const Rule& rule);

}  // namespace holdup::rules
