#include "drivers/snmp/expand.hpp"

#include <cmath>

#include "catch.hpp"
#include "drivers/snmp/row.hpp"

using namespace holdup;
using namespace holdup::snmp;
using Octets = std::vector<std::uint8_t>;

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

std::vector<Measured> points_of(const profile::Profile& profile, const Answers& answers, Spares spares = Spares::dropped) {
  const profile::Profile* const one = &profile;
  return expand({&one, 1}, answers, spares);
}

reading::Identity identity_of(const profile::Profile& profile, const Answers& answers, const profile::Seen& seen) {
  const profile::Profile* const one = &profile;
  return identity({&one, 1}, answers, seen);
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
  const auto points = points_of(profile_of(sensors), answers);
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
  CHECK(points_of(profile_of(sensors), answers).empty());
  answers.put(oid("1.3.7.1.24.1"), number(-2));
  CHECK(points_of(profile_of(sensors), answers).empty());
}

TEST_CASE("the parts of a chained unit are numbered apart from the first's") {
  Answers answers;
  answers.put(oid("1.3.4.2.3.1"), number(1));
  answers.put(oid("1.3.7.2.3.1"), number(0));
  const auto points = points_of(profile_of(sensors), answers);
  REQUIRE(points.size() == 1);
  CHECK(labels(points[0]) == "part=outlet index=2-3 name=Outlet 3 ");
}

TEST_CASE("a bit of a BITS column lets a row through") {
  Answers answers;
  answers.put(oid("1.3.7.1.24.1"), number(0));
  answers.put(oid("1.3.8.1.24.1"), text("\x10"));
  CHECK(points_of(profile_of(sensors), answers).size() == 1);
  answers.put(oid("1.3.8.1.24.1"), text("\xE0"));
  CHECK(points_of(profile_of(sensors), answers).empty());
}

TEST_CASE("of two objects for one series the one that reads now stands") {
  const auto profile = profile_of(
      "sentinels: [-1]\nscalars:\n  - {oid: .1.0, part: inlet, metric: rack_power_watts}\n  - {oid: .2.0, part: inlet, metric: "
      "rack_power_watts}\n");
  Answers answers;
  answers.put(oid("1.3.1.0"), number(-1));
  CHECK(points_of(profile, answers).at(0).point.source == "1.3.1.0");
  answers.put(oid("1.3.2.0"), number(312));
  CHECK(points_of(profile, answers).size() == 1);
  CHECK(points_of(profile, answers).at(0).point.source == "1.3.2.0");
  answers.put(oid("1.3.1.0"), number(314));
  CHECK(points_of(profile, answers).at(0).point.source == "1.3.1.0");
}

TEST_CASE("the unit column decides the factor, and an unknown unit leaves the point out") {
  const auto profile = profile_of(
      "tables:\n  - part: sensor\n    columns:\n      - {column: .4, unit: .5, units: {7: {}, 14: {multiply: 5, divide: 9, offset: "
      "-17.77777777777778}}, "
      "metric: rack_temperature_celsius}\n");
  Answers answers;
  answers.put(oid("1.3.4.1"), number(212));
  answers.put(oid("1.3.5.1"), number(14));
  CHECK(convert(points_of(profile, answers).at(0).conversion, 212).value == Approx(100));
  answers.put(oid("1.3.5.1"), number(99));
  CHECK(points_of(profile, answers).empty());
}

TEST_CASE("an identity is taken from objects, else from the description") {
  const auto profile =
      profile_of("vendor: APC\nidentity: {model: [.1.0, {after: \"MN:\"}], firmware: {after: \"AF1:\"}, serial: {after: \"SN:\"}}\n");
  const profile::Seen seen{.object_id = {}, .description = "APC Card (PF:v6 AF1:v6.8.0 MN:AP8853 HR:02 SN: ZA20)"};
  Answers answers;
  const auto told = identity_of(profile, answers, seen);
  CHECK(told.vendor == "APC");
  CHECK(told.model == "AP8853");
  CHECK(told.firmware == "v6.8.0");
  CHECK(told.serial == "ZA20");
  answers.put(oid("1.3.1.0"), text("AP8641\x1b[2J"));
  CHECK(identity_of(profile, answers, seen).model == "AP8641\uFFFD[2J");
}

