#pragma once

#include <string>

#include "collector/serve/answer.hpp"
#include "collector/serve/mirror.hpp"
#include "collector/serve/parameters.hpp"
#include "ground/instant.hpp"

// Rules and their alerts, in the shape of Prometheus' /api/v1/rules and /api/v1/alerts. What an alert's value is was told when it entered
// its state.
namespace holdup::serve {

/// `type=alert|record`, `rule_name[]`, `rule_group[]` and `file[]` leave out what they do not name; `exclude_alerts=true` the alerts.
[[nodiscard]] Answer rules_answer(const Mirror& mirror, const Parameters& asked, ground::Utc now);
[[nodiscard]] Answer alerts_answer(const Mirror& mirror);

}  // namespace holdup::serve
