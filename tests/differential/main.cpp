#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include "collector/rules/rule_file.hpp"
#include "tests/differential/rule_writer.hpp"
#include "tests/differential/two_engines.hpp"

// rules-differential: random rules over random samples, by the plain evaluator and by the streaming engine. A seed that parts them is told
// with its rules; `--seed N --count 1` plays it again.
namespace {

using namespace holdup;

struct Case {
  std::string text;
  rules::RuleSet rules;
  differential::SampleLog log;
};

std::optional<Case> make(std::uint64_t seed, std::size_t slots) {
  differential::Choices choices{seed};
  Case out;
  out.text = differential::RuleWriter{choices, false}.file();
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"r.yml", out.text}};
  out.rules = rules::load(files, problems);
  if (out.rules.empty()) return std::nullopt;  // an expression that types or limits refuse
  out.log = differential::write_log(choices, slots, false);
  return out;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Random rules over random samples: the plain evaluator against the streaming engine"};
  std::uint64_t seed = 1, count = 1'000'000'000;
  std::size_t slots = 150;
  double seconds = 15;
  app.add_option("--seed", seed, "the first");
  app.add_option("--count", count, "so many seeds");
  app.add_option("--seconds", seconds, "no seed is begun after that");
  app.add_option("--slots", slots, "steps of 100 ms that each plays");
  CLI11_PARSE(app, argc, argv);
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t played = 0, rules = 0, refused = 0, parted = 0, transitions = 0;
  for (std::uint64_t i = 0; i < count && std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < seconds; ++i) {
    const auto one = make(seed + i, slots);
    if (!one) {
      ++refused;
      continue;
    }
    ++played;
    rules += one->rules.size();
    const auto [difference, told] = differential::compared(one->rules, one->log);
    transitions += told;
    if (!difference) continue;
    ++parted;
    std::cout << "seed " << seed + i << ": " << *difference << one->text << "\n";
    if (parted >= 5) break;
  }
  std::cout << played << " seeds with " << rules << " rules and " << transitions << " transitions, " << refused << " more refused, "
            << parted << " parted\n";
  return parted == 0 && played > 0 ? 0 : 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
