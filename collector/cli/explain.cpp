#include <boost/json.hpp>
#include <iostream>

#include "collector/cli/sequence.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"

// `holdup explain`: what an incident rests on, in order, and what was made of it.
namespace holdup::cli {
namespace {

namespace json = boost::json;
using record::Event;
using record::Phase;

ground::Result<std::vector<Event>> events_of_store(const ExplainOptions& options) {
  auto reader = store::Reader::open(options.source.store);
  if (!reader) return reader.error();
  auto stored = reader->incident(options.id);
  if (!stored) return stored.error();
  std::vector<Event> out;
  for (auto& one : *stored) out.push_back(std::move(one.event));
  return out;
}

ground::Result<std::vector<Event>> events_of_daemon(const ExplainOptions& options) {
  const auto daemon = DaemonClient::at(options.source.url);
  if (!daemon) return daemon.error();
  const auto reply = daemon->get("/api/holdup/v1/incidents/" + url_encoded(options.id));
  if (!reply) return reply.error();
  std::vector<Event> out;
  if (reply->status != 200) return out;
  try {
    const auto incident = json::parse(reply->body);
    for (const auto& one : incident.at("events").as_array()) {
      auto event = record::event_from_json(json::serialize(one));
      if (!event) return event.error();
      out.push_back(std::move(*event));
    }
  } catch (const std::exception& error) {
    return ground::Failure{ground::FailureKind::malformed, "that is no incident: " + std::string{error.what()}};
  }
  return out;
}

std::string phase_of(const Event& event) { return std::string{record::phase_names[static_cast<std::size_t>(event.phase)]}; }

void print(const SeenSign& sign) {
  const auto& e = sign.evidence;
  std::cout << "  " << ground::iso8601(e.time);
  if (e.uncertainty > ground::Duration{}) std::cout << " or up to " << ground::number_text(ground::seconds(e.uncertainty)) << " s before";
  std::cout << "  " << ground::printable(e.source + ": " + e.point + (e.value ? " = " + ground::number_text(*e.value) : ""));
  if (!sign.order_known) std::cout << "  " << painted(Colour::warning, "order unknown");
  std::cout << '\n';
}

void print(const Event& event, const std::string& remark) {
  const auto colour = event.phase == Phase::end ? Colour::good : event.strength == "proven" ? Colour::bad : Colour::warning;
  std::cout << "  " << ground::iso8601(event.time) << "  " << painted(colour, phase_of(event) + " " + event.verdict + " " + event.element)
            << " (" << ground::printable(event.strength) << ")" << (remark.empty() ? "" : "  " + painted(Colour::dim, remark)) << '\n';
}

void print_people(const std::string& id, const std::vector<Event>& events) {
  const auto& last = events.back();
  const bool over = last.verdict == "restored" || last.verdict == "folded";
  std::cout << painted(over ? Colour::good : Colour::bad, "incident " + id) << "  " << ground::printable(last.cause) << "  from "
            << time_for_people(events.front().time) << (over ? " to " + time_for_people(last.time) : ", open") << "\nwhat was seen\n";
  for (const auto& sign : sequence_of(events)) print(sign);
  std::cout << "what was said\n";
  const auto remarks = remarks_of(events);
  for (std::size_t i = 0; i < events.size(); ++i) print(events[i], remarks[i]);
  if (last.verdict != "restored") return;
  std::cout << "what is back\n";
  for (const auto& line : last.evidence)
    std::cout << "  " << ground::printable(line.point + (line.value ? " = " + ground::number_text(*line.value) : "")) << '\n';
}

void print_json(const std::vector<Event>& events) {
  for (const auto& sign : sequence_of(events)) {
    const auto& e = sign.evidence;
    ground::JsonWriter out;
    out.begin_object().field("kind", "seen").field("time", ground::iso8601(e.time)).field("uncertainty_s", ground::seconds(e.uncertainty));
    out.field("source", e.source).field("point", e.point).key("value");
    e.value ? out.value(*e.value) : out.null();
    out.field("quality", e.quality).field("order", sign.order_known ? "known" : "unknown").end_object();
    std::cout << out.take() << '\n';
  }
  const auto remarks = remarks_of(events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    ground::JsonWriter out;
    out.begin_object().field("kind", "said").field("remark", remarks[i]).key("event").raw(record::to_json(events[i])).end_object();
    std::cout << ground::printable(out.take()) << '\n';
  }
}

}  // namespace

int explain(const ExplainOptions& options) {
  const auto events = options.source.store.empty() ? events_of_daemon(options) : events_of_store(options);
  if (!events) return complain(events.error().what, cannot_know);
  if (events->empty()) return complain("no incident '" + options.id + "'", cannot_know);
  options.json ? print_json(*events) : print_people(options.id, *events);
  return fine;
}

}  // namespace holdup::cli
