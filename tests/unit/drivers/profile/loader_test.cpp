#include "drivers/profile/library.hpp"

#include "catch.hpp"

using namespace holdup;
using profile::Library;

namespace {

std::vector<std::string> problems_of(const std::string& text) {
  ground::Problems problems;
  const auto library = Library::load({{"p.yaml", text}}, problems);
  CHECK(library.all().empty() == !problems.ok());
  std::vector<std::string> out;
  for (const auto& problem : problems.all()) out.push_back(problem.text());
  return out;
}

const std::string head = "profile: p\nbase: 1.3.6.1.4.1.99\n";

}  // namespace

TEST_CASE("a point may have a period of its own, from 10 ms to 24 h, and its device a turnaround") {
  const auto load = [](const std::string& every, const std::string& quirks, ground::Problems& problems) {
    return Library::load({{"p.yaml", head + quirks + "scalars:\n  - {oid: .1.0, metric: rack_current_amperes, every: " + every + "}\n"}},
                         problems);
  };
  ground::Problems problems;
  const auto library = load("1h", "quirks: {turnaround: 7ms}\n", problems);
  REQUIRE(problems.ok());
  const auto& profile = *library.find("p");
  CHECK(profile.scalars.at(0).rule.every == std::chrono::hours{1});
  CHECK(profile::tellings(profile.scalars.at(0).rule).at(0).point.every == std::chrono::hours{1});
  CHECK(profile.quirks.turnaround == std::chrono::milliseconds{7});
  for (const char* wrong : {"9ms", "25h"}) {
    ground::Problems refused;
    (void)load(wrong, "", refused);
    REQUIRE(refused.errors() == 1);
    CHECK(refused.all().front().text().ends_with("every: not between 10ms and 24h; write a period from 10ms to 24h, or a lane"));
  }
}

TEST_CASE("a scalar is read with its meaning, lane, scale and limits") {
  ground::Problems problems;
  const auto library = Library::load(
      {{"p.yaml",
        head + "sentinels: [-1]\nscalars:\n  - {oid: .1.0, part: inlet, metric: rack_current_amperes, divide: 10, means: inlet_current, "
               "lane: hot, refresh: 1s, sentinels: [65535], lowest: 0, highest: 63, name: Total}\n"}},
      problems);
  REQUIRE(problems.ok());
  const auto& scalar = library.find("p")->scalars.at(0);
  CHECK(scalar.oid.text() == "1.3.6.1.4.1.99.1.0");
  CHECK(scalar.rule.means == reading::Meaning::inlet_current);
  CHECK(scalar.rule.lane == reading::Lane::hot);
  CHECK(scalar.rule.refresh == std::chrono::seconds{1});
  CHECK(scalar.rule.conversion.sentinels == std::vector<double>{-1, 65535});
  CHECK(scalar.rule.conversion.highest == 63);
  CHECK(scalar.name.at(0).text == "Total");
}

TEST_CASE("quirks say how gently a device wants to be asked, within bounds") {
  const auto load = [](const std::string& quirks, ground::Problems& problems) {
    return Library::load({{"p.yaml", head + "quirks: " + quirks + "\n"}}, problems);
  };
  ground::Problems problems;
  const auto library = load(
      "{v1_only: true, max_duty: 0.2, between_requests: 50ms, after_connect: 2s, routine: 30s, max_repetitions: 1, pipeline: 4}", problems);
  REQUIRE(problems.ok());
  const auto& quirks = library.find("p")->quirks;
  CHECK(quirks.v1_only);
  CHECK(quirks.pace.max_duty == 0.2);
  CHECK(quirks.pace.between_requests == std::chrono::milliseconds{50});
  CHECK(quirks.pace.routine == std::chrono::seconds{30});
  CHECK(quirks.pace.after_connect == std::chrono::seconds{2});
  CHECK(quirks.pipeline == 4);
  (void)load("{max_duty: 20, between_requests: 2s, after_connect: 6s, routine: 0s, pipeline: 0}", problems);
  (void)load("{pipeline: 65}", problems);
  CHECK(problems.errors() == 6);
}

TEST_CASE("of two profiles the gentler word counts, and what the site says over both") {
  const reading::Pace one{.max_duty = 0.5, .between_requests = std::chrono::milliseconds{20}, .routine = {}};
  const reading::Pace other{.max_duty = 0.2, .between_requests = {}, .routine = std::chrono::seconds{30}};
  const auto both = gentler(one, other);
  CHECK(both.max_duty == 0.2);
  CHECK(both.between_requests == std::chrono::milliseconds{20});
  CHECK(both.routine == std::chrono::seconds{30});
  CHECK(reading::Pace{.max_duty = 0.9, .between_requests = {}, .routine = {}}.over(both).max_duty == 0.9);
}