TEST_CASE("what has to be asked first is every column and object that the profile names, once") {
  const auto profile = profile_of(sensors);
  const profile::Profile* const one = &profile;
  const auto needed = needs({&one, 1});
  CHECK(needed.objects.empty());
  CHECK(needed.columns == std::vector{oid("1.3.2"), oid("1.3.4"), oid("1.3.7"), oid("1.3.8"), oid("1.3.9")});
}

TEST_CASE("an object that one profile reads is left to it by the next, and what two tell alike is spare") {
  const auto vendor = profile_of("scalars:\n  - {oid: .1.0, part: inlet, metric: rack_voltage_volts, divide: 10}\n");
  const auto standard = profile_of(
      "scalars:\n  - {oid: .1.0, part: inlet, name: Input, metric: rack_voltage_volts}\n"
      "  - {oid: .2.0, part: inlet, metric: rack_voltage_volts, means: input_voltage}\n  - {oid: .3.0, metric: rack_load_ratio}\n");
  const profile::Profile* const both[] = {&vendor, &standard};
  Answers answers;
  answers.put(oid("1.3.1.0"), number(2301));
  answers.put(oid("1.3.2.0"), number(230));
  answers.put(oid("1.3.3.0"), number(1));
  const auto points = expand(both, answers, Spares::kept);
  REQUIRE(points.size() == 3);
  CHECK(points[0].point.source == "1.3.1.0");
  CHECK(convert(points[0].conversion, 2301).value == 230.1);
  CHECK(points[1].point.source == "1.3.3.0");
  CHECK(points[2].point.source == "1.3.2.0");
  CHECK(points[2].point.spare);
  CHECK(points[2].point.means == reading::Meaning::none);
  CHECK(expand(both, answers, Spares::dropped).size() == 2);
}

TEST_CASE("a device's own exponent, scale and multiplier are taken in") {
  const auto profile = profile_of(
      "tables:\n  - columns:\n      - {column: .4, exponent: .5, metric: rack_power_watts, part: a}\n      - {column: .4, scale: .6, "
      "metric: "
      "rack_power_watts, part: b}\n      - {column: .4, times: .7, metric: rack_size_bytes, part: c}\n");
  Answers answers;
  answers.put(oid("1.3.4.1"), number(25));
  answers.put(oid("1.3.5.1"), number(-1));
  answers.put(oid("1.3.6.1"), number(-10));
  answers.put(oid("1.3.7.1"), number(4096));
  const auto points = points_of(profile, answers);
  REQUIRE(points.size() == 3);
  CHECK(convert(points[0].conversion, 25).value == 2.5);
  CHECK(convert(points[1].conversion, 25).value == 2.5);
  CHECK(convert(points[2].conversion, 25).value == 102400);
}

TEST_CASE("rows are told apart by texts, and named by other tables, by their index's characters and by several cells") {
  const auto profile = profile_of(
      "tables:\n  - part: sensor\n    where: [{column: .2, is: [Volt, '°C']}, {column: .3, matches: 'L[1-3]'}]\n    index: '{text}'\n"
      "    name: [{oid: .9, by: .8}, '{.3} of {1}']\n    columns:\n      - {column: .4, metric: rack_voltage_volts}\n");
  Answers answers;
  answers.put(oid("1.3.4.2.65.66"), number(230));
  answers.put(oid("1.3.2.2.65.66"), text("volt"));
  answers.put(oid("1.3.3.2.65.66"), text("Phase L2"));
  REQUIRE(points_of(profile, answers).size() == 1);
  CHECK(labels(points_of(profile, answers)[0]) == "part=sensor index=AB name=Phase L2 of 2 ");
  answers.put(oid("1.3.8.2.65.66"), number(7));
  answers.put(oid("1.3.9.7"), text("Inlet"));
  CHECK(labels(points_of(profile, answers)[0]) == "part=sensor index=AB name=Inlet ");
  answers.put(oid("1.3.3.2.65.66"), text("Neutral"));
  CHECK(points_of(profile, answers).empty());
}

