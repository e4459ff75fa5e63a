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
      {{"std.yaml", "profile: std\nstandard: true\nidentify: [{answers: [1.3.6.1.2.1.33]}]\n"},
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
  CHECK(all.candidates({}).at(0).answers.at(0).text() == "1.3.6.1.2.1.33");
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
