#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "hw-sim/scenario/scenario.hpp"
#include "hw-sim/scenario/stage.hpp"

using namespace hwsim;
using namespace hwsim::scenario;
using namespace std::chrono_literals;
using holdup::ground::Instant;

namespace {

std::string shipped(const std::string& name) {
  std::ifstream file{std::string{HOLDUP_SOURCE_DIR} + "/hw-sim/scenarios/" + name};
  REQUIRE(file.good());
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("the shipped rack and scenario are read without a word") {
  ground::Problems problems;
  const auto rack = parse_rack(shipped("rack.yaml"), "rack.yaml", problems);
  const auto scenario = parse_scenario(shipped("feed-a-fails.yaml"), "feed-a-fails.yaml", problems);
  REQUIRE(problems.all().empty());
  check_elements(scenario, rack, "feed-a-fails.yaml", problems);
  CHECK(problems.all().empty());
  CHECK(std::get<std::string>(scenario.rack) == "rack.yaml");
  CHECK(rack.addresses.size() == 5);
}

TEST_CASE("the shelf on a serial line is read without a word, its contacts with their relays") {
  ground::Problems problems;
  const auto rack = parse_rack(shipped("shelf-rtu.yaml"), "shelf-rtu.yaml", problems);
  REQUIRE(problems.all().empty());
  REQUIRE(rack.addresses.size() == 4);
  CHECK(rack.addresses[2].url == "modbus-rtu:///dev/ttyUSB0/1?baud=19200&parity=even");
  CHECK((rack.addresses[2].wire.turnaround == 5ms && rack.addresses[3].wire.turnaround == 8ms && !rack.addresses[2].wire.master));
  REQUIRE(rack.rack.contacts.size() == 2);
  CHECK((rack.rack.contacts[0].relay.bounces == 6 && rack.rack.contacts[0].relay.release == 3ms && !rack.rack.contacts[0].has_pair));
  CHECK(std::find(rack.elements.begin(), rack.elements.end(), ground::Element::gpiochip("gpiochip1")) != rack.elements.end());
  CHECK((rack.rack.contacts[1].relay.bounces == 3 && rack.rack.contacts[1].has_pair && rack.rack.contacts[1].active_low));
}

TEST_CASE("what a contact or a wire cannot be is refused") {
  const auto refusal = [](const std::string& sim) {
    ground::Problems problems;
    (void)parse_rack(shipped("shelf-rtu.yaml") + "  " + sim + "\n", "f.yaml", problems);
    REQUIRE(!problems.ok());
    const auto text = problems.all().front().text();
    return text.substr(text.find("sim."));
  };
  CHECK(refusal("contact/cab1-psu2: {bounces: 101}") == "sim.contact/cab1-psu2.bounces: not between 0 and 100; write how often");
  CHECK(refusal("contact/cab1-psu9: {}").find("is nothing that is simulated") != std::string::npos);
  CHECK(refusal("device/pdu-a: {link: tmp}") == "sim.device/pdu-a.link: no absolute path; write one, as in /tmp/holdup-line");
  CHECK(refusal("device/pdu-a: {master: 0ms}") == "sim.device/pdu-a.master: not between 1ms and 1h; write one that is");
}

TEST_CASE("there is a scenario for each row of the verdicts and for each incident, and every one of them is read without a word") {
  std::set<std::string> begun;  // "row-01", "s05"
  const std::filesystem::path folder = HOLDUP_SOURCE_DIR "/hw-sim/scenarios";
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    if (entry.is_directory() || name.starts_with("rack") || name == "shelf-rtu.yaml") continue;
    begun.insert(name.substr(0, name.find('-', name.starts_with("row-") ? 4 : 0)));
    ground::Problems problems;
    const auto scenario = parse_scenario(shipped(name), name, problems);
    const auto* file = std::get_if<std::string>(&scenario.rack);
    const auto rack = file != nullptr ? parse_rack(shipped(*file), *file, problems)
                                      : read_rack(std::get<ground::yaml::Node>(scenario.rack), name, problems);
    if (problems.ok()) check_elements(scenario, rack, name, problems);
    for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  }
  for (int row = 1; row <= 32; ++row) CHECK(begun.contains((row < 10 ? "row-0" : "row-") + std::to_string(row)));
  for (const char* incident : {"s01", "s01b", "s02", "s03", "s05", "s06", "s07", "s09", "s10", "s11", "s12", "s13", "s14"})
    CHECK(begun.contains(incident));
}

TEST_CASE("the shipped scenario plays: cab1 lives through it, srv1 does not") {
  ground::Problems problems;
  const auto rack = parse_rack(shipped("rack.yaml"), "rack.yaml", problems);
  const auto scenario = parse_scenario(shipped("feed-a-fails.yaml"), "feed-a-fails.yaml", problems);
  Stage stage{rack.rack, scenario.seed};
  for (const Step& step : scenario.timeline) {
    stage.world().advance(Instant{step.at});
    REQUIRE(stage.perform(step.command));
    stage.world().advance(stage.world().now() + 1s);
    CHECK(stage.world().load_carried(0));
    CHECK(stage.world().load_carried(1) == (step.text == "restore feed/A"));
    for (const char* silent : {"pdu-a", "pdu-a2"}) CHECK_FALSE(stage.world().answers(*stage.world().find_device(silent)));
    for (const char* alive : {"pdu-b", "shelf-psu1", "shelf-psu2"}) CHECK(stage.world().answers(*stage.world().find_device(alive)));
  }
}

TEST_CASE("the weeks of wear are read without a word, every part wears in one of them, and a month of each kind of rack is healthy") {
  std::set<power::WearKind> worn;
  int healthy = 0;
  for (const auto& entry : std::filesystem::directory_iterator{HOLDUP_SOURCE_DIR "/hw-sim/scenarios/wear"}) {
    const auto name = "wear/" + entry.path().filename().string();
    if (name.starts_with("wear/rack")) continue;
    ground::Problems problems;
    const auto scenario = parse_scenario(shipped(name), name, problems);
    const auto rack_name = "wear/" + std::get<std::string>(scenario.rack);
    const auto rack = parse_rack(shipped(rack_name), rack_name, problems);
    if (problems.ok()) check_elements(scenario, rack, name, problems);
    for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
    CHECK((!scenario.rules.empty() && scenario.lasts));
    for (const Step& step : scenario.timeline)
      if (const auto* wearing = std::get_if<power::Wearing>(&step.command)) worn.insert(wearing->kind);
    INFO(name);
    CHECK((scenario.trouble.has_value() != name.starts_with("wear/healthy") && scenario.expect.empty() != scenario.trouble.has_value()));
    healthy += !scenario.trouble && scenario.lasts == 720h ? 1 : 0;
  }
  CHECK(worn.size() == power::wear_names.size());
  CHECK(healthy >= 3);
}
