#include "drivers/reading/nameplate.hpp"
#include "catch.hpp"
#include "drivers/snmp/expand.hpp"

using namespace holdup;
using namespace holdup::snmp;

namespace {

Oid oid(const std::string& text) { return *Oid::parse(text); }
Value text(std::string words) { return {.kind = Value::Kind::text, .number = 0, .whole = 0, .text = std::move(words), .oid = {}}; }
Value number(std::int64_t whole) {
  return {.kind = Value::Kind::number, .number = static_cast<double>(whole), .whole = whole, .text = {}, .oid = {}};
}

profile::Library library_of(const std::string& yaml) {
  ground::Problems problems;
  auto library = profile::Library::load({{"p.yaml", "profile: p\nbase: 1.3\nidentify: [{answers: [.1]}]\n" + yaml}}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return library;
}

const char* const chassis = R"(
identity: {serial: [.7.0]}
scalars: [{oid: .9.0, metric: rack_quantity}]
tables: [{part: fan, columns: [{column: .8, metric: rack_fan_speed_rpm}]}]
parts:
  - {part: supply, index: "{1}", serial: .11, model: [.13, .2], where: [{column: .5, is: 6}]}
  - {part: battery, serial: .12.0, firmware: [.14.0]}
)";

}  // namespace

TEST_CASE("parts with a serial number are told by row, or by object") {
  const auto library = library_of(chassis);
  const profile::Profile* const one = &library.all().front();
  Answers answers;
  for (const auto& [row, kind, serial] :
       {std::tuple{"1", 6, "PS-A1"}, {"2", 6, " PS-B2 "}, {"3", 7, "FAN-3"}, {"4", 6, "N/A"}, {"5", 6, ""}, {"6", 6, "00000000"}}) {
    answers.put(oid("1.3.5").with(std::vector<std::uint32_t>{static_cast<std::uint32_t>(std::stoul(row))}), number(kind));
    answers.put(oid("1.3.11").with(std::vector<std::uint32_t>{static_cast<std::uint32_t>(std::stoul(row))}), text(serial));
  }
  answers.put(oid("1.3.13.1"), text("HP-800"));
  answers.put(oid("1.3.2.2"), text("Supply"));
  answers.put(oid("1.3.12.0"), text("BAT7"));
  answers.put(oid("1.3.14.0"), text("1.2"));
  const auto parts = nameplates({&one, 1}, answers, {});
  REQUIRE(parts.size() == 3);
  CHECK(parts[0] == reading::Nameplate{.part = "supply", .index = "1", .serial = "PS-A1", .model = "HP-800", .firmware = ""});
  CHECK(parts[1] == reading::Nameplate{.part = "supply", .index = "2", .serial = "PS-B2", .model = "Supply", .firmware = ""});
  CHECK(parts[2] == reading::Nameplate{.part = "battery", .index = "", .serial = "BAT7", .model = "", .firmware = "1.2"});
}

TEST_CASE("to know them anew only what tells them is asked") {
  const auto library = library_of(chassis);
  const profile::Profile* const one = &library.all().front();
  const auto wanted = nameplate_needs({&one, 1}, profile::Clearing::refused);
  CHECK(wanted.objects == std::vector{oid("1.3.7.0"), oid("1.3.12.0"), oid("1.3.14.0")});
  CHECK(wanted.columns == std::vector{oid("1.3.2"), oid("1.3.5"), oid("1.3.11"), oid("1.3.13")});
}

TEST_CASE("a part without a serial number is refused") {
  ground::Problems problems;
  (void)profile::Library::load({{"p.yaml", "profile: p\nidentify: [{answers: [1.3]}]\nparts: [{part: supply, index: 1}]\n"}}, problems);
  REQUIRE(problems.all().size() == 1);
  CHECK(problems.all()[0].text() == "p.yaml:3: parts[0].serial: no serial; write where the part's serial number stands");
}

TEST_CASE("words for none are no serial numbers") {
  for (const char* none : {"", "  ", "-", "0", "000-000", "N/A", "n.a.", "None", "Not Available", "unknown"}) {
    INFO(none);
    CHECK_FALSE(reading::is_serial(none));
  }
  for (const char* serial : {"1", "5A1234T00001", "NA-42", "0x0007"}) CHECK(reading::is_serial(serial));
}