TEST_CASE("a state that answers a meaning tells two points") {
  ground::Problems problems;
  const auto library = Library::load(
      {{"p.yaml", head + "states:\n  outlet: {1: [\"off\", warning], 2: [\"on\", ok]}\nscalars:\n  - {oid: .1.0, part: outlet, "
                         "states: outlet, means: outlet_state, yes: 2, no: 1}\n"}},
      problems);
  REQUIRE(problems.ok());
  const auto told = tellings(library.find("p")->scalars.at(0).rule);
  REQUIRE(told.size() == 2);
  CHECK(told[0].point.metric == "rack_state_code");
  CHECK(told[0].point.means == reading::Meaning::none);
  CHECK(told[0].point.states->at(1).name == "on");
  CHECK(told[0].conversion.yes.empty());
  CHECK(told[1].point.metric == "rack_outlet_on");
  CHECK(told[1].point.means == reading::Meaning::outlet_state);
  CHECK(!told[1].point.states);
  CHECK(convert(told[1].conversion, 2).value == 1);
}

TEST_CASE("registers are read one by one and bit by bit") {
  ground::Problems problems;
  const auto library = Library::load({{"p.yaml",
                                       "profile: p\nprotocol: modbus\nregisters:\n  - {address: 100, function: 4, type: s32, "
                                       "words: little, metric: rack_power_watts}\n"
                                       "  - address: 7\n    bits:\n      - {bit: 3, metric: rack_supply_quantity, means: "
                                       "supply_input_ok, yes: 0, no: 1}\n      - {bit: "
                                       "4, "
                                       "metric: rack_fan_quantity}\n"}},
                                     problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  const auto& registers = library.find("p")->registers;
  REQUIRE(registers.size() == 3);
  CHECK(registers[0].function == 4);
  CHECK(width(registers[0].type) == 2);
  CHECK(registers[0].words == profile::WordOrder::little);
  CHECK(registers[1].address == 7);
  CHECK(registers[1].rule.conversion.bit == 3u);
  CHECK(registers[2].rule.conversion.bit == 4u);
}

TEST_CASE("a register tells its form, its scale, its conditions and what of it is missing") {
  ground::Problems problems;
  const auto library =
      Library::load({{"p.yaml",
                      "profile: p\nprotocol: modbus\nsentinels: [type]\nregisters:\n"
                      "  - {address: 10, type: s16, exponent: 14, metric: rack_power_watts, where: [{register: 3, is: [1, 2]}]}\n"
                      "  - {address: 20, type: string, count: 4, bytes: little, extract: number, metric: rack_quantity}\n"
                      "  - {address: 30, type: u32, bit: 4, width: 2, metric: rack_quantity}\n"}},
                    problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  const auto& registers = library.find("p")->registers;
  REQUIRE(registers.size() == 3);
  CHECK(registers[0].exponent == 14);
  CHECK(registers[0].rule.conversion.sentinels == std::vector<double>{-32768});
  REQUIRE(registers[0].where.size() == 1);
  CHECK(registers[0].where[0].is == std::vector<std::int64_t>{1, 2});
  CHECK(width(registers[1]) == 4);
  CHECK(registers[1].bytes == profile::ByteOrder::little);
  CHECK(registers[2].rule.conversion.mask == 0x30);
}

TEST_CASE("a register that repeats stands once each step, with numbers in its labels") {
  ground::Problems problems;
  const auto library =
      Library::load({{"p.yaml",
                      "profile: p\nprotocol: modbus\nregisters:\n  - {address: 100, type: u32, repeat: 3, step: 2, exponent: 200, "
                      "metric: rack_power_watts, part: outlet, index: \"{n}\", name: \"Outlet {n}\", where: [{register: 300, bit: 0}]}\n"}},
                    problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  const auto& registers = library.find("p")->registers;
  REQUIRE(registers.size() == 3);
  CHECK(registers[2].address == 104);
  CHECK(registers[2].exponent == 204);
  CHECK(registers[2].index == "3");
  CHECK(registers[2].name == "Outlet 3");
  CHECK(registers[2].where.at(0).address == 304);
  CHECK(registers[2].where.at(0).mask == 1);
}

TEST_CASE("what is wrong with a register is said with line, key and mend") {
  using Texts = std::vector<std::string>;
  const std::string modbus = "profile: p\nprotocol: modbus\nregisters:\n";
  CHECK(problems_of(modbus + "  - {address: 1, metric: rack_quantity, exponnet: 2}\n") ==
        Texts{"p.yaml:4: registers[0].exponnet: unknown key; did you mean 'exponent'?"});
  CHECK(problems_of(modbus + "  - {address: 1, type: bcd12, metric: rack_quantity}\n").at(0).find("bcd16") != std::string::npos);
  CHECK(problems_of(modbus + "  - {address: 1, type: string, metric: rack_quantity}\n") ==
        Texts{"p.yaml:4: registers[0].count: how many registers?; count belongs to string"});
  CHECK(problems_of(modbus + "  - {address: 65535, type: u32, metric: rack_quantity}\n").size() == 1);
  CHECK(problems_of(modbus + "  - {address: 1, step: 2, metric: rack_quantity}\n") ==
        Texts{"p.yaml:4: registers[0].repeat: step and first belong to repeat; add repeat: how often"});
  CHECK(problems_of(modbus + "  - {address: 65000, repeat: 600, step: 1, metric: rack_quantity}\n").size() == 1);
  CHECK(problems_of(modbus + "  - {address: 1, width: 2, metric: rack_quantity}\n") ==
        Texts{"p.yaml:4: registers[0].width: of which bits?; add bit: the least significant of them"});
  CHECK(problems_of("profile: p\nprotocol: modbus\nmodels:\n  - {model: 0, points: []}\n").size() == 2);
  CHECK(problems_of("profile: p\nprotocol: modbus\nmodels:\n  - model: 9\n    repeats: {at: 10, points: []}\n").size() == 1);
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.0, metric: rack_power_watts, sentinels: [type]}\n").size() == 1);
}

TEST_CASE("what is wrong with a profile is said with line, key and mend") {
  using Texts = std::vector<std::string>;
  CHECK(problems_of(head + "scalers: []\n") == Texts{"p.yaml:3: scalers: unknown key; did you mean 'scalars'?"});
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.0, metric: rack_current_amps}\n") ==
        Texts{"p.yaml:4: scalars[0].metric: 'rack_current_amps' is no name of a series; write rack_<quantity>_<base unit>, such as "
              "rack_current_amperes"});
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.x, metric: rack_power_watts}\n").at(0) ==
        "p.yaml:4: scalars[0].oid: '.1.x' is no OID; write numbers with dots; a leading dot means: below base");
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.0, metric: rack_power_watts, divide: 0}\n") ==
        Texts{"p.yaml:4: scalars[0].divide: a division by 0; write the divisor"});
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.0, metric: rack_power_watts, means: outlet_powr}\n")
            .at(0)
            .find("did you mean 'outlet_power'?") != std::string::npos);
  CHECK(problems_of(head + "scalars:\n  - {oid: .1.0, metric: rack_power_watts, means: outlet_state}\n") ==
        Texts{"p.yaml:4: scalars[0].means: which of the device's codes say so?; add yes: [codes] and no: [codes]"});
  CHECK(problems_of(head + "states: {load: {1: [low, fine]}}\n") ==
        Texts{"p.yaml:3: states.load.1: 'fine' is no health; write ok, warning, critical or unknown"});
  CHECK(problems_of(head + "identify: [{}]\n") ==
        Texts{"p.yaml:3: identify[0]: matches every device; add sys_object_id, sys_descr, sys_descr_matches, answers or registers"});
  CHECK(problems_of("profile: p\nextends: [q]\n") == Texts{"p.yaml:2: extends: no profile 'q'"});
}

