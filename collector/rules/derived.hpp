#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/rule.hpp"
#include "collector/rules/turns.hpp"

// Series that rules make: what recording rules find, and how alerts stand (ALERTS, ALERTS_FOR_STATE). Other rules select them like any
// other. Used by every engine: it says what becomes of a rule's series, an engine where they go.
namespace holdup::rules {

/// One sample of such a series.
struct Derived {
  std::shared_ptr<const Labels> labels;
  std::optional<double> value;  // nothing: the series ends here (a stale marker)
  ground::Instant at{};
};

/// The series that one rule makes, through time.
class DerivedSeries {
 public:
  using Values = std::map<Labels, double>;

  /// All that there is from now on. Calls `take(labels, value)`: without a value for each that was and is no more, then for all of them.
  template <class Take>
  void become(Values now, Take take);
  /// How many there are.
  [[nodiscard]] std::size_t size() const { return now_.size(); }

 private:
  Values now_;
};

/// What a recording rule's result is as series, or what is wrong with it; then the former ones stand.
[[nodiscard]] std::optional<std::string> recorded(const Rule& rule, const Evaluation& evaluation, DerivedSeries::Values& out);
/// What the series is called that it makes of that element.
[[nodiscard]] Labels recorded_labels(const Rule& rule, Labels element);

template <class Take>
void DerivedSeries::become(Values now, Take take) {
  for (const auto& [labels, value] : now_) {
    worked(a_label_set);
    if (!now.contains(labels)) take(labels, std::optional<double>{});
  }
  for (const auto& [labels, value] : now) worked(a_text), take(labels, std::optional{value});
  now_.swap(now);
  let_go(now);
}

}  // namespace holdup::rules
