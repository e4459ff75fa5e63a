#pragma once

#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"
#include "ground/instant.hpp"

// What the tests of the streaming engine begin with.
namespace holdup::rules::test {

inline ground::Instant at(ground::Duration t) { return ground::Instant{t}; }

/// Of one group "g"; `group`: what else it says, "    interval: 10s\n".
inline RuleSet rules_of(const std::string& lines, const std::string& group = {}) {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", "groups:\n- name: g\n" + group + "  rules:\n" + lines}};
  auto out = load(files, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.all().empty());
  return out;
}

}  // namespace holdup::rules::test
