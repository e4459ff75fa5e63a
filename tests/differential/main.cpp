#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "collector/rules/rule_file.hpp"
#include "tests/differential/promtool_files.hpp"
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

std::optional<Case> make(std::uint64_t seed, std::size_t slots, bool debian) {
  differential::Choices choices{seed};
  Case out;
  out.text = differential::RuleWriter{choices, debian}.file();
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"r.yml", out.text}};
  out.rules = rules::load(files, problems);
  if (problems.errors() > 0) return std::nullopt;  // an expression that types or limits refuse
  out.log = differential::write_log(choices, slots, debian);
  return out;
}

struct Span {
  std::uint64_t seed = 1, count = 1'000'000'000;
  std::size_t slots = 150;
  double seconds = 15;
};

int play(const Span& span) {
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t played = 0, rules = 0, refused = 0, parted = 0, transitions = 0;
  for (std::uint64_t i = 0;
       i < span.count && std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < span.seconds; ++i) {
    const auto one = make(span.seed + i, span.slots, false);
    if (!one) {
      ++refused;
      continue;
    }
    ++played;
    rules += one->rules.size();
    const auto turn_work = std::size_t{1} << (span.seed + i) % 16;  // from an element to what is never reached
    const auto [difference, told] = differential::compared(one->rules, one->log, turn_work);
    transitions += told;
    if (!difference) continue;
    ++parted;
    std::cout << "seed " << span.seed + i << ": " << *difference << one->text << "\n";
    if (parted >= 5) break;
  }
  std::cout << played << " seeds with " << rules << " rules and " << transitions << " transitions, " << refused << " more refused, "
            << parted << " parted\n";
  return parted == 0 && played > 0 ? 0 : 1;
}

int write(const Span& span, const std::string& folder) {
  std::uint64_t written = 0, flapping = 0;
  for (std::uint64_t i = 0; i < span.count; ++i) {
    const auto one = make(span.seed + i, span.slots, true);
    if (!one) continue;
    const bool steady =
        differential::write_promtool_files(std::filesystem::path{folder} / std::to_string(span.seed + i), one->text, one->rules, one->log);
    ++(steady ? written : flapping);
  }
  std::cout << written << " files, " << flapping << " left out: a rule fails, or alerts come and go between two evaluations\n";
  return written > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Random rules over random samples: the plain evaluator against the streaming engine"};
  Span span;
  std::string promtool;
  app.add_option("--seed", span.seed, "the first");
  app.add_option("--count", span.count, "so many seeds");
  app.add_option("--seconds", span.seconds, "no seed is begun after that");
  app.add_option("--slots", span.slots, "steps of 100 ms that each plays");
  app.add_option("--promtool", promtool, "writes the cases as files for promtool into this folder instead");
  CLI11_PARSE(app, argc, argv);
  return promtool.empty() ? play(span) : write(span, promtool);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
