#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/rules/rule_test.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

const std::string root = HOLDUP_SOURCE_DIR;

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  INFO(path);
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<RuleText> files_in(const std::string& folder) {
  std::vector<RuleText> out;
  for (const auto& entry : std::filesystem::directory_iterator{root + folder})
    if (entry.path().extension() == ".yml") out.push_back({entry.path().string(), text_of(entry.path().string())});
  REQUIRE(!out.empty());
  return out;
}

RuleSet pack() {
  ground::Problems problems;
  auto out = load(files_in("/collector/rules/pack"), problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.all().empty());
  std::erase_if(out, [](const Rule& rule) { return rule.alert.empty(); });
  return out;
}

std::string among(const std::vector<NamedTemplate>& all, std::string_view name) {
  const auto at = std::ranges::find(all, name, &NamedTemplate::first);
  return at == all.end() ? std::string{} : at->second.text();
}

}  // namespace

TEST_CASE("every rule of the pack says its class, its basis, its lead time, its page and what to do") {
  const std::map<std::string, std::string> severities{{"alert", "critical"}, {"ticket", "warning"}, {"audit", "info"}};
  std::set<std::string> classes, names;
  for (const Rule& rule : pack()) {
    INFO(rule.alert);
    CHECK(names.insert(rule.alert).second);
    const auto kind = among(rule.labels, "class");
    classes.insert(kind);
    REQUIRE(severities.contains(kind));
    CHECK(among(rule.labels, "severity") == severities.at(kind));
    for (const auto* name : {"summary", "basis", "lead_time", "playbook", "mend"}) {
      INFO(name);
      CHECK(!among(rule.annotations, name).empty());
    }
    const auto basis = among(rule.annotations, "basis");
    const auto stands_on = basis.substr(0, basis.find(':'));
    INFO(basis);
    CHECK(std::set<std::string>{"norm", "vendor", "statistical", "ours"}.contains(stands_on));
    CHECK(basis.size() > stands_on.size() + 10);  // and where it is from
    if (kind == "alert") CHECK((stands_on == "norm" || stands_on == "vendor"));
  }
  CHECK(classes.size() == 3);
}

TEST_CASE("every rule of the pack has a page of the playbook that tells of it, and a line in its index") {
  const auto index = text_of(root + "/docs/playbook/README.md");
  std::set<std::string> pages;
  for (const Rule& rule : pack()) {
    INFO(rule.alert);
    const auto page = among(rule.annotations, "playbook");
    CHECK(page.starts_with("docs/playbook/"));
    pages.insert(page);
    const auto text = text_of(root + "/" + page);
    for (const auto* heading : {"\n## Early detection\n", "\n## Prevention\n", "\n## Restoration\n"})
      CHECK(text.find(heading) != std::string::npos);
    CHECK(text.find("`" + rule.alert + "`") != std::string::npos);
    const auto line = "| `" + rule.alert + "` | " + among(rule.labels, "class") + " | " + among(rule.labels, "severity") + " | ";
    CHECK(index.find(line) != std::string::npos);
  }
  for (const auto& entry : std::filesystem::directory_iterator{root + "/docs/playbook"}) {
    const auto name = "docs/playbook/" + entry.path().filename().string();
    INFO(name);
    CHECK((name == "docs/playbook/README.md" || pages.contains(name)));
  }
}

TEST_CASE("every rule of the pack is seen to fire, and not to fire, by its unit tests") {
  std::map<std::string, std::array<int, 2>> checks;  // silent, fires
  for (const auto& file : files_in("/tests/unit/collector/rules/pack")) {
    ground::Problems problems;
    const auto tests = read_tests(file, problems);
    INFO(file.file);
    CHECK(problems.all().empty());
    for (const auto& test : tests.tests) {
      CHECK(!test.name.empty());
      for (const auto& check : test.alerts) ++checks[check.alert].at(check.expected.empty() ? 0 : 1);
    }
  }
  for (const Rule& rule : pack()) {
    INFO(rule.alert);
    CHECK(checks[rule.alert][0] > 0);
    CHECK(checks[rule.alert][1] > 0);
    checks.erase(rule.alert);
  }
  CHECK(checks.empty());  // of rules that are not there
}

TEST_CASE("a limit that is ours cannot page") {
  const auto read = [](const std::string& severity, const std::string& basis) {
    const std::vector<RuleText> files{{"r.yml", "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: x > 1\n    labels: {severity: " +
                                                    severity + "}\n    annotations: {basis: '" + basis + "'}\n"}};
    ground::Problems problems;
    (void)load(files, problems);
    return problems.all();
  };
  for (const auto* basis : {"ours: a guess", "statistical: three sigma", "somebody said so"}) {
    const auto problems = read("critical", basis);
    INFO(basis);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].text().starts_with("r.yml:"));
    CHECK(problems[0].text().find("only a limit of a norm or of a vendor may page") != std::string::npos);
    CHECK(read("warning", basis).empty());
  }
  CHECK(read("critical", "norm: IEC 60947-2").empty());
  CHECK(read("critical", "vendor: its data sheet").empty());
}
