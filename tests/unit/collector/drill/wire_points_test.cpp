#include "collector/drill/wire_points.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "drivers/profile/library.hpp"
#include "unit/collector/drill/scenarios.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using hwsim::power::Quantity;
using hwsim::power::World;

namespace {

/// The bench rack with a UPS, a plant, a transfer switch, an array and a battery unit, on three phases: a device of every model that has
/// names.
World world_of_all() {
  auto rack = hwsim::power::bench_rack();
  rack.system = hwsim::power::System::wye;
  rack.upses = {{.name = "u1", .feeds = {0}, .card = {.device = "u1-card"}},
                {.name = "p1", .model = hwsim::power::UpsModel::ccpower, .feeds = {1}, .card = {.device = "p1-card"}}};
  rack.loads[1].cabinet = hwsim::power::Cabinet{.card = {.device = "srv1-array"}};
  rack.atses = {{.name = "t1", .pdu = 1, .alternate = 1, .card = {.device = "t1-card"}}};
  rack.loads[0].batteries = {{.name = "bbu1", .status = hwsim::power::Card{.device = "shelf-bbu1"}}};
  return World{rack, 1};
}

profile::Library shipped_profiles() {
  std::vector<profile::File> files;
  for (const char* name :
       {"snmp-system", "raritan-px", "orv3-psu", "orv3-bbu", "rfc1628-ups", "apc-ats", "ccpower-commander", "dell-equallogic"}) {
    const std::ifstream in{std::string{HOLDUP_SOURCE_DIR} + "/firmware-profiles/" + name + ".yaml"};
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    files.push_back({std::string{name} + ".yaml", text.str()});
  }
  ground::Problems problems;
  auto library = profile::Library::load(files, problems);
  REQUIRE(problems.ok());
  return library;
}

/// "rack_power_watts supply output": metric, part, and what is fixed of the name; a name that the device tells is "*".
std::string key(const std::string& metric, std::string_view part, std::string_view name) {
  return metric + " " + std::string{part} + " " + std::string{name};
}

std::vector<std::string> told_by(const profile::Profile& profile) {
  std::vector<std::string> out;
  const auto add = [&](const profile::Rule& rule, const std::string& name) {
    for (const auto& telling : profile::tellings(rule)) out.push_back(key(telling.point.metric, rule.part, name));
  };
  const auto fixed = [](const profile::TextSources& sources) {
    const bool is = sources.size() == 1 && sources.front().kind == profile::TextSource::Kind::fixed;
    const bool whole = is && sources.front().text.find('{') == std::string::npos;
    return sources.empty() ? std::string{} : whole ? sources.front().text : std::string{"*"};
  };
  for (const auto& scalar : profile.scalars) add(scalar.rule, fixed(scalar.name));
  for (const auto& table : profile.tables)
    for (const auto& column : table.columns) add(column.rule, fixed(column.name.empty() ? table.name : column.name));
  for (const auto& one : profile.registers) add(one.rule, one.name);
  return out;
}

}  // namespace

TEST_CASE("every point of a drill of rules is one that the model's firmware profile tells, under its metric, part and name") {
  auto world = world_of_all();
  const auto library = shipped_profiles();
  int models = 0, points = 0;
  for (std::size_t d = 0; d < world.devices().size(); ++d) {
    const auto& device = world.devices()[d];
    const auto wires = drill::wire_points_of(device.model, world.read(d), 1s);
    if (wires.empty()) continue;
    const auto* profile = library.find(drill::profile_of_model(device.model));
    REQUIRE(profile != nullptr);
    const auto told = told_by(*profile);
    ++models;
    for (const auto& wire : wires) {
      const auto part = label(wire.point, "part");
      const auto exact = key(wire.point.metric, part, label(wire.point, "name")), any = key(wire.point.metric, part, "*");
      INFO(device.model << ": " << exact);
      CHECK(std::ranges::any_of(told, [&](const std::string& one) { return one == exact || one == any; }));
      ++points;
    }
  }
  CHECK(models >= 9);
  CHECK(points > 120);
}

TEST_CASE("values come in the steps of the wire: whole volts of a PDU, minutes of a UPS, codes of a test") {
  auto world = world_of_all();
  const auto value = [&](const char* device, std::string_view metric, std::string_view name) {
    const auto index = world.find_device(device).value();
    const auto& snapshot = world.read(index);
    for (const auto& wire : drill::wire_points_of(world.devices()[index].model, snapshot, 1s))
      if (wire.point.metric == metric && label(wire.point, "name") == name)
        return wire.shown(wire.place ? snapshot.values[*wire.place].value : 0);
    FAIL(device << " has no " << metric << " " << name);
    return 0.0;
  };
  CHECK(std::fmod(value("pdu-a", "rack_voltage_volts", "3"), 1) == 0);
  CHECK(std::fmod(value("u1-card", "rack_runtime_seconds", "Time remaining"), 60) == 0);
  CHECK(value("u1-card", "rack_state_code", "Last test") == 6);  // none yet
  CHECK(value("u1-card", "rack_runtime_low_critical_seconds", "Time remaining") == 120);
  CHECK(value("t1-card", "rack_state_code", "Selected source") == 1);
  CHECK(std::abs(value("shelf-psu1", "rack_voltage_volts", "output") - 50) < 0.5);
  CHECK(value("shelf-bbu1", "rack_health_ratio", "") == 1);
  CHECK(value("pdu-a", "rack_current_rating_amperes", "I1") == 32);
  CHECK(value("pdu-a", "rack_current_amperes", "Neutral of inlet 1") > 0);
  CHECK(value("p1-card", "rack_supply_input_ok", "AC failure") == 1);
  CHECK(value("srv1-array", "rack_temperature_high_critical_celsius", "Backplane sensor 0") == 55);
  CHECK(drill::wire_points_of("apc-rpdu2", world.read(1), 1s).empty());
  CHECK(drill::profile_of_model("apc-rpdu2").empty());
}
