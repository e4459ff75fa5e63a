#include "hw-sim/scenario/scenario.hpp"

#include "catch.hpp"

using namespace hwsim;
using namespace hwsim::scenario;
using namespace std::chrono_literals;

namespace {

const std::string rack_text =
    "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A}}\n"
    "loads: {cab1: {needs_watts: 100, supplies: {psu1: {cord: pdu-a/outlet/1}}}}\n";

using Texts = std::vector<std::string>;

Texts texts(const ground::Problems& problems) {
  Texts out;
  for (const auto& p : problems.all()) out.push_back(p.text());
  return out;
}

// What is wrong with a scenario whose lines after `rack:` these are.
Texts problems_of(const std::string& lines) {
  ground::Problems problems;
  (void)parse_scenario("rack: r.yaml\n" + lines, "s.yaml", problems);
  return texts(problems);
}

Texts unchecked(const std::string& lines) {
  ground::Problems problems;
  const auto scenario = parse_scenario("rack: r.yaml\n" + lines, "s.yaml", problems);
  const auto rack = parse_rack(rack_text, "r.yaml", problems);
  REQUIRE(problems.ok());
  check_elements(scenario, rack, "s.yaml", problems);
  return texts(problems);
}

}  // namespace

TEST_CASE("a scenario is read, its timeline by time") {
  ground::Problems problems;
  const Scenario scenario = parse_scenario(
      "rack: racks/r.yaml\nseed: 7\ntimeline:\n  - {at: 20s, do: restore feed/A}\n  - {at: 10s, do: \"fail feed/A for=1s\"}\n"
      "  - {at: 20s, do: set cab1 watts=5}\nexpect:\n  - {say: feed_lost, of: feed/A, by: 14s, strength: probable}\n"
      "  - {never: supply_output_failed}\n  - {never: load_down, of: cab1}\n",
      "s.yaml", problems);
  REQUIRE(problems.all().empty());
  CHECK(std::get<std::string>(scenario.rack) == "racks/r.yaml");
  CHECK(scenario.seed == 7);
  REQUIRE(scenario.timeline.size() == 3);
  CHECK((scenario.timeline[0].at == 10s && scenario.timeline[0].text == "fail feed/A for=1s" && scenario.timeline[0].line == 5));
  CHECK(std::get<power::Fail>(scenario.timeline[0].command).lasts == 1s);
  CHECK(scenario.timeline[1].text == "restore feed/A");  // equal times stay as written
  CHECK(scenario.timeline[2].text == "set cab1 watts=5");
  REQUIRE(scenario.expect.size() == 3);
  CHECK((scenario.expect[0].verdict == "feed_lost" && scenario.expect[0].of->text() == "feed/A" && !scenario.expect[0].never));
  CHECK((scenario.expect[0].by == 14s && scenario.expect[0].strength == "probable" && scenario.expect[0].line == 8));
  CHECK((scenario.expect[1].never && !scenario.expect[1].of));
  CHECK(scenario.expect[2].of->text() == "cab1");
}

TEST_CASE("a scenario may carry its rack itself") {
  ground::Problems problems;
  const Scenario scenario = parse_scenario("rack:\n  rack: r\n  feeds: {A: {nominal_volts: zero}}\n", "s.yaml", problems);
  REQUIRE(problems.ok());
  (void)read_rack(std::get<ground::yaml::Node>(scenario.rack), "s.yaml", problems);
  CHECK(texts(problems) == Texts{"s.yaml:3: feeds.A.nominal_volts: 'zero' is no number; write digits, its unit is in the key"});
}

