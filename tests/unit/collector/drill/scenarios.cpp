#include "unit/collector/drill/scenarios.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "collector/site/site_file.hpp"
#include "drivers/profile/library.hpp"

namespace drill_test {
namespace {

using namespace holdup;

std::string read(const std::filesystem::path& path) {
  const std::ifstream in{path};
  REQUIRE(in);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

profile::Library shipped_traps() {
  std::vector<profile::File> files;
  for (const auto& entry : std::filesystem::directory_iterator{HOLDUP_SOURCE_DIR "/firmware-profiles"})
    if (entry.path().filename().string().starts_with("traps-")) files.push_back({entry.path().filename().string(), read(entry.path())});
  ground::Problems problems;
  auto library = profile::Library::load(files, problems);
  REQUIRE(problems.ok());
  return library;
}

void require_ok(const ground::Problems& problems) {
  std::string all;
  for (const auto& problem : problems.all()) all += problem.text() + "\n";
  INFO(all);
  REQUIRE(problems.ok());
}

drill::DrillPlan plan_on(hwsim::scenario::Scenario scenario, const ground::yaml::Node& rack, ground::Problems& problems) {
  drill::DrillPlan plan;
  plan.rack = hwsim::scenario::read_rack(rack, "rack", problems);
  const std::vector<std::string> profiles{"orv3-psu", "apc-rpdu2", "raritan-px"};
  plan.site = std::make_shared<const site::Site>(site::read(rack, "rack", profiles, problems));
  require_ok(problems);
  hwsim::scenario::check_elements(scenario, plan.rack, "scenario", problems);
  require_ok(problems);
  plan.seed = scenario.seed;
  plan.traps = profile::TrapBook{shipped_traps()};
  plan.scenario = std::move(scenario);
  return plan;
}

}  // namespace

drill::DrillPlan plan_of_file(const std::string& path) {
  ground::Problems problems;
  auto scenario = hwsim::scenario::parse_scenario(read(path), path, problems);
  require_ok(problems);
  if (std::holds_alternative<ground::yaml::Node>(scenario.rack)) return plan_of(read(path));
  const auto file = std::filesystem::path{path}.parent_path() / std::get<std::string>(scenario.rack);
  const auto rack = ground::yaml::parse(read(file), file, problems);
  require_ok(problems);
  return plan_on(std::move(scenario), rack, problems);
}

drill::DrillPlan plan_of(const std::string& text) {
  ground::Problems problems;
  auto scenario = hwsim::scenario::parse_scenario(text, "scenario", problems);
  require_ok(problems);
  const auto rack = std::get<ground::yaml::Node>(scenario.rack);
  return plan_on(std::move(scenario), rack, problems);
}

std::string bytes_of(const drill::Transcript& transcript) {
  std::string out;
  for (const auto& event : transcript.events) out += to_json(event) + "\n";
  for (const auto& warning : transcript.warnings)
    out += warning.name + " " + warning.element + (warning.firing ? " fires\n" : " is over\n");
  for (const auto& post : transcript.posts) out += post + "\n";
  for (const auto& verdict : transcript.verdicts) out += (verdict.met ? "met " : "missed ") + verdict.text + "\n";
  return out + std::to_string(transcript.readings) + " readings\n";
}

}  // namespace drill_test
