#include "drivers/profile/library.hpp"

#include "catch.hpp"

using namespace holdup;
using profile::Library;
using profile::Oid;
using profile::Seen;

namespace {

Library library() {
  ground::Problems problems;
  auto out = Library::load(
      {{"std.yaml", "profile: std\nstandard: 20\nidentify: [{answers: [1.3.6.1.2.1.33]}]\n"},
       {"vendor.yaml", "profile: vendor\nidentify: [{sys_object_id: [1.3.6.1.4.1.318]}]\n"},
       {"model.yaml", "profile: model\nidentify: [{sys_object_id: [1.3.6.1.4.1.318.1.3.4], sys_descr: [Rack PDU, MasterSwitch]}]\n"},
       {"modbus.yaml", "profile: modbus\nprotocol: modbus\n"},
       {"vendors.yaml", "enterprises:\n  318: APC\n"}},
      problems);
  REQUIRE(problems.ok());
  return out;
}

std::vector<std::string> names(const Library& library, const Seen& seen) {
  std::vector<std::string> out;
  for (const auto& candidate : library.candidates(seen)) out.push_back(candidate.profile->name);
  return out;
}

}  // namespace

TEST_CASE("the longest sysObjectID comes first and a standard MIB last") {
  const auto all = library();
  using Names = std::vector<std::string>;
  CHECK(names(all, {.object_id = *Oid::parse("1.3.6.1.4.1.318.1.3.4.6"), .description = "APC Rack PDU"}) ==
        Names{"model", "vendor", "std"});
  CHECK(names(all, {.object_id = *Oid::parse("1.3.6.1.4.1.318.1.3.4.6"), .description = "else"}) == Names{"vendor", "std"});
  CHECK(names(all, {.object_id = *Oid::parse("1.3.6.1.4.1.3180.1"), .description = "Rack PDU"}) == Names{"std"});
  CHECK(names(all, {}) == Names{"std"});
  CHECK(all.candidates({}).at(0).identify->answers.at(0).text() == "1.3.6.1.2.1.33");
}

TEST_CASE("behind a vendor's own tree the standard MIBs come in the order of their numbers") {
  ground::Problems problems;
  const auto all = Library::load({{"a.yaml", "profile: a\nstandard: 90\nidentify: [{answers: [1.3.6.1.2.1.1.3]}]\n"},
                                  {"b.yaml", "profile: b\nstandard: 10\nidentify: [{answers: [1.3.6.1.2.1.33]}]\n"},
                                  {"c.yaml", "profile: c\nidentify: [{answers: [1.3.6.1.4.1.9]}]\n"},
                                  {"d.yaml", "profile: d\nidentify: [{answers: [1.3.6.1.4.1.9.1]}]\n"}},
                                 problems);
  REQUIRE(problems.ok());
  CHECK(names(all, {}) == std::vector<std::string>{"d", "c", "b", "a"});
}

TEST_CASE("model and firmware decide where an entry asks for them") {
  ground::Problems problems;
  const auto all = Library::load(
      {{"a.yaml",
        "profile: a\nidentify: [{sys_descr_matches: '^Netbotz v[34]', model: '^AP9', firmware_from: 6.10, firmware_before: v7}]\n"}},
      problems);
  REQUIRE(problems.ok());
  CHECK(names(all, {.object_id = {}, .description = "Netbotz v2"}).empty());
  const auto candidates = all.candidates({.object_id = {}, .description = "Netbotz v3.1"});
  REQUIRE(candidates.size() == 1);
  const auto& identify = *candidates[0].identify;
  CHECK(profile::fits(identify, "AP9631", "v6.10.2"));
  CHECK_FALSE(profile::fits(identify, "XP9631", "v6.10.2"));
  CHECK_FALSE(profile::fits(identify, "AP9631", "v6.9.9"));
  CHECK_FALSE(profile::fits(identify, "AP9631", "v7.0"));
  CHECK_FALSE(profile::fits(identify, "AP9631", ""));
}

TEST_CASE("a vendor is known by its enterprise number") {
  const auto all = library();
  CHECK(all.vendor(*Oid::parse("1.3.6.1.4.1.318.1.3")) == "APC");
  CHECK(all.vendor(*Oid::parse("1.3.6.1.4.1.319")).empty());
  CHECK(all.vendor(*Oid::parse("1.3.6.1.4.1")).empty());
  CHECK(all.vendor({}).empty());
}

TEST_CASE("two files with one name are refused") {
  ground::Problems problems;
  const auto all = Library::load({{"a.yaml", "profile: a\n"}, {"b.yaml", "profile: a\n"}}, problems);
  CHECK(problems.all().at(0).text() == "b.yaml:1: profile: 'a' is another file's name too; rename one");
}

