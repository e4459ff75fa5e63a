#pragma once

#include <span>
#include <string>
#include <vector>

#include "collector/rules/derived.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/rule.hpp"
#include "collector/rules/rule_alerts.hpp"

// Rules evaluated as Prometheus does it: all of them at an instant, one after the other, over series held in memory, to which what they
// make is added. The oracle of the streaming engine, and what unit tests of rules run on.
namespace holdup::rules {

class PlainRules {
 public:
  struct Options {
    ground::Duration lookback = std::chrono::minutes{5};
    ground::Duration step = std::chrono::minutes{1};  // of a subquery that has none
    Labels external_labels = {};
    std::string external_url = {};
  };
  struct Failure {
    const Rule* rule = nullptr;
    std::string what;
  };

  /// In this order. The rules must stay where they are.
  PlainRules(std::vector<const Rule*> rules, Options options);

  /// `at` rises from call to call.
  [[nodiscard]] std::vector<Transition> evaluate(ground::Instant at, Memory& memory);
  /// What went wrong at the last evaluation.
  [[nodiscard]] const std::vector<Failure>& failures() const { return failures_; }
  /// Pending and firing alerts of that name as the last evaluation left them, with texts as of `at`.
  [[nodiscard]] std::vector<Transition> active(const std::string& alert, ground::Instant at, Memory& memory) const;

 private:
  struct Running {
    const Rule* rule = nullptr;
    RuleAlerts alerts;
    DerivedSeries made;
  };
  [[nodiscard]] Setting setting(ground::Instant at) const { return {.at = at, .lookback = options_.lookback, .step = options_.step}; }
  [[nodiscard]] Surroundings surroundings(ground::Instant at, Memory& memory) const;

  Options options_;
  std::vector<Running> running_;
  std::vector<Failure> failures_;
};

}  // namespace holdup::rules
