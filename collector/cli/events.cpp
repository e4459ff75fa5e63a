#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"
#include "store/record/event.hpp"

// `holdup events`: what was said, and with --follow what is being said.
namespace holdup::cli {
namespace {

namespace json = boost::json;
using record::Event;
using record::Phase;

constexpr std::size_t events_a_slice = 1'000;
constexpr std::chrono::milliseconds file_period{500};
constexpr std::chrono::seconds reconnect_after{1};

Colour colour_of(const Event& event) {
  if (event.phase == Phase::end) return Colour::good;
  return event.strength == "proven" ? Colour::bad : Colour::warning;
}

std::string evidence_of(const Event& event) {
  std::string out;
  for (const auto& e : event.evidence)
    out += "\n    " + ground::printable(e.source + ": " + e.point + (e.value ? " = " + ground::number_text(*e.value) : "")) + "  " +
           ground::iso8601(e.time);
  return out;
}

/// A line for people; the evidence below it.
std::string text_of(const Event& event) {
  const auto phase = std::string{record::phase_names[static_cast<std::size_t>(event.phase)]};
  if (event.incident.empty()) {  // a trap, a contact, what people said
    const bool lasts = event.strength == "attested";
    return time_for_people(event.time) + "  " + painted(Colour::dim, (lasts ? phase + " " : "") + event.verdict + " " + event.element) +
           evidence_of(event);
  }
  std::string out = time_for_people(event.time) + "  " + painted(colour_of(event), phase + " " + event.verdict + " " + event.element) +
                    " (" + event.strength + ")";
  if (event.cause != event.element) out += ground::printable(" by " + event.cause);
  return out + "  " + painted(Colour::dim, "incident " + event.incident) + evidence_of(event);
}

/// Prints events; people are told each once, however often it comes.
class Printer {
 public:
  explicit Printer(bool json) : json_{json} {}

  void print(const Event& event) {
    if (json_) return line(record::to_json(event));
    if (!told_.insert(event.id).second) return;
    if (told_.size() > 100'000) told_.clear();
    line(text_of(event));
  }
  /// As it came over the wire.
  void print_raw(const std::string& data) {
    const auto event = record::event_from_json(data);
    if (json_ && event) return line(ground::printable(data));
    if (event) print(*event);
  }

 private:
  static void line(const std::string& text) { std::cout << text << '\n' << std::flush; }
  bool json_;
  std::set<std::string> told_;
};

ground::Result<std::int64_t> print_stored(const std::string& file, std::int64_t seq, Printer& printer) {
  auto reader = store::Reader::open(file);
  if (!reader) return reader.error();
  for (bool more = true; more;) {
    const auto events = reader->events(seq, events_a_slice);
    if (!events) return events.error();
    for (const auto& stored : *events) {
      printer.print(stored.event);
      seq = stored.seq;
    }
    more = events->size() == events_a_slice;
  }
  return seq;
}

int of_store(const EventsOptions& options) {
  Printer printer{options.json};
  auto seq = print_stored(options.source.store, 0, printer);
  while (seq && options.follow) {
    std::this_thread::sleep_for(file_period);
    seq = print_stored(options.source.store, *seq, printer);
  }
  return seq ? fine : complain(seq.error().what, cannot_know);
}

std::vector<Event> events_in(const json::object& reply) {
  std::vector<Event> events;
  for (const auto& event : reply.at("events").as_array()) {
    auto parsed = record::event_from_json(json::serialize(event));
    if (!parsed) throw std::invalid_argument{parsed.error().what};
    events.push_back(std::move(*parsed));
  }
  return events;
}

/// The events of the incidents that the daemon lists and its last traps, in the order in which they were said.
ground::Result<std::vector<Event>> listed(const DaemonClient& daemon) {
  const auto list = daemon.get("/api/holdup/v1/incidents");
  if (!list) return list.error();
  std::vector<Event> events;
  try {
    const auto incidents = json::parse(list->body).at("incidents").as_array();
    for (const auto& incident : incidents) {
      const auto reply = daemon.get("/api/holdup/v1/incidents/" + url_encoded(std::string{incident.at("id").as_string()}));
      if (!reply) return reply.error();
      if (reply->status == 404) continue;  // it has just been forgotten
      const auto said = events_in(json::parse(reply->body).as_object());
      events.insert(events.end(), said.begin(), said.end());
    }
    const auto traps = daemon.get("/api/holdup/v1/traps");
    if (!traps) return traps.error();
    const auto heard = traps->status == 200 ? events_in(json::parse(traps->body).as_object()) : std::vector<Event>{};
    events.insert(events.end(), heard.begin(), heard.end());
  } catch (const std::exception& error) {
    return ground::Failure{ground::FailureKind::malformed, "the daemon's answer is no list of incidents: " + std::string{error.what()}};
  }
  const auto order = [](const Event& a, const Event& b) {
    return std::pair{a.time, record::count_of(a.id)} < std::pair{b.time, record::count_of(b.id)};
  };
  std::sort(events.begin(), events.end(), order);
  return events;
}

// Reconnects for as long as it is let; after the first connection a daemon that is away for a while is waited for.
int follow(const DaemonClient& daemon, Printer& printer) {
  std::string last;
  bool connected = false;
  for (;;) {
    const auto ended = daemon.follow(last, [&](const DaemonClient::Message& message) {
      connected = true;
      if (!message.id.empty()) last = message.id;
      if (!message.data.empty()) printer.print_raw(message.data);
    });
    if (!connected && !daemon.get("/-/healthy")) return complain(ended.what, cannot_know);
    connected = true;
    std::cerr << "holdup: " << ground::printable(ended.what) << ", connecting again\n";
    std::this_thread::sleep_for(reconnect_after);
  }
}

}  // namespace

int events(const EventsOptions& options) {
  if (!options.source.store.empty()) return of_store(options);
  const auto daemon = DaemonClient::at(options.source.url);
  if (!daemon) return std::cerr << "holdup: " << daemon.error().what << '\n', usage;
  Printer printer{options.json};
  if (options.follow) return follow(*daemon, printer);
  const auto past = listed(*daemon);
  if (!past) return complain(past.error().what, cannot_know);
  for (const auto& event : *past) printer.print(event);
  return fine;
}

}  // namespace holdup::cli
