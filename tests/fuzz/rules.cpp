#include <cstdint>
#include <string>
#include <vector>

#include "collector/rules/rule_file.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: a rule file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup;
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"rules.yml", std::string{reinterpret_cast<const char*>(data), size}}};
  for (const auto& rule : rules::load(files, problems)) HOLDUP_EXPECT(!rule.text.empty() && rule.line > 0);
  for (const auto& problem : problems.all()) {
    const auto said = problem.text();
    HOLDUP_EXPECT(ground::printable(said) == said);
  }
  return 0;
}
