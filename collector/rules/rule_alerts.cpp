#include "collector/rules/rule_alerts.hpp"

#include <algorithm>
#include <bit>

#include "collector/rules/turns.hpp"

namespace holdup::rules {
namespace {

Labels alert_labels(const Rule& rule, const Labels& result, double value, const Surroundings& around) {
  auto out = result;
  out.set(metric_name, "");
  for (const auto& [name, text] : rule.labels) out.set(name, text.text_for(result, value, around));
  out.set("alertname", rule.alert);
  return out;
}

}  // namespace

std::optional<std::string> RuleAlerts::apply(const Rule& rule, const Evaluation& evaluation, ground::Instant at, const Surroundings& around,
                                             std::vector<Transition>& out) {
  auto found = results(rule, evaluation, around);
  if (!found) return "two results have the same labels once the rule's are applied";
  for (const auto& [labels, result] : *found) {
    worked(a_label_set);
    const Alert fresh{.result = {}, .active_since = at, .entered = at, .missing_since = {}};
    const auto [at_labels, begins] = alerts_.try_emplace(labels, fresh);
    auto& alert = at_labels->second;
    moved_ = moved_ || (!begins && std::bit_cast<std::uint64_t>(alert.value) != std::bit_cast<std::uint64_t>(result.second));
    alert.result = result.first;
    alert.value = result.second;
    changed_ = changed_ || alert.missing_since;
    alert.missing_since.reset();
    alert.awaited_until.reset();
  }
  if (rule.limit > 0 && found->size() > rule.limit) {
    end(rule, at, around, out);
    return "more than " + std::to_string(rule.limit) + " alerts, the group's limit";
  }
  for (auto it = alerts_.begin(); it != alerts_.end();) {
    worked(a_text);
    auto& alert = it->second;
    if (alert.awaited_until && at < *alert.awaited_until) {
      ++it;
      continue;
    }
    alert.awaited_until.reset();
    if (!found->contains(it->first) && !kept(rule, alert, at)) {
      out.push_back(transition(rule, *it, AlertState::inactive, at, around));
      it = alerts_.erase(it);
      changed_ = true;
      continue;
    }
    const bool fires = alert.state == AlertState::firing || at - alert.active_since >= rule.hold;
    const auto next = fires ? AlertState::firing : AlertState::pending;
    if (next != alert.state) {
      out.push_back(transition(rule, *it, next, at, around));
      alert.state = next;
      alert.entered = at;
      changed_ = true;
    }
    ++it;
  }
  let_go(*found);
  return std::nullopt;
}

ground::Instant RuleAlerts::due(const Rule& rule) const {
  auto out = ground::Instant::max();
  for (const auto& [labels, alert] : alerts_) {
    worked(4);
    if (alert.state == AlertState::pending && !alert.awaited_until) out = std::min(out, alert.active_since + rule.hold);
    if (alert.missing_since) out = std::min(out, *alert.missing_since + rule.keep_firing);
    if (alert.awaited_until) out = std::min(out, *alert.awaited_until);
  }
  return out;
}

void RuleAlerts::end(const Rule& rule, ground::Instant at, const Surroundings& around, std::vector<Transition>& out) {
  for (const auto& alert : alerts_)
    if (alert.second.state != AlertState::inactive) out.push_back(transition(rule, alert, AlertState::inactive, at, around));
  changed_ = changed_ || !alerts_.empty();
  let_go(alerts_);
}

void RuleAlerts::restore(const Rule& rule, const StoredAlert& stored, ground::Instant until, const Surroundings& around,
                         std::vector<Transition>& out) {
  Alert alert{.result = stored.labels,
              .value = stored.value,
              .active_since = stored.active_since,
              .entered = stored.fired_at.value_or(stored.active_since),
              .missing_since = stored.missing_since,
              .awaited_until = {}};
  alert.result.set("alertname", "");
  for (const auto& [name, text] : rule.labels) alert.result.set(name, "");
  if (!stored.missing_since) alert.awaited_until = until;
  const auto [place, fresh] = alerts_.try_emplace(stored.labels, std::move(alert));
  if (!fresh) return;
  const auto state = stored.fired_at ? AlertState::firing : AlertState::pending;
  out.push_back(transition(rule, *place, state, place->second.entered, around));
  place->second.state = state;
  changed_ = true;
}

void RuleAlerts::add_stored_series(ground::Duration utc_offset, DerivedSeries::Values& out) const {
  for (const auto& [labels, alert] : alerts_) {
    worked(an_alert);
    StoredAlert stored{
        .labels = labels, .active_since = alert.active_since, .fired_at = {}, .missing_since = alert.missing_since, .value = alert.value};
    if (alert.state == AlertState::firing) stored.fired_at = alert.entered;
    add_series(stored, utc_offset, out);
  }
}

DerivedSeries::Values RuleAlerts::series(ground::Duration utc_offset) const {
  DerivedSeries::Values out;
  for (const auto& [identity, alert] : alerts_) {
    worked(an_alert);
    auto labels = identity;
    labels.set(metric_name, "ALERTS_FOR_STATE");
    const auto since = ground::utc(alert.active_since, utc_offset).time_since_epoch();
    out[labels] = static_cast<double>(std::chrono::floor<std::chrono::seconds>(since).count());
    labels.set(metric_name, "ALERTS");
    labels.set("alertstate", alert_state_names[static_cast<std::size_t>(alert.state)]);
    out[labels] = 1;
  }
  return out;
}

std::vector<Transition> RuleAlerts::active(const Rule& rule, const Surroundings& around) const {
  std::vector<Transition> out;
  for (const auto& alert : alerts_) out.push_back(transition(rule, alert, alert.second.state, alert.second.entered, around));
  return out;
}

std::optional<RuleAlerts::Results> RuleAlerts::results(const Rule& rule, const Evaluation& evaluation, const Surroundings& around) {
  Results out;
  const auto add = [&](const Labels& result, double value) {
    worked(an_alert);
    return out.try_emplace(alert_labels(rule, result, value, around), result, value).second;
  };
  if (const auto* number = std::get_if<double>(&evaluation.value)) {
    add({}, *number);
    return out;
  }
  for (const auto& element : std::get<Vector>(evaluation.value))
    if (!add(counted(*element.labels, element.named), element.value)) return std::nullopt;
  return out;
}

Transition RuleAlerts::transition(const Rule& rule, Alerts::const_reference alert, AlertState to, ground::Instant at,
                                  const Surroundings& around) {
  worked(an_alert);
  const auto& [labels, state] = alert;
  Transition out{.alert = rule.alert,
                 .labels = labels,
                 .annotations = {},
                 .value = state.value,
                 .from = state.state,
                 .to = to,
                 .active_since = state.active_since,
                 .at = at};
  for (const auto& [name, text] : rule.annotations) out.annotations.emplace_back(name, text.text_for(state.result, state.value, around));
  return out;
}

bool RuleAlerts::kept(const Rule& rule, Alert& alert, ground::Instant at) {
  if (alert.state != AlertState::firing || rule.keep_firing == ground::Duration::zero()) return false;
  changed_ = changed_ || !alert.missing_since;
  if (!alert.missing_since) alert.missing_since = at;
  return at - *alert.missing_since < rule.keep_firing;
}

}  // namespace holdup::rules
