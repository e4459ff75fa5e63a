#include "drivers/profile/trap.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "drivers/profile/library.hpp"

using namespace holdup;
using profile::Oid;
using profile::TrapBook;
using profile::TrapValue;
using reading::TrapSays;

namespace {

TrapBook book_of(const std::string& traps) {
  ground::Problems problems;
  const auto library = profile::Library::load({{"t.yaml", "profile: t\nbase: 1.3.6.1.4.1.99\ntraps:\n" + traps}}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return TrapBook{library};
}

std::vector<std::string> problems_of(const std::string& trap) {
  ground::Problems problems;
  (void)profile::Library::load({{"t.yaml", "profile: t\nbase: 1.3.6.1.4.1.99\ntraps:\n  - " + trap + "\n"}}, problems);
  std::vector<std::string> out;
  for (const auto& problem : problems.all()) out.push_back(problem.text());
  return out;
}

Oid oid(std::string_view text) { return *Oid::parse(text); }
TrapValue code(std::string_view name, std::int64_t number) {
  return {.name = oid(name), .text = std::to_string(number), .number = number, .oid = {}};
}
TrapValue text(std::string_view name, std::string value) { return {.name = oid(name), .text = std::move(value), .number = {}, .oid = {}}; }
TrapValue named(std::string_view name, std::string_view value) {
  return {.name = oid(name), .text = std::string{value}, .number = {}, .oid = oid(value)};
}

const TrapBook& shipped() {
  static const TrapBook book = [] {
    std::vector<profile::File> files;
    for (const auto& entry : std::filesystem::directory_iterator{HOLDUP_SOURCE_DIR "/firmware-profiles"})
      if (entry.path().filename().string().starts_with("traps-")) {
        std::ifstream in{entry.path()};
        files.push_back({entry.path().filename().string(), std::string{std::istreambuf_iterator<char>{in}, {}}});
      }
    ground::Problems problems;
    TrapBook out{profile::Library::load(files, problems)};
    REQUIRE(problems.all().empty());
    return out;
  }();
  return book;
}

struct Expected {
  const char* trap;
  std::vector<TrapValue> values;
  TrapSays says;
  const char *part = "", *index = "";
};

void check(const Expected& expected) {
  INFO(expected.trap);
  const auto message = shipped().read(oid(expected.trap), expected.values);
  REQUIRE(message.says);
  CHECK(reading::name(*message.says) == reading::name(expected.says));
  CHECK(message.part == expected.part);
  CHECK(message.index == expected.index);
}

}  // namespace

TEST_CASE("the first entry of a trap whose conditions hold gives the meaning") {
  const auto book = book_of(
      "  - {oid: .0.1, says: input_lost, when: [{varbind: .7.1, is: [2, 3]}]}\n"
      "  - {oid: .0.1, says: input_restored, when: [{varbind: .7.1, is: 4}]}\n");
  CHECK(book.size() == 2);
  CHECK(book.read(oid("1.3.6.1.4.1.99.0.1"), std::vector{code("1.3.6.1.4.1.99.7.1.5", 3)}).says == TrapSays::input_lost);
  CHECK(book.read(oid("1.3.6.1.4.1.99.0.1"), std::vector{code("1.3.6.1.4.1.99.7.1.5", 4)}).says == TrapSays::input_restored);
  CHECK(!book.read(oid("1.3.6.1.4.1.99.0.1"), std::vector{code("1.3.6.1.4.1.99.7.1.5", 9)}).says);
  CHECK(!book.read(oid("1.3.6.1.4.1.99.0.1"), {}).says);
  CHECK(!book.read(oid("1.3.6.1.4.1.99.0.2"), std::vector{code("1.3.6.1.4.1.99.7.1.5", 3)}).says);
}

TEST_CASE("a known value of another type makes no meaning and no crash") {
  const auto book = book_of("  - {oid: .0.1, says: overload, when: [{varbind: .7, is: 2}], part: outlet, index: {varbind: .8}}\n");
  const auto trap = oid("1.3.6.1.4.1.99.0.1");
  for (const auto& value :
       {text("1.3.6.1.4.1.99.7", "2x"), named("1.3.6.1.4.1.99.7", "1.3.6"), text("1.3.6.1.4.1.99.7", std::string(70'000, '\x1b'))})
    CHECK(!book.read(trap, std::vector{value}).says);
  const auto without_index = book.read(trap, std::vector{code("1.3.6.1.4.1.99.7", 2)});
  CHECK(without_index.says == TrapSays::overload);
  CHECK(without_index.index.empty());
}

TEST_CASE("an index stands in a value, in the parts of a name, or in a piece of either") {
  const auto book = book_of(
      "  - {oid: .0.1, says: outlet_off, part: outlet, index: {varbind: .8}}\n"
      "  - {oid: .0.2, says: outlet_off, part: outlet, index: {name_of: .8, part: 2}}\n"
      "  - {oid: .0.3, says: outlet_off, part: outlet, index: {name_of: .8}}\n"
      "  - {oid: .0.4, says: outlet_off, part: outlet, index: {varbind: .8, extract: 'Outlet ([0-9]+)'}}\n");
  const std::vector values{text("1.3.6.1.4.1.99.8.1.24", "Outlet 7 off")};
  const auto index = [&](const char* trap) { return book.read(oid(trap), values).index; };
  CHECK(index("1.3.6.1.4.1.99.0.1") == "Outlet 7 off");
  CHECK(index("1.3.6.1.4.1.99.0.2") == "24");
  CHECK(index("1.3.6.1.4.1.99.0.3") == "1.24");
  CHECK(index("1.3.6.1.4.1.99.0.4") == "7");
}

TEST_CASE("a trap nobody knows is told with all its values") {
  const auto message =
      TrapBook{}.read(oid("1.3.6.1.4.1.4711.0.9"), std::vector{text("1.3.6.1.4.1.4711.1", "x"), code("1.3.6.1.4.1.4711.2", 5)});
  CHECK(!message.says);
  CHECK(message.trap == "1.3.6.1.4.1.4711.0.9");
  REQUIRE(message.varbinds.size() == 2);
  CHECK(message.varbinds[1].second == "5");
}

TEST_CASE("an entry that is not complete is refused with its line and a mend") {
  CHECK(problems_of("{says: overload}").size() == 1);
  CHECK(problems_of("{oid: .0.1}").size() == 1);
  CHECK(problems_of("{oid: .0.1, says: overlod}").at(0).find("overload") != std::string::npos);
  CHECK(problems_of("{oid: .0.1, says: overload, when: {varbind: .1}}").size() == 1);
  CHECK(problems_of("{oid: .0.1, says: overload, when: [{is: 1}]}").size() == 1);
  CHECK(problems_of("{oid: .0.1, says: overload, index: {varbind: .1}}").size() == 1);
  CHECK(problems_of("{oid: .0.1, says: overload, part: bank, index: {part: 1}}").size() >= 1);
  CHECK(problems_of("{oid: .0.1, says: overload, wen: []}").at(0).find("when") != std::string::npos);
}

TEST_CASE("the shipped lists know the loss and the restoration of each family") {
  check({"1.3.6.1.6.3.1.1.5.1", {}, TrapSays::restarted});
  check({"1.3.6.1.4.1.318.0.5", {text("1.3.6.1.4.1.318.2.3.3.0", "on battery")}, TrapSays::on_battery});
  check({"1.3.6.1.4.1.318.0.9", {}, TrapSays::off_battery});
  check({"1.3.6.1.4.1.318.0.127", {}, TrapSays::redundancy_lost});
  check({"1.3.6.1.4.1.318.0.269", {code("1.3.6.1.4.1.318.1.1.12.3.3.1.1.1.12", 12)}, TrapSays::outlet_off, "outlet", "12"});
  check({"1.3.6.1.2.1.33.2.1", {code("1.3.6.1.2.1.33.1.2.3.0", 12)}, TrapSays::on_battery});
  check({"1.3.6.1.2.1.33.2.3", {named("1.3.6.1.2.1.33.1.6.2.1.2.4", "1.3.6.1.2.1.33.1.6.3.2")}, TrapSays::on_battery});
  check({"1.3.6.1.2.1.33.2.4", {named("1.3.6.1.2.1.33.1.6.2.1.2.4", "1.3.6.1.2.1.33.1.6.3.6")}, TrapSays::source_restored});
  check({"1.3.6.1.4.1.3808.0.5", {}, TrapSays::on_battery});
  check({"1.3.6.1.4.1.3808.0.304", {}, TrapSays::redundancy_lost});
  check({"1.3.6.1.4.1.534.1.11.4.1.0.3", {}, TrapSays::on_battery});
  check({"1.3.6.1.4.1.534.1.11.4.1.0.5", {}, TrapSays::off_battery});
  check({"1.3.6.1.4.1.534.6.6.7.0.11",
         {code("1.3.6.1.4.1.534.6.6.7.3.1.1.1.0.1", 1), code("1.3.6.1.4.1.534.6.6.7.3.2.1.4.0.1.1", 2)},
         TrapSays::input_lost,
         "inlet",
         "1"});
  check({"1.3.6.1.4.1.534.6.6.7.0.51", {code("1.3.6.1.4.1.534.6.6.7.1.2.1.30.0", 1)}, TrapSays::communication_lost});
  check({"1.3.6.1.4.1.13742.6.0.61",
         {code("1.3.6.1.4.1.13742.6.0.0.10.0", 4), code("1.3.6.1.4.1.13742.6.5.2.3.1.3.1.1.4", 2)},
         TrapSays::input_lost,
         "inlet",
         "1"});
  check({"1.3.6.1.4.1.13742.6.0.63",
         {code("1.3.6.1.4.1.13742.6.0.0.10.0", 14), code("1.3.6.1.4.1.13742.6.5.4.3.1.3.1.9.14", 8)},
         TrapSays::outlet_off,
         "outlet",
         "9"});
  check({"1.3.6.1.4.1.1718.3.100.0.2",
         {text("1.3.6.1.4.1.1718.3.2.2.1.2.1.1", "AA"), code("1.3.6.1.4.1.1718.3.2.2.1.5.1.1", 0), code("1.3.6.1.4.1.1718.3.99.2.0", 1)},
         TrapSays::input_lost,
         "inlet",
         "AA"});
  check({"1.3.6.1.4.1.1718.4.100.0.2",
         {text("1.3.6.1.4.1.1718.4.1.3.2.1.2.1.1", "AA"), code("1.3.6.1.4.1.1718.4.1.3.3.1.2.1.1", 8),
          code("1.3.6.1.4.1.1718.4.1.99.2.0", 1)},
         TrapSays::input_lost,
         "inlet",
         "AA"});
  check({"1.3.6.1.4.1.1718.4.100.0.2", {code("1.3.6.1.4.1.1718.4.1.99.2.0", 0)}, TrapSays::input_restored, "inlet", ""});
  check({"1.3.6.1.4.1.2606.7.0.2", {code("1.3.6.1.4.1.2606.7.4.1.2.1.6.1", 4)}, TrapSays::communication_lost});
}
