#include <algorithm>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"
#include "unit/collector/drill/scenarios.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

constexpr const char* worn_rack =
    "rack:\n"
    "  rack: r1\n"
    "  feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\n"
    "  devices:\n"
    "    pdu-a: {url: \"snmp://192.0.2.1\", feed: A}\n"
    "    pdu-b: {url: \"snmp://192.0.2.2\", feed: B}\n"
    "    u1: {url: \"modbus://192.0.2.3/1\", profile: orv3-psu, routine: 1s}\n"
    "    u2: {url: \"modbus://192.0.2.4/1\", profile: orv3-psu, routine: 1s}\n"
    "  loads:\n"
    "    cab1:\n"
    "      needs_watts: 800\n"
    "      supplies:\n"
    "        psu1: {cord: pdu-a/outlet/1, status: u1, rated_watts: 1000}\n"
    "        psu2: {cord: pdu-b/outlet/1, status: u2, rated_watts: 1000}\n"
    "rules: [own.yml]\n";

constexpr const char* efficiency_rule =
    "groups:\n- name: own\n  rules:\n"
    "  - alert: worn\n    expr: rack_power_watts{part=\"supply\",name=\"output\"} / ignoring(name) "
    "rack_power_watts{part=\"supply\",name=\"input\"} < 0.91\n    for: 2s\n    labels: {severity: warning}\n";

drill::DrillPlan drilled(const std::string& rest) {
  auto plan = drill_test::plan_of(worn_rack + rest);
  ground::Problems problems;
  plan.rules = rules::load(std::vector<rules::RuleText>{{"own.yml", efficiency_rule}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  plan.as_profiles = true;
  return plan;
}

}  // namespace

TEST_CASE("a rule that goes by a profile's names warns of a worn supply before it fails, and of no other") {
  const auto transcript =
      drill::play(drilled("for: 4min\ntrouble: {what: efficiency, of: cab1/psu1, fails: cab1/psu1}\ntimeline:\n"
                          "  - {at: 20s, do: wear cab1/psu1 kind=efficiency life=100s}\nexpect:\n  - {say: worn, of: cab1/psu1, by: 115s}\n"
                          "  - {say: supply_output_failed, of: cab1/psu1, by: 125s}\n  - {never: worn, of: cab1/psu2}\n"));
  INFO(drill_test::bytes_of(transcript));
  CHECK(transcript.clean());
  REQUIRE(transcript.verdicts.size() == 3);
  REQUIRE(transcript.failed);
  CHECK(*transcript.failed >= ground::Instant{119900ms});
  CHECK(*transcript.failed <= ground::Instant{120100ms});
  REQUIRE(!transcript.fired.empty());
  CHECK((transcript.fired.front().firing && transcript.fired.front().rule == "worn" && transcript.fired.front().element == "cab1/psu1"));
  CHECK(transcript.fired.front().at < *transcript.failed);
}

TEST_CASE("without wear the rule keeps silent and nothing fails, a supply exchanged in time fails neither") {
  const auto idle =
      drill::play(drilled("for: 4min\ntrouble: {what: efficiency, of: cab1/psu1, fails: cab1/psu1}\nexpect:\n  - {never: worn}\n"));
  CHECK((idle.clean() && idle.fired.empty() && !idle.failed));
  const auto mended =
      drill::play(drilled("for: 4min\ntrouble: {what: efficiency, of: cab1/psu1, fails: cab1/psu1}\ntimeline:\n"
                          "  - {at: 20s, do: wear cab1/psu1 kind=efficiency life=100s}\n  - {at: 110s, do: replace cab1/psu1}\nexpect:\n"
                          "  - {say: worn, of: cab1/psu1}\n  - {never: supply_output_failed}\n"));
  INFO(drill_test::bytes_of(mended));
  CHECK(mended.clean());
  CHECK_FALSE(mended.failed);
  CHECK(std::ranges::any_of(mended.fired, [](const drill::Fired& one) { return !one.firing; }));  // it ceased
}

TEST_CASE("what was lost for a moment before the trouble began is not what it ended in") {
  const auto played = [](const std::string& since) {
    return drill::play(drilled("for: 2min\ntrouble: {what: a loss, of: cab1/psu1, since: " + since +
                               ", fails: cab1/psu1}\ntimeline:\n  - {at: 10s, do: fail cab1/psu1 for=5s}\n"));
  };
  CHECK(played("5s").failed == ground::Instant{10s});
  CHECK_FALSE(played("1min").failed);
}
