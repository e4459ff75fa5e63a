#include "collector/rules/rule_test.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

constexpr std::array<std::string_view, 3> words{"passed", "failed", "refused"};

/// "passed", or what is wrong, check by check.
std::vector<std::string> played(const std::string& rules, const std::string& tests) {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", rules}};
  const auto set = load(files, problems, Reach::unbounded);
  const auto read = read_tests({"t.yml", tests}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  std::vector<std::string> out;
  for (const auto& outcome : run_tests(read, set))
    out.push_back(std::string{words[static_cast<std::size_t>(outcome.kind)]} + (outcome.what.empty() ? "" : ": " + outcome.what));
  return out;
}

const std::string two_groups =
    "groups:\n- name: g1\n  rules:\n  - {record: b, expr: a * 2}\n- name: g2\n  rules:\n  - {record: a, expr: x + 1}\n";

std::string checked(const std::string& order, const std::string& values) {
  return order + "tests:\n- interval: 1m\n  input_series: [{series: x, values: '" + values + "'}]\n  promql_expr_test:\n";
}

}  // namespace

TEST_CASE("rules of a test are evaluated in their order, groups in that which is written") {
  const std::string check = "  - {expr: b, eval_time: 1m, exp_samples: [{labels: b, value: ";
  CHECK(played(two_groups, checked("", "1 2") + check + "4}]}\n") == std::vector<std::string>{"passed"});  // of the minute before
  CHECK(played(two_groups, checked("group_eval_order: [g2, g1]\n", "1 2") + check + "6}]}\n") == std::vector<std::string>{"passed"});
}

TEST_CASE("a test sees samples up to the last evaluation") {
  const std::string series = "- interval: 1s\n  input_series: [{series: x, values: '0+1x100'}]\n  promql_expr_test:\n";
  const auto out = played("groups: []\n", "tests:\n" + series + "  - {expr: x, eval_time: 59s, exp_samples: [{labels: x, value: 0}]}\n" +
                                              series + "  - {expr: x, eval_time: 60s, exp_samples: [{labels: x, value: 60}]}\n");
  CHECK(out == std::vector<std::string>{"passed", "passed"});
}

TEST_CASE("NaN is equal to nothing, as in promtool, and that is told") {
  const auto out = played("groups: []\n", checked("", "NaN") + "  - {expr: x, exp_samples: [{labels: x, value: .nan}]}\n" +
                                              "  - {expr: 'x != x', exp_samples: [{labels: x, value: .nan}]}\n" +
                                              "  - {expr: 'count(x != x)', exp_samples: [{value: 1}]}\n");
  REQUIRE(out.size() == 3);
  CHECK(out[0] == "failed: expected x NaN; got x NaN; NaN is equal to nothing: ask count(… != …) instead");
  CHECK(out[2] == "passed");
}

TEST_CASE("values are compared to the last bit, or but for it where that is said") {
  const std::string check = "  - {expr: x * 0.1, eval_time: 0m, exp_samples: [{value: 0.3}]}\n";
  CHECK(played("groups: []\n", checked("", "3") + check) ==
        std::vector<std::string>{"failed: expected {} 0.3; got {} 0.30000000000000004"});
  CHECK(played("groups: []\n", checked("fuzzy_compare: true\n", "3") + check) == std::vector<std::string>{"passed"});
}

TEST_CASE("a rule that fails ends its test") {
  const auto out = played("groups:\n- name: g\n  rules: [{record: r, expr: 'x + on() y'}]\n",
                          "tests:\n- input_series: [{series: 'x{a=\"1\"}', values: 1x3}, {series: 'x{a=\"2\"}', values: 1x3}, {series: y, "
                          "values: 1x3}]\n  promql_expr_test: [{expr: y, eval_time: 1m, exp_samples: [{labels: y, value: 1}]}]\n");
  REQUIRE(out.size() == 1);
  CHECK(out[0].starts_with("failed: "));
}

TEST_CASE("native histograms are refused by name, check by check") {
  const auto out = played("groups: []\n",
                          "tests:\n- input_series: [{series: h, values: '{{sum:1 count:1}}x2'}, {series: x, values: 1x2}]\n"
                          "  promql_expr_test:\n  - {expr: x, exp_samples: [{labels: x, value: 1}]}\n"
                          "  - {expr: h, exp_samples: [{labels: h, histogram: '{{sum:1 count:1}}'}]}\n");
  CHECK(out == std::vector<std::string>{"passed", "refused: not supported: native histograms"});
}

TEST_CASE("problems of a test file are told all at once, with their places") {
  ground::Problems problems;
  (void)read_tests(
      {"t.yml",
       "rule_file: [r.yml]\nevaluation_interval: 5min\ngroup_eval_order: [a, a]\ntests:\n- interval: 1m\n"
       "  start_timestamp: yesterday\n  input_series:\n  - {series: 'x{', values: '1'}\n  - {series: x, values: '1y2'}\n"
       "  alert_rule_test:\n  - {eval_time: 1m}\n  promql_expr_test:\n  - {expr: x, exp_samples: [{labels: '}', value: one}]}\n"},
      problems);
  std::vector<int> lines;
  for (const auto& problem : problems.all()) lines.push_back(problem.line);
  std::ranges::sort(lines);
  CHECK(lines == std::vector<int>{1, 2, 3, 6, 8, 9, 11, 13, 13});
}