TEST_CASE("a row is held back where its text matches what it may not") {
  const auto profile = profile_of(
      "tables:\n  - part: sensor\n    where: [{column: .2, matches_not: '(?i)limit'}]\n    index: '{1}'\n"
      "    columns:\n      - {column: .4, metric: rack_voltage_volts}\n");
  Answers answers;
  answers.put(oid("1.3.4.1"), number(230));
  CHECK(points_of(profile, answers).size() == 1);
  answers.put(oid("1.3.2.1"), text("Input voltage"));
  CHECK(points_of(profile, answers).size() == 1);
  answers.put(oid("1.3.2.1"), text("Upper Limit"));
  CHECK(points_of(profile, answers).empty());
}

TEST_CASE("a bit of a BITS value is counted from its first") {
  CHECK(raw_number(text("\x80\x01"), {.bit = 0}) == 1 + 32768);
  CHECK_FALSE(raw_number(text("abc"), {}));
}

TEST_CASE("an identity may stand in the first row of a column for which a condition holds") {
  const auto profile = profile_of("identity: {model: [{oid: .5, first: true, where: [{column: .6, is: 3}]}]}\n");
  Answers answers;
  answers.put(oid("1.3.5.1001"), text("fan"));
  answers.put(oid("1.3.5.1002"), text("chassis"));
  answers.put(oid("1.3.6.1001"), number(7));
  answers.put(oid("1.3.6.1002"), number(3));
  CHECK(identity_of(profile, answers, {}).model == "chassis");
  CHECK(identity_needs(profile).columns == std::vector{oid("1.3.5"), oid("1.3.6")});
}

TEST_CASE("a name of 64 KiB with escape sequences is cut and cannot be one") {
  Answers answers;
  std::string hostile;
  while (hostile.size() < 65'000) hostile += "\x1b]0;x\a\xe2\x80\xae";
  for (const char* name : {"1.3.1.7", "1.3.2.7"}) answers.put(oid(name), text(hostile));
  CHECK(answers.find(oid("1.3.2.7"))->text.size() == 512);
  answers.put(oid("1.3.1.7"), number(5));
  const auto profile = profile_of("tables:\n  - part: outlet\n    name: .2\n    columns: [{column: .1, metric: rack_current_amperes}]\n");
  const auto points = points_of(profile, answers);
  REQUIRE(points.size() == 1);
  const auto name = label(points[0].point, "name");
  CHECK(name.size() <= 3 * 255);
  CHECK(name.find_first_of("\x1b\a") == std::string_view::npos);
  CHECK(name.find("\xe2\x80\xae") == std::string_view::npos);
}

TEST_CASE("a number beyond any integer, or none, is no code of a state") {
  for (const double odd : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300}) {
    const Value value{.kind = Value::Kind::number, .number = odd, .whole = 0, .text = {}, .oid = {}};
    CHECK(!lets_through({.is = {0}}, &value));
    CHECK(lets_through({.is_not = {0}}, &value));
  }
}

// CVE-2014-3565: whoever prints by the type that a MIB promises trips over the one that came.
TEST_CASE("a known object of any type that an agent may send is a finite number or no reading") {
  const auto profile = profile_of("scalars:\n  - {oid: .1.0, metric: rack_power_watts, multiply: 3600000}\n");
  const Octets eight{0x7F, 0xF0, 0, 0, 0, 0, 0, 0}, four{0x7F, 0xC0, 0, 0}, five{0x00, 0xFF, 0xFF, 0xFF, 0xFF}, one{0x05},
      oid_content{0x2B, 6};
  for (int tag = 0; tag < 256; ++tag)
    for (const Octets& content : {Octets{}, one, four, five, eight, oid_content, Octets{0x9F, 0x79, 8, 0x7F, 0xEF, 0xFF, 0, 0, 0, 0, 0}}) {
      const Element element{static_cast<std::uint8_t>(tag), content};
      if (!is_value(element)) continue;
      Answers answers;
      answers.put(oid("1.3.1.0"), decode_value(element));
      for (const auto& measured : points_of(profile, answers)) {
        const auto reading = take_reading(measured, answers.find(measured.oid));
        CHECK(std::isfinite(reading.value));
      }
    }
}

