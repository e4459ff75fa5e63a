#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/rule.hpp"

// Series that rules make: what recording rules find, and how alerts stand (ALERTS, ALERTS_FOR_STATE). Other rules select them like any
// other. Used by every engine: it says what becomes of a rule's series, an engine where they go.
namespace holdup::rules {

/// One sample of such a series.
struct Derived {
  Labels labels;
  std::optional<double> value;  // nothing: the series ends here (a stale marker)
  ground::Instant at{};
};

/// The series that one rule makes, through time.
class DerivedSeries {
 public:
  using Values = std::map<Labels, double>;

  /// All that there is from `at` on: a sample for each, an end for each that was and is no more.
  void become(Values now, ground::Instant at, std::vector<Derived>& out);
  [[nodiscard]] const Values& now() const { return now_; }

 private:
  Values now_;
};

/// What a recording rule's result is as series, or what is wrong with it; then the former ones stand.
[[nodiscard]] std::optional<std::string> recorded(const Rule& rule, const Evaluation& evaluation, DerivedSeries::Values& out);

}  // namespace holdup::rules
