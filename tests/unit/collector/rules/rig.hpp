#pragma once

#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/rule_alerts.hpp"
#include "collector/rules/rule_file.hpp"
#include "ground/instant.hpp"
#include "ground/number.hpp"

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

/// `pending>firing{alertname="A"}=6@12` each.
inline std::string text(const std::vector<Transition>& transitions) {
  std::string out;
  for (const auto& t : transitions) {
    out += (out.empty() ? "" : " ") + std::string{alert_state_names[static_cast<std::size_t>(t.from)]} + ">" +
           std::string{alert_state_names[static_cast<std::size_t>(t.to)]} + t.labels.text() + "=" + ground::number_text(t.value) + "@" +
           ground::number_text(ground::seconds(t.at.time_since_epoch()));
  }
  return out;
}

}  // namespace holdup::rules::test
