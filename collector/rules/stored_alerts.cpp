#include "collector/rules/stored_alerts.hpp"

#include <algorithm>
#include <cmath>

namespace holdup::rules {
namespace {

constexpr std::string_view state_label = "alertstate";

}  // namespace

double stored_moment(ground::Instant at, ground::Duration utc_offset) {
  const auto utc = ground::utc(at, utc_offset).time_since_epoch();
  return static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(utc).count()) / 1000;
}

ground::Instant moment_of_stored(double seconds, ground::Duration utc_offset) {
  constexpr double most = 9e9;
  const double held = std::isfinite(seconds) ? std::clamp(seconds, -most, most) : 0;
  return ground::shifted(ground::Instant{std::chrono::milliseconds{std::llround(held * 1000)}}, -utc_offset);
}

void add_series(const StoredAlert& alert, ground::Duration utc_offset, DerivedSeries::Values& out) {
  const auto add = [&](std::string_view name, double value) {
    auto labels = alert.labels;
    labels.set(metric_name, name);
    out[std::move(labels)] = value;
  };
  add("holdup_alert_value", alert.value);
  if (alert.fired_at) add("holdup_alert_firing_since_seconds", stored_moment(*alert.fired_at, utc_offset));
  if (alert.missing_since) add("holdup_alert_missing_since_seconds", stored_moment(*alert.missing_since, utc_offset));
}

bool may_raise(const Rule& rule, const Labels& labels) {
  const auto fits = [&](const NamedTemplate& label) {
    return label.second.text().find("{{") != std::string::npos || labels.get(label.first) == label.second.text();
  };
  return !rule.alert.empty() && rule.alert == labels.get("alertname") && std::ranges::all_of(rule.labels, fits);
}

std::vector<StoredAlert> stored_alerts(std::span<const Derived> newest, ground::Duration utc_offset) {
  std::map<Labels, StoredAlert> found;
  std::map<Labels, bool> stands;  // ALERTS says so
  for (const auto& sample : newest) {
    if (!sample.value) continue;
    auto labels = *sample.labels;
    labels.set(metric_name, "");
    const auto name = sample.labels->get(metric_name);
    if (name == "ALERTS") {
      labels.set(state_label, "");
      stands[labels] = true;
      continue;
    }
    auto& alert = found[labels];
    const auto moment = moment_of_stored(*sample.value, utc_offset);
    if (name == "ALERTS_FOR_STATE") alert.active_since = moment;
    if (name == "holdup_alert_firing_since_seconds") alert.fired_at = moment;
    if (name == "holdup_alert_missing_since_seconds") alert.missing_since = moment;
    if (name == "holdup_alert_value") alert.value = *sample.value;
  }
  std::vector<StoredAlert> out;
  for (auto& [labels, alert] : found) {
    if (!stands.contains(labels)) continue;
    alert.labels = labels;
    out.push_back(std::move(alert));
  }
  return out;
}

}  // namespace holdup::rules
