#include <array>
#include <cstdint>

#include "collector/rules/rule_file.hpp"
#include "collector/rules/rule_test.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: rule files and files of their unit tests, with what comes of a short test.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const std::array<rules::RuleText, 1> files{{{"r.yml", text}}};
  ground::Problems problems;
  const auto read = rules::load(files, problems, rules::Reach::unbounded);
  const auto tests = rules::read_tests(files[0], problems);
  for (const auto& problem : problems.all()) {
    const auto said = problem.text();
    HOLDUP_EXPECT(ground::printable(said) == said);
  }
  std::size_t work = 0;
  for (const auto& test : tests.tests) {
    for (const auto& check : test.expressions) work += static_cast<std::size_t>(check.at / tests.interval) + check.text.size();
    for (const auto& check : test.alerts) work += static_cast<std::size_t>(check.at / tests.interval);
    for (const auto& series : test.series) work += series.values.size();
  }
  if (work < 1'000) (void)rules::run_tests(tests, read);
  return 0;
}
