#include "collector/rules/rule_file.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rules;
using namespace std::chrono_literals;

namespace {

RuleSet load_text(const std::string& text, ground::Problems& problems) {
  const std::vector<RuleText> files{{"r.yml", text}};
  return load(files, problems);
}

/// The one problem of a file, as its reader sees it.
std::string problem(const std::string& text) {
  ground::Problems problems;
  const auto rules = load_text(text, problems);
  CHECK(rules.empty());
  REQUIRE(problems.all().size() == 1);
  return problems.all().front().text();
}

std::string with(const std::string& lines) { return "groups:\n- name: g\n  rules:\n  - alert: a\n" + lines; }

}  // namespace

TEST_CASE("a rule file with every supported key is read") {
  ground::Problems problems;
  const auto rules = load_text(
      "groups:\n- name: g\n  limit: 3\n  query_offset: 0s\n  labels: {team: power, severity: info}\n  rules:\n"
      "  - alert: a\n    expr: |\n      x > 1\n      and y\n    for: 1m30s\n    keep_firing_for: 5m\n    labels: {severity: warning}\n"
      "    annotations: {summary: 'of {{ $labels.x }}'}\n  - {alert: b, expr: y}\n",
      problems);
  CHECK(problems.all().empty());
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].alert == "a");
  CHECK(rules[0].group == "g");
  CHECK(rules[0].line == 7);
  CHECK(rules[0].hold == 90s);
  CHECK(rules[0].keep_firing == 5min);
  CHECK(rules[0].limit == 3);
  CHECK(identity(rules[0]) == R"(a{severity="warning",team="power"})");
  CHECK(rules[1].hold == 0s);
  CHECK(identity(rules[1]) == R"(b{severity="info",team="power"})");
}

TEST_CASE("every problem of a rule file is told with its place") {
  CHECK(problem(with("    expr: x > \n")) ==
        "r.yml:5: groups[0].rules[0].expr: a number, a metric name or '(' is expected, not the end (line 1, column 4)");
  CHECK(problem(with("    expr: limitk(1, x)\n")) == "r.yml:5: groups[0].rules[0].expr: not supported: limitk (line 1, column 1)");
  CHECK(problem(with("    expr: x[5m]\n")) ==
        "r.yml:5: groups[0].rules[0].expr: the result is a range vector; a rule needs an instant vector or a number");
  CHECK(problem(with("    expr: max_over_time(x[1000000000s]) > 0\n")) ==
        "r.yml:5: groups[0].rules[0].expr: not supported: a window that reaches 11574d1h46m40s back sample by sample; at most 1d is "
        "held in memory; of a subquery's steps 35d are: write max_over_time(x[7d:5m]) for max_over_time(x[7d])");
  CHECK(problem(with("    expr: max_over_time(x[36d:1h]) > 0\n")) ==
        "r.yml:5: groups[0].rules[0].expr: not supported: a subquery that reaches 36d back; at most 35d of steps are held in memory");
  CHECK(problem(with("    expr: max_over_time(x[5d:1m] offset 5d) > 0\n")) ==
        "r.yml:5: groups[0].rules[0].expr: not supported: a subquery that holds 14400 steps of each series; at most 10000 are held in "
        "memory: make its step longer, its range or its offset shorter");
  CHECK(problem(with("    expr: x offset -5m\n")) == "r.yml:5: groups[0].rules[0].expr: not supported: an offset into what is to come");
  CHECK(problem(with("    expr: x @ 5\n")) == "r.yml:5: groups[0].rules[0].expr: not supported: '@' with a time, in a rule");
  CHECK(problem(with("    expr: x\n    for: 5min\n")) ==
        "r.yml:6: groups[0].rules[0].for: '5min' is no duration; write as Prometheus does: 30s, 5m, 1h30m");
  CHECK(problem(with("    expr: x\n    labels: {bad-name: y}\n")) ==
        "r.yml:6: groups[0].rules[0].labels.bad-name: 'bad-name' cannot be a name here; use letters, digits and '_'");
  CHECK(problem("groups:\n- name: g\n  query_offset: 1m\n") ==
        "r.yml:3: groups[0].query_offset: not supported: query_offset; leave it out");
  CHECK(problem("groups:\n- name: g\n- name: g\n") ==
        "r.yml:3: groups[1].name: group 'g' stands twice in this file; give each group a name of its own");
  CHECK(problem("groups:\n- name: g\n  limit: -1\n") == "r.yml:3: groups[0].limit: less than 0; write 0 for no limit");
  CHECK(problem("groups: x\n") == "r.yml:1: groups: not a list; write '- ' before each entry");
  CHECK(problem(with("    expr: x\n    annotations: {s: '{{ nosuch }}'}\n")) ==
        "r.yml:6: groups[0].rules[0].annotations.s: not supported in a template: the function 'nosuch' (line 1, column 4)");
  CHECK(problem(with("    expr: x\n    fro: 5m\n")).find("fro") != std::string::npos);
  CHECK(problem(with("    for: 5m\n")).find("'expr' is missing") != std::string::npos);
  CHECK(problem("groups:\n- name: g\n  rules:\n  - expr: x\n") ==
        "r.yml:4: groups[0].rules[0]: neither 'alert' nor 'record' is there; write 'alert: NAME', or 'record: NAME' for a series");
  CHECK(problem("groups:\n- name: g\n  rules:\n  - alert: a\n    expr: &e x\n").find("anchor") != std::string::npos);
}

