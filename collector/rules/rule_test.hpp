#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/rules/series_text.hpp"

// Unit tests of rules, in the format of promtool's: values as read from their files, and what came of them. Used by `rules test`.
namespace holdup::rules {

struct ExpectedAlert {
  Labels labels;
  std::vector<Label> annotations;  // sorted by name
};

struct AlertCheck {
  int line = 0;
  ground::Duration at{};  // since the test's start
  std::string alert;
  std::vector<ExpectedAlert> expected;
};

struct ExpectedSample {
  Labels labels;
  double value = 0;
};

struct ExpressionCheck {
  int line = 0;
  ground::Duration at{};
  std::string text;
  std::vector<ExpectedSample> expected;
  bool native = false;  // it expects a native histogram
};

struct RuleTest {
  int line = 0;
  std::string name;
  ground::Duration interval{};  // between two samples of its series
  std::vector<WrittenSeries> series;
  std::vector<AlertCheck> alerts;
  std::vector<ExpressionCheck> expressions;
  Labels external_labels;
  std::string external_url;
  ground::Instant start{};  // since 1970
};

struct RuleTests {
  std::vector<std::string> rule_files;  // as written: relative to their own file, patterns among them
  ground::Duration interval = std::chrono::minutes{1};
  std::vector<std::string> group_order;
  bool fuzzy = false;  // the last bit of a value may differ
  std::vector<RuleTest> tests;
};

[[nodiscard]] RuleTests read_tests(const RuleText& file, ground::Problems& problems);

struct RuleTestOutcome {
  enum class Kind : std::uint8_t { passed, failed, refused };
  Kind kind = Kind::passed;
  int line = 0;
  std::string test;   // its name, may be empty
  std::string check;  // "alert InstanceDown at 5m", "expr up at 0s"
  std::string what;   // what is wrong
};

/// Every check of every test, in their order.
[[nodiscard]] std::vector<RuleTestOutcome> run_tests(const RuleTests& tests, const RuleSet& rules);

}  // namespace holdup::rules