TEST_CASE("each thing wrong in a scenario is said with line, key and mend") {
  CHECK(problems_of("sead: 3\n") == Texts{"s.yaml:2: sead: unknown key; did you mean 'seed'?"});
  CHECK(problems_of("seed: -3\n") == Texts{"s.yaml:2: seed: below 0; write 0 or more"});
  CHECK(problems_of("timeline: {at: 3s}\n") == Texts{"s.yaml:2: timeline: not a list; write '- {…}' lines under it"});
  CHECK(problems_of("timeline: [{do: restore feed/A}]\n") == Texts{"s.yaml:2: timeline[0]: 'at' is missing; add it, as in at: 10s"});
  CHECK(problems_of("timeline: [{at: 10, do: restore feed/A}]\n") ==
        Texts{"s.yaml:2: timeline[0].at: '10' is no duration; write a number and its unit: 20ms, 1s, 5min, 2h, 30d"});
  CHECK(problems_of("timeline: [{at: 10s}]\n") == Texts{"s.yaml:2: timeline[0]: 'do' is missing; add it"});
  CHECK(problems_of("timeline:\n- {at: 1s, do: status}\n") ==
        Texts{"s.yaml:3: timeline[0].do: status changes nothing; leave it out of a timeline"});
  CHECK(problems_of("timeline:\n- {at: 1s, do: restore feed/A}\n- {at: 1s, do: fial feed/A, when: now}\n") ==
        Texts{"s.yaml:4: timeline[1].do: no command is called 'fial'; did you mean 'fail'?",
              "s.yaml:4: timeline[1].when: unknown key; known here: at, do"});
  CHECK(problems_of("expect: [{of: feed/A}]\n") ==
        Texts{"s.yaml:2: expect[0]: needs either 'say' or 'never'; write say: VERDICT or never: VERDICT"});
  CHECK(problems_of("expect: [{say: restored, never: restored}]\n") ==
        Texts{"s.yaml:2: expect[0]: needs either 'say' or 'never'; write say: VERDICT or never: VERDICT"});
  CHECK(problems_of("expect: [{say: restored}, {never: feed_lost, strength: proven}]\n").empty());
  CHECK(problems_of("expect: [{never: restored, by: 3s}]\n") ==
        Texts{"s.yaml:2: expect[0].never: takes neither 'by' nor 'steady'; leave them out: it holds for the whole run"});
  CHECK(problems_of("expect: [{say: restored, of: feed/A/b/c, by: 3s}]\n") ==
        Texts{"s.yaml:2: expect[0].of: no element; write one as in feed/A, pdu-a, cab1/psu1"});
  CHECK(
      problems_of("expect: [{say: restored, of: feed/A, by: 3s, strength: proved}]\n") ==
      Texts{"s.yaml:2: expect[0].strength: 'proved' is not one of proven, probable, reported, unknown, attested; did you mean 'proven'?"});
  const auto misspelt = problems_of("expect: [{say: feed_lots, of: feed/A, by: 3s}]\n");
  REQUIRE(misspelt.size() == 1);
  CHECK(misspelt[0].ends_with("did you mean 'feed_lost'?"));
}

TEST_CASE("a scenario without a rack, or that is no YAML, is refused") {
  ground::Problems problems;
  (void)parse_scenario("seed: 3\n", "s.yaml", problems);
  (void)parse_scenario("rack: [a]\n", "s.yaml", problems);
  (void)parse_scenario("rack: {\n", "s.yaml", problems);
  const auto all = texts(problems);
  REQUIRE(all.size() == 3);
  CHECK(all[0] == "s.yaml:1: 'rack' is missing; add rack: FILE, or the site itself under it");
  CHECK(all[1] == "s.yaml:1: rack: neither a file name nor a mapping; write rack: rack.yaml");
}

TEST_CASE("elements of a scenario are checked against its rack") {
  CHECK(unchecked("timeline: [{at: 1s, do: fail feed/A}]\nexpect: [{say: feed_lost, of: feed/A, by: 3s}, {never: load_down}]\n").empty());
  CHECK(unchecked("timeline: [{at: 1s, do: fail feed/B}]\n") ==
        Texts{"s.yaml:2: do: 'fail feed/B': the rack has no feed/B, did you mean feed/A?"});
  CHECK(unchecked("timeline: [{at: 1s, do: fail cab1 kind=removed}]\n") ==
        Texts{"s.yaml:2: do: 'fail cab1 kind=removed': kind=removed goes with a supply, not with cab1"});
  CHECK(unchecked("expect:\n- {say: supply_lost, of: cab1/psu9, by: 3s}\n") ==
        Texts{"s.yaml:3: of: the rack has no cab1/psu9; did you mean 'cab1/psu1'?"});
}

TEST_CASE("verdicts are those of the vocabulary") {
  CHECK(is_verdict("supply_input_lost"));
  CHECK(is_verdict("restored"));
  CHECK_FALSE(is_verdict(""));
  CHECK_FALSE(is_verdict("feed"));
}

