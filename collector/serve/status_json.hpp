#pragma once

#include <string>
#include <string_view>

#include "collector/incident/ledger.hpp"
#include "collector/serve/mirror.hpp"
#include "ground/json_writer.hpp"

// The mirror as JSON: /api/holdup/v1/status, incidents and incidents/ID, each one object without a newline. Used by the routes.
namespace holdup::serve {

/// {"rack","verdict","sentence","time","ready","loads","supplies","devices","incidents","warnings","store","traps"}
[[nodiscard]] std::string status_json(const Mirror& mirror, incident::Moment moment);
/// {"events":[…]}: the last traps that were written down, oldest first.
[[nodiscard]] std::string traps_json(const Mirror& mirror);
/// {"incidents":[…]}: open ones, then the last that ended, newest first.
[[nodiscard]] std::string incidents_json(const Mirror& mirror);
/// One incident with its events; empty when the mirror does not hold it.
[[nodiscard]] std::string incident_json(const Mirror& mirror, std::string_view id);
/// The same of an incident that only the store remembers: {"id","state","events"}.
[[nodiscard]] std::string incident_json(std::string_view id, const std::vector<record::Event>& events);

/// "evidence": [...] within an object.
void write_evidence(ground::JsonWriter& out, const std::vector<record::Evidence>& evidence);

}  // namespace holdup::serve
