#include "collector/cli/prefailure_table.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

constexpr const char* site_text =
    "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A}, u1: {url: 'modbus://192.0.2.2/1'}}\n"
    "loads: {cab1: {needs_watts: 100, supplies: {psu1: {cord: pdu-a/outlet/1, status: u1}}}}\n";
constexpr const char* rule_text =
    "groups:\n- name: g\n  rules:\n"
    "  - {alert: fan_worn, expr: x > 1, labels: {severity: warning, class: ticket}}\n"
    "  - {alert: sags, expr: x > 1, labels: {severity: warning}}\n  - {record: 'a:b', expr: x}\n";

drill::DrillPlan drilled(bool worn) {
  ground::Problems problems;
  drill::DrillPlan plan;
  plan.site = std::make_shared<const site::Site>(site::parse(site_text, "site.yaml", {}, problems));
  plan.rules = rules::load(std::vector<rules::RuleText>{{"pack/fan.yml", rule_text}}, problems);
  REQUIRE(problems.ok());
  plan.scenario.lasts = 30 * 24h;
  if (!worn) return plan;
  plan.scenario.trouble = {.what = "a worn fan",
                           .of = {*ground::Element::parse("cab1/psu1"), *ground::Element::parse("pdu-a")},
                           .since = 5 * 24h,
                           .fails = ground::Element::parse("cab1")};
  return plan;
}

drill::Fired fired(int hours, const char* rule, const char* element, bool firing = true) {
  return {.at = ground::Instant{hours * 1h}, .rule = rule, .element = element, .firing = firing};
}

std::string written(const cli::PrefailureTable& table) {
  const auto file = (std::filesystem::temp_directory_path() / "holdup-prefailure-table-test.md").string();
  REQUIRE(table.write(file, "holdup drill weeks"));
  std::ostringstream out;
  out << std::ifstream{file}.rdbuf();
  std::filesystem::remove(file);
  return out.str();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the table says how long before the failure a rule warned, and of the trouble alone") {
  cli::PrefailureTable table;
  drill::Transcript transcript;
  transcript.failed = ground::Instant{15 * 24h};
  transcript.fired = {fired(24, "fan_worn", "cab1/psu1"), fired(24 * 11, "sags", "device/pdu-b"), fired(24 * 12, "fan_worn", "cab1/psu1"),
                      fired(24 * 16, "sags", "pdu-a/phase/1"), fired(24 * 16, "sags", "cab1")};
  table.add("fan", drilled(true), transcript);
  drill::Transcript healthy;
  healthy.fired = {fired(3, "sags", "device/pdu-a"), fired(4, "sags", "device/pdu-a", false), fired(50, "sags", "cab1")};
  table.add("healthy", drilled(false), healthy);
  const auto text = written(table);
  INFO(text);
  CHECK(has(text, "In our simulator"));
  CHECK(has(text, "\n    holdup drill weeks\n"));
  CHECK(has(text, "alerts in 30 healthy days"));
  CHECK(has(text, "| `fan_worn` | ticket | a worn fan | 3 d before | 10 d after it began | 0 |"));
  CHECK(has(text, "| `sags` | warning | a worn fan | after the failure | 10 d after it began | 2 |"));
  CHECK(has(text, "| fan | a worn fan | cab1/psu1, pdu-a | cab1 | 10 d after it began | 3 d before, `fan_worn` | `fan_worn` 1 `sags` 1 |"));
  CHECK(has(text, "| healthy | none | – | – | – | – | `sags` 2 |"));
  CHECK_FALSE(has(text, "a:b"));
}

TEST_CASE("a trouble that nothing warned of, and one that came to no failure, are said so") {
  cli::PrefailureTable table;
  drill::Transcript late;
  late.failed = ground::Instant{15 * 24h};
  late.fired = {fired(24 * 16, "fan_worn", "cab1/psu1")};
  table.add("late", drilled(true), late);
  drill::Transcript endless;
  endless.fired = {fired(24 * 5 + 6, "fan_worn", "cab1/psu1")};
  table.add("endless", drilled(true), endless);
  const auto text = written(table);
  INFO(text);
  CHECK(has(text, "| late | a worn fan | cab1/psu1, pdu-a | cab1 | 10 d after it began | none | none |"));
  CHECK(has(text, "| `fan_worn` | ticket | a worn fan | 6 h after it began | – | 0 |"));
  CHECK(has(text, "| endless | a worn fan | cab1/psu1, pdu-a | cab1 | – | 6 h after it began, `fan_worn` | none |"));
  CHECK(has(text, "| `sags` | warning | not shown at work | – | – | 0 |"));
  CHECK_FALSE(table.write("/nowhere/at/all.md", "x"));
}
