#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/labels.hpp"
#include "collector/rules/point.hpp"
#include "collector/rules/rule.hpp"

// What rules look back at, and what a store tells of it after a start. Used by the engine, which takes it in, and by who reads the store.
namespace holdup::rules {

/// Of one rule: which series it reads sample by sample, how far back, and its subqueries whose steps are held.
struct LookBack {
  struct Series {
    const Selector* selector = nullptr;
    ground::Duration reach{};
  };
  std::vector<Series> series;
  std::vector<const Expression*> subqueries;  // by their place in held_subqueries()
  [[nodiscard]] bool empty() const { return series.empty() && subqueries.empty(); }
};
[[nodiscard]] LookBack look_back(const Rule& rule, ground::Duration lookback);

/// One that says none goes by the default.
[[nodiscard]] ground::Duration step_of(const Subquery& subquery);
/// From an evaluation back to the oldest step.
[[nodiscard]] ground::Duration reach_of(const Subquery& subquery);
[[nodiscard]] double steps_held(const Subquery& subquery);

/// Whether a series of that name is made by one of the rules, as a recorded one or of alerts.
[[nodiscard]] bool is_made(const RuleSet& rules, std::string_view name);

/// One element of a rule's subquery at its steps, oldest first. UTC.
struct PastSteps {
  std::size_t rule = 0, subquery = 0;
  Labels labels;
  bool named = true;
  std::vector<Point> points;
};
/// A step at which it failed. UTC.
struct PastFailure {
  std::size_t rule = 0, subquery = 0;
  ground::Instant at{};
  ExpressionError error;
};

}  // namespace holdup::rules
