#include "drivers/snmp/expand.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::snmp;

namespace {

Oid oid(const std::string& text) { return *Oid::parse(text); }
Value number(std::int64_t whole) {
  return {.kind = Value::Kind::number, .number = static_cast<double>(whole), .whole = whole, .text = {}, .oid = {}};
}
Value text(std::string words) { return {.kind = Value::Kind::text, .number = 0, .whole = 0, .text = std::move(words), .oid = {}}; }

profile::Profile profile_of(const std::string& yaml) {
  ground::Problems problems;
  const auto library = profile::Library::load({{"p.yaml", "profile: p\nbase: 1.3\n" + yaml}}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return library.all().at(0);
}

std::string labels(const Measured& measured) {
  std::string out;
  for (const auto& [key, value] : measured.point.labels) out += key + "=" + value + " ";
  return out;
}

// A sensor table as PDU2-MIB has it: unit, outlet, kind; the decimal digits and the names stand in other tables.
const char* const sensors = R"(
tables:
  - part: outlet
    unit: "{1}"
    index: "{2}"
    name: [.9, "Outlet {index}"]
    available: {column: .2, is: 1}
    columns:
      - {column: .4, where: [{index_part: 3, is: 1}], digits: .7, metric: rack_current_amperes, means: outlet_current, lane: hot}
      - {column: .7, where: [{column: .8, bit: 3}, {index_part: 3, is: 1}], metric: rack_limit_quantity}
)";

}  // namespace

TEST_CASE("a row becomes a point with scale, name, index and gate of other columns") {
  Answers answers;
  answers.put(oid("1.3.4.1.24.1"), number(633));
  answers.put(oid("1.3.4.1.24.5"), number(143));
  answers.put(oid("1.3.7.1.24.1"), number(3));
  answers.put(oid("1.3.2.1.24.1"), number(1));
  answers.put(oid("1.3.9.1.24"), text(" NAS \n"));
  const auto points = expand(profile_of(sensors), answers);
  REQUIRE(points.size() == 1);
  CHECK(points[0].point.source == "1.3.4.1.24.1");
  CHECK(labels(points[0]) == "part=outlet index=24 name=NAS ");
  CHECK(convert(points[0].conversion, 633).value == 0.633);
  CHECK(points[0].gate == oid("1.3.2.1.24.1"));
  CHECK(points[0].point.means == reading::Meaning::outlet_current);
}

TEST_CASE("a row whose scale the device does not tell is left out") {
  Answers answers;
  answers.put(oid("1.3.4.1.24.1"), number(633));
  CHECK(expand(profile_of(sensors), answers).empty());
  answers.put(oid("1.3.7.1.24.1"), number(-2));
  CHECK(expand(profile_of(sensors), answers).empty());
}

TEST_CASE("the parts of a chained unit are numbered apart from the first's") {
  Answers answers;
  answers.put(oid("1.3.4.2.3.1"), number(1));
  answers.put(oid("1.3.7.2.3.1"), number(0));
  const auto points = expand(profile_of(sensors), answers);
  REQUIRE(points.size() == 1);
  CHECK(labels(points[0]) == "part=outlet index=2-3 name=Outlet 3 ");
}

TEST_CASE("a bit of a BITS column lets a row through") {
  Answers answers;
  answers.put(oid("1.3.7.1.24.1"), number(0));
  answers.put(oid("1.3.8.1.24.1"), text("\x10"));
  CHECK(expand(profile_of(sensors), answers).size() == 1);
  answers.put(oid("1.3.8.1.24.1"), text("\xE0"));
  CHECK(expand(profile_of(sensors), answers).empty());
}

TEST_CASE("of two objects for one series the one that reads now stands") {
  const auto profile = profile_of(
      "sentinels: [-1]\nscalars:\n  - {oid: .1.0, part: inlet, metric: rack_power_watts}\n  - {oid: .2.0, part: inlet, metric: "
      "rack_power_watts}\n");
  Answers answers;
  answers.put(oid("1.3.1.0"), number(-1));
  CHECK(expand(profile, answers).at(0).point.source == "1.3.1.0");
  answers.put(oid("1.3.2.0"), number(312));
  CHECK(expand(profile, answers).size() == 1);
  CHECK(expand(profile, answers).at(0).point.source == "1.3.2.0");
  answers.put(oid("1.3.1.0"), number(314));
  CHECK(expand(profile, answers).at(0).point.source == "1.3.1.0");
}

TEST_CASE("the unit column decides the factor, and an unknown unit leaves the point out") {
  const auto profile = profile_of(
      "tables:\n  - part: sensor\n    columns:\n      - {column: .4, unit: .5, units: {7: {}, 14: {multiply: 5, divide: 9, offset: "
      "-17.77777777777778}}, "
      "metric: rack_temperature_celsius}\n");
  Answers answers;
  answers.put(oid("1.3.4.1"), number(212));
  answers.put(oid("1.3.5.1"), number(14));
  CHECK(convert(expand(profile, answers).at(0).conversion, 212).value == Approx(100));
  answers.put(oid("1.3.5.1"), number(99));
  CHECK(expand(profile, answers).empty());
}

TEST_CASE("an identity is taken from objects, else from the description") {
  const auto profile =
      profile_of("vendor: APC\nidentity: {model: [.1.0, {after: \"MN:\"}], firmware: {after: \"AF1:\"}, serial: {after: \"SN:\"}}\n");
  const profile::Seen seen{.object_id = {}, .description = "APC Card (PF:v6 AF1:v6.8.0 MN:AP8853 HR:02 SN: ZA20)"};
  Answers answers;
  const auto told = identity(profile, answers, seen);
  CHECK(told.vendor == "APC");
  CHECK(told.model == "AP8853");
  CHECK(told.firmware == "v6.8.0");
  CHECK(told.serial == "ZA20");
  answers.put(oid("1.3.1.0"), text("AP8641\x1b[2J"));
  CHECK(identity(profile, answers, seen).model == "AP8641\uFFFD[2J");
}

TEST_CASE("what has to be asked first is every column and object that the profile names, once") {
  const auto needed = needs(profile_of(sensors));
  CHECK(needed.objects.empty());
  CHECK(needed.columns == std::vector{oid("1.3.2"), oid("1.3.4"), oid("1.3.7"), oid("1.3.8"), oid("1.3.9")});
}
