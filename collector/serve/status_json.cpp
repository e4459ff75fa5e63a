#include "collector/serve/status_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "collector/incident/severity.hpp"
#include "collector/serve/assessment.hpp"
#include "ground/json_writer.hpp"

namespace holdup::serve {
namespace {

using ground::iso8601;
using ground::JsonWriter;

double age_seconds(Instant then, Instant now) { return std::max(0.0, std::round(ground::seconds(now - then) * 1000) / 1000); }

std::string_view quality_of(const Value& value, Instant now) {
  return value.quality == ground::Quality::good && !value.fresh(now) ? name(ground::Quality::stale) : name(value.quality);
}

void write_value(JsonWriter& out, const Value& value, Instant now) {
  out.begin_object().field("metric", value.series->name).key("labels").begin_object();
  for (const auto& [key, text] : value.series->labels) out.field(key, text);
  out.end_object().key("value");
  std::isnan(value.value) || !value.at ? out.null() : out.value(value.value);
  out.field("quality", quality_of(value, now)).key("age_s");
  value.at ? out.value(age_seconds(*value.at, now)) : out.null();
  out.end_object();
}

/// What says something of the supply: of its status device, and of the outlet of its cord.
void write_signs(JsonWriter& out, const Mirror& mirror, site::Index index, Instant now) {
  const auto& supply = mirror.site().supplies[index];
  out.key("values").begin_array();
  if (supply.status)
    for (const Value* value : mirror.device(*supply.status).meaningful) write_value(out, *value, now);
  if (supply.pdu)
    for (const Value* value : mirror.device(*supply.pdu).meaningful)
      if (value->series->label("part") == "outlet" && value->series->label("index") == supply.outlet) write_value(out, *value, now);
  out.end_array();
}

void write_supply(JsonWriter& out, const Mirror& mirror, const SupplyView& view, Instant now) {
  const auto& site = mirror.site();
  const auto& supply = site.supplies[view.supply];
  out.begin_object().field("element", site.element_of_supply(view.supply).text()).field("state", name(view.state)).field("why", view.why);
  if (const auto feed = site.feed_of_supply(view.supply)) out.field("feed", site.element_of_feed(*feed).text());
  if (supply.pdu) out.field("cord", site.devices[*supply.pdu].name + "/outlet/" + supply.outlet);
  if (supply.status) out.field("status", site.element_of_device(*supply.status).text());
  write_signs(out, mirror, view.supply, now);
  out.end_object();
}

void write_loads(JsonWriter& out, const Mirror& mirror, const Assessment& assessment) {
  const auto& site = mirror.site();
  out.key("loads").begin_array();
  for (const auto& load : assessment.loads) {
    out.begin_object()
        .field("element", site.loads[load.load].name)
        .key("redundancy")
        .begin_object()
        .field("path", name(load.paths))
        .end_object();
    out.key("supplies").begin_array();
    for (site::Index s : site.loads[load.load].supplies) out.value(site.element_of_supply(s).text());
    out.end_array().end_object();
  }
  out.end_array();
}

void write_identity(JsonWriter& out, const std::optional<reading::Identity>& identity) {
  out.key("device");
  if (!identity) return void(out.null());
  out.begin_object().field("vendor", identity->vendor).field("model", identity->model).field("firmware", identity->firmware);
  out.field("serial", identity->serial).field("profile", identity->profile).end_object();
}

void write_points(JsonWriter& out, const DeviceState& device, Instant now) {
  std::array<int, ground::quality_names.size()> counts{};
  for (const Value* value : device.values) {
    const auto quality = quality_of(*value, now);
    ++counts[static_cast<std::size_t>(std::find(ground::quality_names.begin(), ground::quality_names.end(), quality) -
                                      ground::quality_names.begin())];
  }
  out.key("points").begin_object();
  for (std::size_t q = 0; q < counts.size(); ++q) out.field(ground::quality_names[q], counts[q]);
  out.end_object();
}

void write_device(JsonWriter& out, const Mirror& mirror, site::Index index, incident::Moment moment) {
  const auto& device = mirror.device(index);
  const bool answers = device.heard && !device.silent_since;
  out.begin_object().field("element", mirror.site().element_of_device(index).text()).key("answers");
  device.heard || device.silent_since ? out.value(answers) : out.null();
  if (device.silent_since) out.field("silent_since", iso8601(ground::utc(*device.silent_since, moment.utc_offset)));
  out.key("age_s");
  device.heard ? out.value(age_seconds(*device.heard, moment.now)) : out.null();
  write_identity(out, device.identity);
  const auto trap = mirror.last_trap(mirror.site().devices[index].name);
  out.key("last_trap");
  trap ? out.value(iso8601(*trap)) : out.null();
  write_points(out, device, moment.now);
  out.end_object();
}

/// One that never moved is untested: nobody knows whether it would.
void write_contacts(JsonWriter& out, const Mirror& mirror) {
  const auto& site = mirror.site();
  out.key("contacts").begin_array();
  for (site::Index c = 0; c < site.contacts.size(); ++c) {
    const site::Contact& contact = site.contacts[c];
    const auto state = mirror.contact(contact.name);
    out.begin_object().field("element", ground::Element::contact(contact.name).text());
    out.field("of", site.element_of_supply(contact.supply).text());
    out.field("senses", site::senses_names[static_cast<std::size_t>(contact.senses)]);
    out.field("state", state ? std::string_view{state->word} : "unknown").key("since");
    state ? out.value(iso8601(state->since)) : out.null();
    out.key("exercised");
    state && state->exercised ? out.value(iso8601(*state->exercised)) : out.null();
    out.end_object();
  }
  out.end_array();
}

/// Where and since when traps are heard: what "no trap yet" means.
void write_traps(JsonWriter& out, const Mirror& mirror) {
  out.key("traps");
  if (mirror.site().traps_listen.empty()) return void(out.null());
  const auto& figures = mirror.figures();
  out.begin_object().field("listening", !figures.traps_endpoint.empty()).field("endpoint", figures.traps_endpoint).key("since");
  mirror.listening_since() ? out.value(iso8601(*mirror.listening_since())) : out.null();
  out.field("received", figures.traps_received).field("informs_acknowledged", figures.informs_acknowledged).end_object();
}

void write_incident(JsonWriter& out, const incident::Ledger& ledger, const incident::Incident& incident) {
  out.field("id", incident.id).field("verdict", name(incident.verdict)).field("strength", name(incident.strength));
  out.field("cause", incident.cause.text()).field("severity", ledger.severity_of(incident)).field("summary", incident::sentence(incident));
  if (const auto* window = ledger.quieted_by(incident)) out.field("maintenance", window->id);
  out.field("times", static_cast<std::uint64_t>(incident.times)).field("recurring", incident.recurring);
  out.field("begin", iso8601(incident.begin)).key("open").begin_array();
  for (const auto& open : incident.open)
    out.begin_object()
        .field("verdict", name(open.verdict))
        .field("element", open.element.text())
        .field("strength", name(open.strength))
        .end_object();
  out.end_array();
  write_evidence(out, incident.evidence);
}

void write_closed(JsonWriter& out, const incident::Ledger& ledger, const Closed& closed) {
  auto ended = closed.incident;
  ended.open.clear();
  write_incident(out, ledger, ended);
  out.field("end", iso8601(closed.end)).field("state", closed.into.empty() ? "restored" : "folded");
  if (!closed.into.empty()) out.field("into", closed.into);
}

void write_open_incidents(JsonWriter& out, const Mirror& mirror) {
  for (const auto& incident : mirror.open()) {
    out.begin_object();
    write_incident(out, mirror.ledger(), incident);
    out.field("state", "open").end_object();
  }
}

void write_events(JsonWriter& out, const std::vector<record::Event>& events) {
  out.key("events").begin_array();
  for (const auto& event : events) out.raw(record::to_json(event));
  out.end_array();
}

void write_windows(JsonWriter& out, const incident::Notices& notices) {
  out.key("maintenance").begin_array();
  for (const auto& window : notices.windows())
    out.begin_object()
        .field("id", window.id)
        .field("element", window.element.text())
        .field("intent", name(window.intent))
        .field("owner", window.owner)
        .field("reason", window.reason)
        .field("begin", iso8601(window.begin))
        .field("end", iso8601(window.end))
        .end_object();
  out.end_array();
}

void write_span(JsonWriter& out, std::string_view key, const std::optional<incident::Between>& span) {
  out.key(key);
  if (!span) return void(out.null());
  out.begin_object().field("least", ground::seconds(span->least)).field("most", ground::seconds(span->most)).end_object();
}

void write_commissioned(JsonWriter& out, const incident::Notices& notices) {
  out.key("commissioned").begin_array();
  for (const auto& test : notices.commissioned()) {
    out.begin_object()
        .field("element", test.element.text())
        .field("by", test.by)
        .field("time", iso8601(test.time))
        .field("result", name(test.result))
        .field("cord", test.cord)
        .field("seen", test.seen)
        .field("remark", test.remark)
        .field("said", test.verdict);
    write_span(out, "detection_s", test.detection);
    out.field("event", test.id).end_object();
  }
  out.end_array();
}

/// What people said, and where they may say more.
void write_notices(JsonWriter& out, const Mirror& mirror) {
  const auto& notices = mirror.ledger().notices();
  out.field("control", mirror.figures().control_socket).key("handsoff");
  if (const auto& hands = notices.hands_off())
    out.begin_object().field("by", hands->by).field("token", hands->token).field("since", iso8601(hands->begin)).end_object();
  else
    out.null();
  write_windows(out, notices);
  out.key("attested").begin_array();
  for (const auto& one : notices.attestations())
    out.begin_object()
        .field("element", one.element.text())
        .field("by", one.by)
        .field("reason", one.reason)
        .field("time", iso8601(one.time))
        .end_object();
  out.end_array();
  write_commissioned(out, notices);
  out.key("blind");
  if (const auto& blind = notices.blind())
    out.begin_object().field("from", iso8601(blind->from)).field("to", iso8601(blind->to)).end_object();
  else
    out.null();
}

}  // namespace

void write_evidence(JsonWriter& out, const std::vector<record::Evidence>& evidence) {
  out.key("evidence").begin_array();
  for (const auto& e : evidence) {
    out.begin_object().field("source", e.source).field("point", e.point).key("value");
    e.value ? out.value(*e.value) : out.null();
    out.field("quality", e.quality).field("time", iso8601(e.time)).field("uncertainty_s", ground::seconds(e.uncertainty)).end_object();
  }
  out.end_array();
}

std::string status_json(const Mirror& mirror, incident::Moment moment) {
  const auto assessment = assess(mirror, moment.now);
  JsonWriter out;
  out.begin_object().field("rack", mirror.site().rack).field("verdict", name(assessment.level)).field("sentence", assessment.sentence);
  out.field("time", iso8601(ground::utc(moment.now, moment.utc_offset))).field("ready", mirror.unready().empty());
  write_loads(out, mirror, assessment);
  out.key("supplies").begin_array();
  for (const auto& supply : assessment.supplies) write_supply(out, mirror, supply, moment.now);
  out.end_array().key("devices").begin_array();
  for (site::Index d = 0; d < mirror.site().devices.size(); ++d) write_device(out, mirror, d, moment);
  out.end_array().key("incidents").begin_array();
  write_open_incidents(out, mirror);
  out.end_array().key("warnings").begin_array();
  for (const auto& w : mirror.warnings())
    out.begin_object()
        .field("name", w.name)
        .field("element", w.element)
        .field("severity", w.severity)
        .field("summary", w.summary)
        .field("since", iso8601(w.since))
        .end_object();
  out.end_array()
      .key("store")
      .begin_object()
      .field("degraded", !mirror.store_trouble().empty())
      .field("reason", mirror.store_trouble())
      .end_object();
  write_contacts(out, mirror);
  write_traps(out, mirror);
  write_notices(out, mirror);
  return out.end_object().take();
}

std::string incidents_json(const Mirror& mirror) {
  JsonWriter out;
  out.begin_object().key("incidents").begin_array();
  write_open_incidents(out, mirror);
  for (const auto& closed : mirror.closed()) {
    out.begin_object();
    write_closed(out, mirror.ledger(), closed);
    out.end_object();
  }
  return out.end_array().end_object().take();
}

std::string traps_json(const Mirror& mirror) {
  JsonWriter out;
  out.begin_object().key("events").begin_array();
  for (const auto& event : mirror.traps()) out.raw(record::to_json(event));
  return out.end_array().end_object().take();
}

std::string incident_json(const Mirror& mirror, std::string_view id) {
  const auto* events = mirror.events_of(id);
  if (events == nullptr) return {};
  const auto open = std::find_if(mirror.open().begin(), mirror.open().end(), [&](const auto& i) { return i.id == id; });
  const auto closed = std::find_if(mirror.closed().begin(), mirror.closed().end(), [&](const auto& c) { return c.incident.id == id; });
  JsonWriter out;
  out.begin_object();
  if (open != mirror.open().end()) {
    write_incident(out, mirror.ledger(), *open);
    out.field("state", "open");
  } else if (closed != mirror.closed().end()) {
    write_closed(out, mirror.ledger(), *closed);
  } else {
    return {};
  }
  write_events(out, *events);
  return out.end_object().take();
}

std::string incident_json(std::string_view id, const std::vector<record::Event>& events) {
  const bool restored = std::any_of(events.begin(), events.end(), [](const auto& e) { return e.verdict == "restored"; });
  JsonWriter out;
  out.begin_object().field("id", id).field("state", restored ? "restored" : "folded");
  write_events(out, events);
  return out.end_object().take();
}

}  // namespace holdup::serve