TEST_CASE("a scenario names rules, its trouble, and how long it goes on, then what is said may be a rule's") {
  ground::Problems problems;
  const Scenario scenario = parse_scenario(
      "rack: r.yaml\nrules: [../pack/*.yml]\nfor: 30d\ntrouble: {what: a fan, of: [cab1/psu1, feed/A], since: 5d, fails: cab1}\ntimeline:\n"
      "  - {at: 5d, do: wear cab1/psu1 kind=fan life=20d}\nexpect:\n  - {say: fan_worn, of: cab1/psu1, by: 20d}\n  - {never: supply_lost}\n"
      "  - {never: fan_decay}\n",
      "s.yaml", problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  CHECK(scenario.rules == std::vector<std::string>{"../pack/*.yml"});
  CHECK(scenario.lasts == 720h);
  REQUIRE(scenario.trouble);
  CHECK((scenario.trouble->what == "a fan" && scenario.trouble->since == 120h && scenario.trouble->fails->text() == "cab1"));
  CHECK((scenario.trouble->of.size() == 2 && scenario.trouble->of[0].text() == "cab1/psu1" && scenario.trouble->of[1].text() == "feed/A"));
  REQUIRE(scenario.expect.size() == 3);
  CHECK((scenario.expect[0].of_rule && scenario.expect[0].verdict == "fan_worn" && scenario.expect[0].by == 480h));
  CHECK((!scenario.expect[1].of_rule && scenario.expect[1].never && scenario.expect[2].of_rule && scenario.expect[2].never));
  CHECK(unchecked("trouble: {what: fan, of: cab1/psu1, fails: cab2}\n") ==
        Texts{"s.yaml: trouble.fails: the rack has no cab2; did you mean 'cab1'?"});
  CHECK(unchecked("trouble: {what: fan, of: cab2}\n") == Texts{"s.yaml: trouble.of: the rack has no cab2; did you mean 'cab1'?"});
}

TEST_CASE("what is wrong with the rules and the trouble of a scenario is said") {
  CHECK(problems_of("rules: fan.yml\n") == Texts{"s.yaml:2: rules: no list of files; write rules: [../pack/*.yml]"});
  CHECK(problems_of("rules: []\n") == Texts{"s.yaml:2: rules: no list of files; write rules: [../pack/*.yml]"});
  CHECK(problems_of("rules: [a.yml]\nexpect: [{say: fan_worn, strength: proven}]\n") ==
        Texts{"s.yaml:3: expect[0].strength: does not go with a rule; leave it out"});
  CHECK(problems_of("expect: [{say: fan_worn}]\n").front().find("'fan_worn' is not one of") != std::string::npos);
  CHECK(problems_of("trouble: {of: cab1/psu1}\n") == Texts{"s.yaml:2: trouble: 'what' is missing; add it"});
  CHECK(problems_of("trouble: {what: fan}\n") == Texts{"s.yaml:2: trouble: 'of' is missing; say where it is"});
  CHECK(problems_of("trouble: {what: fan, of: cab1, kind: fan}\n").front().find("kind") != std::string::npos);
  CHECK(problems_of("trouble: {what: fan, of: cab1//psu1, fails: cab1}\n") ==
        Texts{"s.yaml:2: trouble.of: no element; write one as in ups/u1, pdu-a, cab1/psu1"});
  CHECK(problems_of("for: long\n").size() == 1);
}

TEST_CASE("a step is done again and again: until it says, else as long as the scenario goes on") {
  ground::Problems problems;
  const Scenario scenario = parse_scenario(
      "rack: r.yaml\nfor: 30d\ntimeline:\n  - {at: 2d, every: 7d, do: fail feed/A for=2s}\n"
      "  - {at: 10h, every: 1h, until: 13h, do: restore feed/A}\n",
      "s.yaml", problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  std::vector<ground::Duration> at;
  for (const Step& step : scenario.timeline) at.push_back(step.at);
  CHECK(at == std::vector<ground::Duration>{10h, 11h, 12h, 48h, 216h, 384h, 552h});
  const auto step = [](const std::string& rest) { return problems_of("timeline:\n  - {at: 1s, do: fail feed/A, " + rest + "}\n"); };
  const Texts endless{"s.yaml:3: timeline[0].every: without an end; write every: 7d, and until: here or for: of the scenario"};
  CHECK(step("every: 7d") == endless);
  CHECK(step("every: 0s, until: 1h") == endless);
  CHECK(step("until: 1h") == Texts{"s.yaml:3: timeline[0].until: nothing is repeated; add every:, or leave it out"});
  CHECK(step("every: 1ms, until: 1h") == Texts{"s.yaml:3: timeline[0].every: more than 10000 times; write a longer one"});
}
