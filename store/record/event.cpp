#include "store/record/event.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::record {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* key) { return std::string{object.at(key).as_string()}; }

ground::Utc time(const json::object& object, const char* key) {
  const auto parsed = ground::parse_iso8601(text(object, key));
  if (!parsed) throw std::invalid_argument{std::string{key} + " is no time"};
  return *parsed;
}

ground::Duration uncertainty(const json::object& object) {
  return ground::Duration{std::llround(object.at("uncertainty_s").to_number<double>() * 1e9)};
}

Evidence evidence_from(const json::object& object) {
  const auto& value = object.at("value");
  return {.source = text(object, "source"),
          .point = text(object, "point"),
          .value = value.is_null() ? std::nullopt : std::optional{value.to_number<double>()},
          .quality = text(object, "quality"),
          .time = time(object, "time"),
          .uncertainty = uncertainty(object)};
}

Event event_from(const json::object& object) {
  Event event{.id = text(object, "id"),
              .incident = text(object, "incident"),
              .boot = text(object, "boot"),
              .at = ground::Instant{ground::Duration{object.at("monotonic_ns").to_number<std::int64_t>()}},
              .time = time(object, "time"),
              .uncertainty = uncertainty(object),
              .verdict = text(object, "verdict"),
              .strength = text(object, "strength"),
              .element = text(object, "element"),
              .cause = text(object, "cause"),
              .durable = object.at("durable").as_bool()};
  const auto phase = std::find(phase_names.begin(), phase_names.end(), text(object, "phase"));
  if (phase == phase_names.end()) throw std::invalid_argument{"unknown phase"};
  event.phase = static_cast<Phase>(phase - phase_names.begin());
  for (const auto& item : object.at("evidence").as_array()) event.evidence.push_back(evidence_from(item.as_object()));
  return event;
}

}  // namespace

std::string to_json(const Event& event) {
  ground::JsonWriter out;
  out.begin_object().field("id", event.id).field("incident", event.incident).field("boot", event.boot);
  out.field("monotonic_ns", std::int64_t{event.at.time_since_epoch().count()}).field("time", ground::iso8601(event.time));
  out.field("uncertainty_s", ground::seconds(event.uncertainty)).field("verdict", event.verdict).field("strength", event.strength);
  out.field("element", event.element).field("phase", phase_names[static_cast<std::size_t>(event.phase)]).field("cause", event.cause);
  out.key("evidence").begin_array();
  for (const Evidence& e : event.evidence) {
    out.begin_object().field("source", e.source).field("point", e.point).key("value");
    e.value ? out.value(*e.value) : out.null();
    out.field("quality", e.quality)
        .field("time", ground::iso8601(e.time))
        .field("uncertainty_s", ground::seconds(e.uncertainty))
        .end_object();
  }
  return out.end_array().field("durable", event.durable).end_object().take();
}

ground::Result<Event> event_from_json(std::string_view text) {
  try {
    return event_from(json::parse(text).as_object());
  } catch (const std::exception& error) {
    return ground::Failure{ground::FailureKind::malformed, "no event: " + std::string{error.what()}};
  }
}

bool refine(Event& event, ground::Utc exact) {
  using std::chrono::milliseconds;
  if (std::chrono::floor<milliseconds>(exact) != std::chrono::floor<milliseconds>(event.time)) return false;
  event.time = exact;
  return true;
}

std::uint64_t count_of(std::string_view id) {
  const auto dash = id.rfind('-');
  if (dash == std::string_view::npos) return 0;
  const auto n = ground::parse_integer(id.substr(dash + 1));
  return n && *n > 0 ? static_cast<std::uint64_t>(*n) : 0;
}

}  // namespace holdup::record
