#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "collector/rules/rule_file.hpp"
#include "ground/expect.hpp"
#include "tests/differential/rule_writer.hpp"
#include "tests/differential/two_engines.hpp"

// Fuzz target: the input's bytes choose rules and samples; the streaming engine tells what the plain evaluator does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdup;
  constexpr std::size_t slots = 60;
  differential::Choices choices{std::span{data, size}};
  const auto text = differential::RuleWriter{choices, false}.file();
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"r.yml", text}};
  const auto set = rules::load(files, problems);
  const auto result = differential::compared(set, differential::write_log(choices, slots, false), 1 + size % 100);
  if (result.difference) std::fprintf(stderr, "%s%s", result.difference->c_str(), text.c_str());
  HOLDUP_EXPECT(!result.difference);
  return 0;
}
