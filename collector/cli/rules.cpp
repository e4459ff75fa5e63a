#include <glob.h>

#include <filesystem>
#include <iostream>
#include <map>

#include "collector/cli/configuration.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/rules/rule_test.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"

// `holdup rules check` and `rules test`: rule files, and promtool's unit tests of them. Touches no daemon.
namespace holdup::cli {
namespace {

namespace fs = std::filesystem;
using Outcome = rules::RuleTestOutcome;

constexpr std::array<std::string_view, 3> outcome_names{"passed", "failed", "refused"};

std::vector<std::string> matching(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  globfree(&found);
  return out;
}

/// Of a file of tests, whose names are relative to it.
rules::RuleSet rules_of(const rules::RuleTests& tests, const std::string& file, ground::Problems& problems) {
  std::vector<rules::RuleText> texts;
  for (const auto& pattern : tests.rule_files) {
    const auto full = (fs::path{file}.parent_path() / pattern).string();
    const auto found = matching(full);
    if (found.empty())
      problems.add({.file = file,
                    .line = 0,
                    .key = "rule_files",
                    .what = "nothing matches " + full,
                    .mend = "write a file or a pattern that exists",
                    .weight = ground::Problem::Weight::warning});
    for (const auto& path : found) texts.push_back({path, read_text(path, problems)});
  }
  return rules::load(texts, problems, rules::Reach::unbounded);
}

void print(const Outcome& outcome, const std::string& file, bool json) {
  if (json) {
    ground::JsonWriter out;
    out.begin_object().field("file", file).field("line", outcome.line).field("test", outcome.test).field("check", outcome.check);
    out.field("outcome", outcome_names[static_cast<std::size_t>(outcome.kind)]).field("what", outcome.what).end_object();
    std::cout << out.text() << '\n';
  } else if (outcome.kind != Outcome::Kind::passed) {
    const auto named = outcome.test.empty() ? "" : outcome.test + ": ";
    std::cout << ground::printable(file + ":" + std::to_string(outcome.line) + ": " + named + outcome.check + ": " + outcome.what) << '\n';
  }
}

bool test(const std::string& file, bool json) {
  ground::Problems problems;
  const auto text = read_text(file, problems);
  rules::RuleTests tests;
  if (problems.ok()) tests = rules::read_tests({file, text}, problems);
  const auto rules = problems.ok() ? rules_of(tests, file, problems) : rules::RuleSet{};
  if (!print_problems(problems, json)) return false;
  std::array<std::size_t, 3> counts{};
  for (const auto& outcome : rules::run_tests(tests, rules)) {
    ++counts[static_cast<std::size_t>(outcome.kind)];
    print(outcome, file, json);
  }
  if (!json) {
    std::cout << ground::printable(file) << ": ";
    for (std::size_t kind = 0; kind < counts.size(); ++kind)
      std::cout << (kind == 0 ? "" : ", ") << counts[kind] << ' ' << outcome_names[kind];
    std::cout << '\n';
  }
  return counts[1] + counts[2] == 0;
}

}  // namespace

int rules_check(const RulesCheckOptions& options) {
  ground::Problems problems;
  std::vector<rules::RuleText> texts;
  for (const auto& file : options.files) texts.push_back({file, read_text(file, problems)});
  const auto rules = rules::load(texts, problems);
  const bool ok = print_problems(problems, options.json);
  std::map<std::string, std::pair<std::size_t, std::size_t>> counts;  // alerts and recordings by file
  for (const auto& file : options.files) counts[file];
  for (const auto& rule : rules) ++(rule.record.empty() ? counts[rule.file].first : counts[rule.file].second);
  if (ok && !options.json)
    for (const auto& [file, count] : counts)
      std::cout << ground::printable(file) << ": " << count.first << " alerting rules, " << count.second << " recording rules\n";
  return ok ? fine : problem_found;
}

int rules_test(const RulesTestOptions& options) {
  bool ok = true;
  for (const auto& file : options.files) ok = test(file, options.json) && ok;
  return ok ? fine : problem_found;
}

}  // namespace holdup::cli
