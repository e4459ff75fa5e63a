#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "collector/rules/parser.hpp"
#include "collector/rules/rule_file.hpp"

// Rule files and series of somebody who means harm, or knows no better: a clear error, in bounded time and memory.
using namespace holdup;
using namespace holdup::rules;
using namespace std::chrono_literals;

namespace {

std::string times(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

std::string error_of(const std::string& expression) {
  const auto parsed = parse(expression);
  const auto* error = std::get_if<ExpressionError>(&parsed);
  return error != nullptr ? error->text() : "none";
}

std::string problems_of(const std::string& text) {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", text}};
  (void)load(files, problems);
  std::string out;
  for (const auto& problem : problems.all()) out += problem.text() + "\n";
  return out;
}

std::string rule(const std::string& expression) { return "groups:\n- name: g\n  rules:\n  - {alert: A, expr: '" + expression + "'}\n"; }

}  // namespace

TEST_CASE("nesting ends where it is too deep, at its column") {
  CHECK(error_of(times("(", 10'000) + "1") == error_of(times("(", 1000)));
  for (const char* opening : {"(", "-", "sum(", "abs(", "2 ^ "}) {
    const auto said = error_of(times(opening, 5000) + "a");
    INFO(opening << ": " << said);
    CHECK(said.find("line 1, column ") != std::string::npos);
    CHECK(said.size() < 200);
  }
  CHECK(error_of("a" + times(" + a", 5000)) != "none");
  CHECK(error_of(times("a", 100'000)).find("KiB") != std::string::npos);
}

TEST_CASE("a regular expression that would grow is refused, one that would backtrack does not") {
  CHECK(error_of(R"re(a{x=~"(((((a{1,100}){1,100}){1,100}){1,100}))"})re") != "none");
  CHECK(error_of("a{x=~\"" + times("a", 10'000) + "\"}") != "none");
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", rule(R"re(a{x=~"(a+)+b"} > 0)re")}};
  Engine engine{load(files, problems), {}};
  engine.born(1, Labels{{{"__name__", "a"}, {"x", times("a", 1'000'000)}}});
  const std::vector<Sample> samples{{1, 1.0}};
  CHECK(engine.batch(ground::Instant{1s}, samples).empty());
}

TEST_CASE("windows and offsets that add up beyond all time are refused") {
  CHECK(problems_of(rule("max_over_time(a[1000000000s]) > 0")).find("not supported: a window that reaches") != std::string::npos);
  CHECK(problems_of(rule("max_over_time(a[99y] offset 99y) > 0")).find("not supported: a window that reaches") != std::string::npos);
  CHECK(problems_of(rule("max_over_time((max_over_time(a[99y] offset 99y))[99y:1y] offset 99y) > 0"))
            .find("not supported: a window that reaches") != std::string::npos);
}

TEST_CASE("subqueries of too many steps are refused with the rule") {
  CHECK(problems_of(rule("max_over_time((a @ end())[5m:1m]) > 0")).find("not supported: '@ start()' or '@ end()' in a subquery") !=
        std::string::npos);
  CHECK(problems_of(rule("max_over_time((a)[1d:1ms]) > 0")).find("not supported: subqueries of 86400000 steps") != std::string::npos);
  CHECK(problems_of(rule("max_over_time(max_over_time((a)[10m:1s])[10m:1s]) > 0")).find("steps") != std::string::npos);
  CHECK(problems_of(rule("max_over_time((a)[1d:1m]) > 0")).empty());
}

TEST_CASE("aliases that would unfold without end are refused as aliases") {
  std::string bomb = "a: &a [x, x]\n";
  for (char c = 'b'; c < 'k'; ++c)
    bomb += std::string{c} + ": &" + c + " [" + times(std::string{"*"} + static_cast<char>(c - 1) + ", ", 9) + "]\n";
  const auto said = problems_of(bomb + "groups: *j\n");
  CHECK(said.find("r.yml:1") != std::string::npos);
  CHECK(said.size() < 2000);
  CHECK_FALSE(problems_of("groups: " + times("[", 100'000)).empty());
}

TEST_CASE("two groups of one name and rules that are not there are told") {
  const std::string group = "- name: g\n  rules:\n  - {alert: A, expr: a}\n";
  CHECK(problems_of("groups:\n" + group + group).find("stands twice") != std::string::npos);
}

TEST_CASE("a result with huge labels is carried whole") {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", rule("a > 0")}};
  Engine engine{load(files, problems), {}};
  const auto huge = times("x", 1'000'000);
  engine.born(1, Labels{{{"__name__", "a"}, {"x", huge}}});
  const std::vector<Sample> samples{{1, 1.0}};
  const auto told = engine.batch(ground::Instant{1s}, samples);
  REQUIRE(told.size() == 1);
  CHECK(told.front().labels.get("x") == huge);
}
