#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/core/alert_board.hpp"
#include "collector/incident/ledger.hpp"
#include "collector/rules/engine.hpp"
#include "collector/site/site.hpp"

// What an incident and a rule's transition are as alerts: labels and annotations, worded for their receivers. Pure; the core's own.
namespace holdup::core {

/// The value of a label, or "".
[[nodiscard]] std::string first_of(const Labels& labels, std::string_view name);
/// The ledger knows what maintenance windows make of it.
[[nodiscard]] Alert alert_of(const incident::Incident& incident, const site::Site& site, const incident::Ledger& ledger);
/// A rule's alert as receivers know it: its own labels, and the rack, element and severity that every alert of ours carries.
/// Where a browser finds the page of this rack.
[[nodiscard]] std::string page_url(const site::Site& site);
[[nodiscard]] Alert alert_of_rule(const rules::Transition& transition, const site::Site& site, ground::Utc starts);

}  // namespace holdup::core
