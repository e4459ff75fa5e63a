#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/rule_file.hpp"

using namespace holdup;
using namespace holdup::rules;

TEST_CASE("rules from the field load") {
  const std::string path = HOLDUP_SOURCE_DIR "/../shared/rules/open.yml";
  std::ifstream file{path};
  if (!file) {
    std::cout << "SKIP: " << path << " is not here\n";
    return;
  }
  const std::vector<RuleText> files{{"open.yml", {std::istreambuf_iterator<char>{file}, {}}}};
  ground::Problems problems;
  const auto rules = load(files, problems);
  CHECK(rules.size() == 93);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  CHECK(problems.ok());
}