TEST_CASE("a float that is none, infinite, or beyond all bounds once scaled, is no good reading") {
  const auto profile = profile_of("scalars:\n  - {oid: .1.0, metric: rack_energy_joules, multiply: 3600000}\n");
  for (const double odd : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e308}) {
    const Value value{.kind = Value::Kind::number, .number = odd, .whole = 0, .text = {}, .oid = {}};
    Answers answers;
    answers.put(oid("1.3.1.0"), value);
    const auto points = points_of(profile, answers);
    REQUIRE(points.size() == 1);
    const auto reading = take_reading(points[0], &value);
    CHECK(reading.quality != ground::Quality::good);
    CHECK(std::isfinite(reading.value));
  }
}

TEST_CASE("what is cleared by being read is asked only where it is allowed, and no walk ends in it") {
  const auto profile = profile_of(
      "scalars:\n  - {oid: .1.0, metric: rack_load_ratio, clear_on_read: true}\n  - {oid: .2.0, metric: rack_load_ratio}\n"
      "tables:\n  - columns:\n      - {column: .5.1.2, metric: rack_voltage_volts}\n"
      "      - {column: .5.1.3, metric: rack_alarms_total, clear_on_read: true}\n      - {column: .5.1.4, metric: rack_power_watts}\n");
  const profile::Profile* const one = &profile;
  const auto refused = needs({&one, 1});
  CHECK(refused.objects == std::vector{oid("1.3.2.0")});
  CHECK(refused.columns == std::vector{oid("1.3.5.1.4")});
  CHECK(refused.beside == std::vector{oid("1.3.5.1.2")});
  CHECK(refused.left == std::vector{oid("1.3.1.0"), oid("1.3.5.1.3")});
  Answers answers;
  answers.put(oid("1.3.5.1.4.1"), number(10));
  answers.put(oid("1.3.5.1.4.7"), number(20));
  CHECK(cells_beside(refused.beside, answers) == std::vector{oid("1.3.5.1.2.1"), oid("1.3.5.1.2.7")});
  CHECK(expand({&one, 1}, answers, Spares::kept).size() == 2);
  const auto allowed = needs({&one, 1}, profile::Clearing::allowed);
  CHECK(allowed.objects == std::vector{oid("1.3.1.0"), oid("1.3.2.0")});
  CHECK(allowed.columns.size() == 3);
  CHECK(allowed.left.empty());
}

TEST_CASE("a counter wraps where its type ends, or where the profile says") {
  const auto profile = profile_of(
      "scalars:\n  - {oid: .1.0, metric: rack_energy_joules_total, multiply: 3600}\n"
      "  - {oid: .2.0, metric: rack_energy_resettable_joules_total, multiply: 3600, wraps_at: 1000000}\n"
      "  - {oid: .3.0, metric: rack_uptime_seconds, divide: 100, means: uptime}\n  - {oid: .4.0, metric: rack_voltage_volts}\n");
  Answers answers;
  for (const auto* name : {"1.3.1.0", "1.3.2.0", "1.3.3.0", "1.3.4.0"}) {
    auto value = number(5);
    value.counter_bits = name == std::string{"1.3.2.0"} ? 0 : 32;
    answers.put(oid(name), value);
  }
  const profile::Profile* const one = &profile;
  const auto points = expand({&one, 1}, answers, Spares::kept);
  REQUIRE(points.size() == 4);
  CHECK(points[0].point.wraps_at == 4294967296.0 * 3600);
  CHECK(points[1].point.wraps_at == 3.6e9);
  CHECK(points[2].point.wraps_at == Approx(42949672.96));
  CHECK(points[3].point.wraps_at == 0);
}