TEST_CASE("a star in the base becomes the device's own number wherever it stands") {
  ground::Problems problems;
  const auto all = Library::load({{"a.yaml",
                                   "profile: a\nbase: 1.3.6.1.4.1.28507.*\nidentity: {model: .1.0}\nidentify: [{answers: [.2]}]\n"
                                   "tables:\n  - where: [{column: .2.3, is: 1}]\n    name: '{.2.4} {1}'\n    columns:\n"
                                   "      - {column: .2.5, digits: .2.6, name: .2.7, metric: rack_power_watts}\n"}},
                                 problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  const auto made = profile::concrete(all.all().at(0), 43);
  CHECK(made.model.at(0).oid.text() == "1.3.6.1.4.1.28507.43.1.0");
  CHECK(made.identify.at(0).answers.at(0).text() == "1.3.6.1.4.1.28507.43.2");
  const auto& table = made.tables.at(0);
  CHECK(table.where.at(0).column.text() == "1.3.6.1.4.1.28507.43.2.3");
  CHECK(table.name.at(0).cells.at(0).text() == "1.3.6.1.4.1.28507.43.2.4");
  CHECK(table.columns.at(0).oid.text() == "1.3.6.1.4.1.28507.43.2.5");
  CHECK(table.columns.at(0).scaling.digits.text() == "1.3.6.1.4.1.28507.43.2.6");
  CHECK(table.columns.at(0).name.at(0).oid.text() == "1.3.6.1.4.1.28507.43.2.7");
}

namespace {

std::string problems_of(const std::string& override_text) {
  ground::Problems problems;
  const auto all = Library::load(
      {{"p.yaml", "profile: ups\nbase: 1.3.6\nscalars:\n  - {oid: .1.0, metric: rack_voltage_volts}\n", 0}, {"o.yaml", override_text, 1}},
      problems);
  return problems.all().empty() ? "" : problems.all().at(0).text();
}

}  // namespace

TEST_CASE("an operator's override changes what it names, and says by which file") {
  ground::Problems problems;
  const auto all =
      Library::load({{"p.yaml",
                      "profile: ups\nbase: 1.3.6\nscalars:\n  - {oid: .1.0, metric: rack_voltage_volts}\n"
                      "  - {oid: .2.0, metric: rack_load_ratio}\ntables:\n  - columns:\n      - {column: .3, metric: rack_power_watts}\n",
                      0},
                     {"o.yaml",
                      "override: ups\nbase: 1.3.6\nmax_repetitions: 1\npoints:\n  - {oid: .1.0, divide: 10, lane: hot, lowest: 0}\n"
                      "  - {oid: .2.0, ignore: true}\n  - {oid: .3, multiply: 10, refresh: 5s}\n",
                      1}},
                    problems);
  REQUIRE(problems.ok());
  const auto& ups = *all.find("ups");
  REQUIRE(ups.scalars.size() == 1);
  CHECK(ups.scalars[0].rule.conversion.divide == 10);
  CHECK(ups.scalars[0].rule.conversion.lowest == 0);
  CHECK(ups.scalars[0].rule.lane == reading::Lane::hot);
  CHECK(ups.tables[0].columns[0].rule.conversion.multiply == 10);
  CHECK(ups.tables[0].columns[0].rule.refresh == std::chrono::seconds{5});
  CHECK(ups.quirks.max_repetitions == 1);
  CHECK(ups.overrides == std::vector<std::string>{"o.yaml"});
}

TEST_CASE("a profile of the operator's folder takes the place of the shipped one of its name") {
  ground::Problems problems;
  const auto all =
      Library::load({{"p.yaml", "profile: ups\nvendor: shipped\n", 0}, {"own.yaml", "profile: ups\nvendor: own\n", 1}}, problems);
  CHECK(problems.ok());
  REQUIRE(all.all().size() == 1);
  CHECK(all.find("ups")->vendor == "own");
  CHECK(all.find("ups")->file == "own.yaml");
}

TEST_CASE("what is wrong with an override is said with line, key and mend") {
  CHECK(problems_of("override: usp\n") == "o.yaml:1: override: no profile 'usp'; did you mean 'ups'?");
  CHECK(problems_of("override: ups\npoints:\n  - {oid: 1.3.6.9.0, divide: 10}\n") ==
        "o.yaml:3: oid: 'ups' reads nothing from 1.3.6.9.0; see `holdup profile show ups`");
  CHECK(problems_of("override: ups\npoints:\n  - {oid: 1.3.6.1.0, divide: 0}\n") ==
        "o.yaml:3: points.divide: a division by 0; write the divisor");
  CHECK(problems_of("override: ups\npoints:\n  - {oid: 1.3.6.1.0, divied: 10}\n") ==
        "o.yaml:3: points.divied: unknown key; did you mean 'divide'?");
}