TEST_CASE("a recording rule is read with its group's interval, limit and labels") {
  ground::Problems problems;
  const auto rules = load_text(
      "groups:\n- name: g\n  interval: 30s\n  limit: 2\n  labels: {team: '{{power'}\n  rules:\n"
      "  - {record: 'a:b', expr: x, labels: {unit: W}}\n",
      problems);
  CHECK(problems.errors() == 1);  // of the label, as alerts of the group would read it
  const auto plain = load_text(
      "groups:\n- name: g\n  interval: 30s\n  limit: 2\n  rules:\n  - {record: 'a:b', expr: x, labels: {unit: '{{W'}}\n", problems);
  REQUIRE(plain.size() == 1);
  CHECK(plain[0].record == "a:b");
  CHECK(plain[0].alert.empty());
  CHECK(plain[0].interval == 30s);
  CHECK(plain[0].limit == 2);
  CHECK(identity(plain[0]) == R"(a:b{unit="{{W"})");
}

TEST_CASE("what a recording rule cannot have is told") {
  const auto recording = [](const std::string& lines) {
    return problem("groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: x\n" + lines);
  };
  CHECK(recording("    for: 5m\n") == "r.yml:6: groups[0].rules[0].for: a recording rule has none; leave it out");
  CHECK(recording("    keep_firing_for: 5m\n") == "r.yml:6: groups[0].rules[0].keep_firing_for: a recording rule has none; leave it out");
  CHECK(recording("    annotations: {a: b}\n") == "r.yml:6: groups[0].rules[0].annotations: a recording rule has none; leave it out");
  CHECK(recording("    alert: b\n") == "r.yml:6: groups[0].rules[0].alert: 'record' is there as well; make two rules of it");
  CHECK(problem("groups:\n- name: g\n  rules:\n  - {record: a-b, expr: x}\n") ==
        "r.yml:4: groups[0].rules[0].record: 'a-b' cannot be a series' name; use letters, digits, '_' and ':'");
}

TEST_CASE("rules that need their own result are refused, those beside them stand") {
  ground::Problems problems;
  const auto rules = load_text(
      "groups:\n- name: g\n  rules:\n  - {record: a, expr: sum(b)}\n  - {record: b, expr: c + 1}\n"
      "  - {record: c, expr: '{__name__=~\"a|z\"}'}\n  - {record: d, expr: a}\n  - {record: e, expr: 'e{x=\"2\"}', labels: {x: '1'}}\n",
      problems);
  REQUIRE(problems.all().size() == 1);
  CHECK(problems.all()[0].text() == "r.yml:4: record a: it needs its own result, by way of b, c; let one of them read something else");
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].record == "d");
  CHECK(rules[1].record == "e");
}

TEST_CASE("a rule that stands twice is a warning") {
  ground::Problems problems;
  CHECK(load_text("groups:\n- name: g\n  rules: [{record: a, expr: x}, {record: a, expr: y}]\n", problems).size() == 2);
  CHECK(problems.ok());
  REQUIRE(problems.all().size() == 1);
  CHECK(problems.all()[0].text() == "r.yml:3: record a: the rule at r.yml:3 has the same name and labels; give one a label of its own");
}

TEST_CASE("for a test of rules nothing bounds how far they reach") {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml",
                                     "groups:\n- name: g\n  rules:\n  - {record: a, expr: 'x @ 1000'}\n"
                                     "  - {record: b, expr: 'x offset -5m'}\n  - {record: c, expr: 'sum_over_time(x[30d])'}\n"}};
  CHECK(load(files, problems, Reach::unbounded).size() == 3);
  CHECK(problems.all().empty());
}

TEST_CASE("good rules beside bad ones are kept, all problems are told") {
  ground::Problems problems;
  const auto rules = load_text(
      "groups:\n- name: g\n  rules:\n  - {alert: a, expr: info(x)}\n  - {alert: b, expr: x}\n  - {alert: c, expr: x +}\n", problems);
  CHECK(rules.size() == 1);
  CHECK(problems.errors() == 2);
}

TEST_CASE("a template that goes wrong with every alert is a warning") {
  ground::Problems problems;
  const auto rules = load_text(
      with("    expr: x\n    annotations: {a: '{{ if gt $value 5 }}x{{ end }}', b: '{{ .Foo }}', c: '{{ query \"x\" | first }}'}\n"),
      problems);
  CHECK(rules.size() == 1);
  CHECK(problems.ok());
  REQUIRE(problems.all().size() == 2);
  CHECK(problems.all()[0].text() ==
        "r.yml:6: groups[0].rules[0].annotations.a: its text will be an error: error calling gt: incompatible types for comparison: "
        "float64 and "
        "int; write a number with a point, as 5.0");
  CHECK(problems.all()[1].what == "its text will be an error: can't evaluate field Foo in type alert");
}
