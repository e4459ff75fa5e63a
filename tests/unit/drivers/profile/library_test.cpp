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
