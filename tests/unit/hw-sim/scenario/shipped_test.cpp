#include <fstream>
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
