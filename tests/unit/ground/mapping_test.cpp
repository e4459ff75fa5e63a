#include "ground/yaml/mapping.hpp"

#include <array>

#include "catch.hpp"

using namespace holdup::ground;
using namespace std::chrono_literals;

TEST_CASE("a mapping is read by type") {
  Problems problems;
  const auto root = yaml::parse("t: x\nn: 4.5\nd: 20ms\ns: 2KiB\nl: [a, b]\none: a\nf: true\nw: dc\n", "f.yaml", problems);
  yaml::Mapping map{root, "", {"f.yaml", problems}};
  constexpr std::array<std::string_view, 2> systems{"1ph", "dc"};
  CHECK(map.required_text("t") == "x");
  CHECK(map.number("n") == 4.5);
  CHECK(map.duration("d") == 20ms);
  CHECK(map.size("s") == 2048);
  CHECK(map.texts("l") == std::vector<std::string>{"a", "b"});
  CHECK(map.texts("one") == std::vector<std::string>{"a"});
  CHECK(map.flag("f") == true);
  CHECK(map.word("w", systems) == 1);
  CHECK(!map.text("none"));
  map.finish();
  CHECK(problems.ok());
}

TEST_CASE("each wrong value is named with line, key and mend") {
  Problems problems;
  const auto root = yaml::parse("n: four\nd: 20\nw: dd\nfeds: 1\n", "f.yaml", problems);
  yaml::Mapping map{root, "top", {"f.yaml", problems}};
  constexpr std::array<std::string_view, 2> systems{"1ph", "dc"};
  map.number("n"), map.duration("d"), map.word("w", systems), map.find("feeds"), map.required_text("t");
  map.finish();
  std::vector<std::string> texts;
  for (const auto& p : problems.all()) texts.push_back(p.text());
  CHECK(texts == std::vector<std::string>{"f.yaml:1: top.n: 'four' is no number; write digits, its unit is in the key",
                                          "f.yaml:2: top.d: '20' is no duration; write a number and its unit: 20ms, 1s, 5min, 2h, 30d",
                                          "f.yaml:3: top.w: 'dd' is not one of 1ph, dc; did you mean 'dc'?",
                                          "f.yaml:1: top: 't' is missing; add it",
                                          "f.yaml:4: top.feds: unknown key; did you mean 'feeds'?"});
}

TEST_CASE("what a problem quotes of a file puts nothing on a terminal") {
  Problem problem{.file = "a\x1b[2J.yaml", .line = 3, .key = "x\a", .what = "no \xe2\x80\xae", .mend = "\xff"};
  CHECK(problem.text() == "a\xEF\xBF\xBD[2J.yaml:3: x\xEF\xBF\xBD: no \xEF\xBF\xBD; \xEF\xBF\xBD");
}
