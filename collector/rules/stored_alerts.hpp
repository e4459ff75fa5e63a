#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "collector/rules/derived.hpp"

// What alerts write of themselves as series, so that a restart finds them where they stood: ALERTS and ALERTS_FOR_STATE as Prometheus has
// them, and beside these since when they fire, since when their expression finds them no more, and their value. Used by the rules' alerts.
namespace holdup::rules {

struct StoredAlert {
  Labels labels;  // the alert's
  ground::Instant active_since{};
  std::optional<ground::Instant> fired_at;       // nothing: pending
  std::optional<ground::Instant> missing_since;  // of keep_firing_for
  double value = 0;
};

inline constexpr std::array<std::string_view, 5> alert_series{"ALERTS", "ALERTS_FOR_STATE", "holdup_alert_firing_since_seconds",
                                                              "holdup_alert_missing_since_seconds", "holdup_alert_value"};

/// Seconds of UTC, to the millisecond: what a double holds, and what receivers are told.
[[nodiscard]] double stored_moment(ground::Instant at, ground::Duration utc_offset);
[[nodiscard]] ground::Instant moment_of_stored(double seconds, ground::Duration utc_offset);

/// That alert as series, ALERTS and ALERTS_FOR_STATE apart.
void add_series(const StoredAlert& alert, ground::Duration utc_offset, DerivedSeries::Values& out);
/// Whether these labels may be of an alert of this rule: its name, and its labels but for those with a template.
[[nodiscard]] bool may_raise(const Rule& rule, const Labels& labels);
/// The alerts whose newest samples these are.
[[nodiscard]] std::vector<StoredAlert> stored_alerts(std::span<const Derived> newest, ground::Duration utc_offset);

}  // namespace holdup::rules