TEST_CASE("profiles that extend each other in a circle are refused") {
  ground::Problems problems;
  const auto library = Library::load({{"a.yaml", "profile: a\nextends: [b]\n"}, {"b.yaml", "profile: b\nextends: [a]\n"}}, problems);
  CHECK(problems.errors() == 2);
  CHECK(library.all().empty());
}

TEST_CASE("a profile takes over what it extends") {
  ground::Problems problems;
  const auto library = Library::load({{"b.yaml", "profile: b\nextends: [a]\nscalars:\n  - {oid: 1.3.6.2.0, metric: rack_power_watts}\n"},
                                      {"a.yaml", "profile: a\nscalars:\n  - {oid: 1.3.6.1.0, metric: rack_uptime_seconds}\n"},
                                      {"c.yaml", "profile: c\nextends: [b]\n"}},
                                     problems);
  REQUIRE(problems.ok());
  CHECK(library.find("b")->scalars.size() == 2);
  CHECK(library.find("c")->scalars.size() == 2);
}

TEST_CASE("counters, causes, clearing reads and invariants are read, and refused where they make no sense") {
  const std::string states = "states:\n  cause: {1: [none, ok], 4: [blackout, ok]}\n";
  ground::Problems problems;
  const auto library =
      Library::load({{"p.yaml", head + states +
                                    "scalars:\n  - {oid: .1.0, states: cause, means: input_fail_cause, no: [1], clear_on_read: true}\n"
                                    "  - {oid: .2.0, metric: rack_energy_joules_total, wraps_at: 4294967296}\n"
                                    "invariants:\n  - {metric: rack_power_watts, sum: outlet, equals: inlet, within: 0.05}\n"}},
                    problems);
  REQUIRE(problems.ok());
  const auto& made = *library.find("p");
  CHECK(made.scalars[0].rule.clear_on_read);
  CHECK(*tellings(made.scalars[0].rule).at(0).point.harmless == std::vector<std::int64_t>{1});
  CHECK(made.scalars[1].rule.conversion.wraps_at == 4294967296.0);
  CHECK(made.invariants.at(0).within == 0.05);
  const auto refused = problems_of(head + states +
                                   "scalars:\n  - {oid: .1.0, states: cause, means: input_fail_cause}\n"
                                   "  - {oid: .2.0, metric: rack_power_watts, wraps_at: 10}\n"
                                   "invariants:\n  - {metric: rack_power_watts, sum: outlet, equals: inlet, within: 10}\n");
  REQUIRE(refused.size() == 3);
  CHECK(refused[0].find("which of the device's codes tell of no failure?") != std::string::npos);
  CHECK(refused[1].find("'rack_power_watts' is no counter") != std::string::npos);
  CHECK(refused[2].find("within: not between 0 and 1") != std::string::npos);
}
