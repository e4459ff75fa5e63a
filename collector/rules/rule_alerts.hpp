#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/rule.hpp"
#include "collector/rules/stored_alerts.hpp"

// The alerts of one rule through time: pending while `for` runs, firing, kept firing, gone, as Prometheus does it at every evaluation. Used
// by the engine.
namespace holdup::rules {

enum class AlertState : std::uint8_t { inactive, pending, firing };
inline constexpr std::array<std::string_view, 3> alert_state_names{"inactive", "pending", "firing"};

/// One alert and its state from `at` on.
struct Transition {
  std::string alert;
  Labels labels;  // the result's without its name, then the rule's, `alertname` last: the identity
  std::vector<Label> annotations;
  double value = 0;
  AlertState from = AlertState::inactive;
  AlertState to = AlertState::inactive;
  ground::Instant active_since{};
  ground::Instant at{};
  std::size_t rule = 0;  // of the engine's, by place; of one that is gone: that it had
};

class RuleAlerts {
 public:
  /// One evaluation. Transitions are appended in the order of their labels. Returns what is wrong when two results are one alert or when
  /// the group's limit is passed (then all alerts of the rule end); the former alerts stand after the first.
  [[nodiscard]] std::optional<std::string> apply(const Rule& rule, const Evaluation& evaluation, ground::Instant at,
                                                 const Surroundings& around, std::vector<Transition>& out);
  /// The next `for` or `keep_firing_for` deadline; Instant::max() when there is none.
  [[nodiscard]] ground::Instant due(const Rule& rule) const;
  /// All end: their rule is gone.
  void end(const Rule& rule, ground::Instant at, const Surroundings& around, std::vector<Transition>& out);
  /// As Prometheus records them: ALERTS is 1 for each pending and firing one, ALERTS_FOR_STATE the second since which it is active.
  [[nodiscard]] DerivedSeries::Values series(ground::Duration utc_offset) const;
  /// And what a restart needs beside these.
  void add_stored_series(ground::Duration utc_offset, DerivedSeries::Values& out) const;
  /// Whether any of that is other than when this was last asked.
  [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }
  /// Whether one that stands has another value than when this was last asked.
  [[nodiscard]] bool take_moved() { return std::exchange(moved_, false); }
  /// One that stood before a restart: not being found is no end of it before `until`.
  void restore(const Rule& rule, const StoredAlert& alert, ground::Instant until, const Surroundings& around, std::vector<Transition>& out);
  /// Pending and firing ones, as transitions into where they are.
  [[nodiscard]] std::vector<Transition> active(const Rule& rule, const Surroundings& around) const;

 private:
  struct Alert {
    Labels result;
    double value = 0;
    AlertState state = AlertState::inactive;  // until its first evaluation is through
    ground::Instant active_since{};
    ground::Instant entered{};  // this state
    std::optional<ground::Instant> missing_since;
    std::optional<ground::Instant> awaited_until;  // after a restart: it was not found yet, and need not be before then
  };
  using Results = std::map<Labels, std::pair<Labels, double>>;  // identity → labels of the result, value
  using Alerts = std::map<Labels, Alert>;

  [[nodiscard]] static std::optional<Results> results(const Rule& rule, const Evaluation& evaluation, const Surroundings& around);
  static Transition transition(const Rule& rule, Alerts::const_reference alert, AlertState to, ground::Instant at,
                               const Surroundings& around);
  bool kept(const Rule& rule, Alert& alert, ground::Instant at);

  Alerts alerts_;
  bool changed_ = false, moved_ = false;
};

}  // namespace holdup::rules
