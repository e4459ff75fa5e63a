#include "world/inspector.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "ground/number.hpp"
#include "store/record/event.hpp"

namespace world {
namespace {

using namespace std::chrono_literals;
using holdup::reading::Meaning;
using holdup::record::Event;
using holdup::record::Phase;

constexpr Duration slack = 10ms;   // a supply's flag follows its input by 4 ms
constexpr Duration settled = 2s;   // good for so long before a latch opens
constexpr Duration spoke = 150ms;  // a device that spoke so lately is not silent

std::optional<Loss> claim_of(const std::string& verdict) {
  static const std::map<std::string, Loss> claims{{"supply_input_lost", Loss::input},
                                                  {"supply_output_failed", Loss::output},
                                                  {"supply_lost", Loss::input_or_output},
                                                  {"supply_off_commanded", Loss::switched_off},
                                                  {"pdu_dark", Loss::dark},
                                                  {"feed_lost", Loss::feed},
                                                  {"load_down", Loss::load}};
  const auto at = claims.find(verdict);
  return at == claims.end() ? std::nullopt : std::optional{at->second};
}

std::string at_text(Instant at) { return holdup::ground::number_text(static_cast<double>(at.time_since_epoch() / 1ms) / 1000) + "s"; }

// The earliest moment that the event's own evidence may stand for.
Instant earliest(const Event& event) {
  Instant from = event.at - event.uncertainty;
  const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
  for (const auto& sign : event.evidence) from = std::min(from, Instant{sign.time.time_since_epoch() - offset - sign.uncertainty});
  return from - slack;
}

}  // namespace

void Inspector::look(Instant now, const hwsim::scenario::Stage& stage, const holdup::core::Machine& machine,
                     const holdup::core::Effects& effects) {
  history_.note(stage.world());
  learn(effects);
  for (const auto& event : effects.events) check(event);
  check_evidence(machine, effects);
  if (!effects.posts.empty()) check_posts(now, effects);
  if (!effects.events.empty()) left_ = left_of(machine.incidents());
}

std::set<Inspector::Left> Inspector::left_of(const std::vector<holdup::incident::Incident>& incidents) {
  std::set<Left> out;
  for (const auto& incident : incidents) {
    Left left{.id = incident.id, .cause = incident.cause.text(), .open = {}};
    for (const auto& open : incident.open) left.open.emplace(name(open.verdict), open.element.text());
    out.insert(std::move(left));
  }
  return out;
}

void Inspector::learn(const holdup::core::Effects& effects) {
  for (const auto& known : effects.known)
    for (std::size_t p = 0; p < known.points.size(); ++p) series_[known.series[p]] = {known.device, known.points[p].means};
  for (const auto& batch : effects.batches)
    for (const auto& sample : batch.samples)
      if (const auto at = series_.find(sample.series); at != series_.end()) heard_[at->second.device] = batch.at;
}

void Inspector::check(const Event& event) {
  if (event.id != "drill-" + std::to_string(++count_)) lie(event, "id " + event.id + " is not counted");
  if (event.incident.empty()) return;  // a note, no verdict: a trap, a contact's change
  if (event.verdict == "folded") return check_absorbed(event);
  if (closed_.contains(event.incident)) lie(event, "said of an incident that was closed");
  if (event.verdict == "restored") {
    if (event.phase != Phase::end) lie(event, "restored is no end");
    for (const auto& [verdict, saying] : open_)
      if (saying.incident == event.incident) lie(event, verdict.first + " of " + verdict.second + " is still open");
    closed_.insert(event.incident);
    return;
  }
  if (begun_.insert(event.incident).second && event.incident != event.id) lie(event, "begins an incident of another id");
  const Verdict verdict{event.verdict, event.element};
  if (event.phase == Phase::end) {
    const auto at = open_.find(verdict);
    if (at == open_.end() || at->second.incident != event.incident) lie(event, "ended, but not open there");
    check_end(event);
    if (at != open_.end()) open_.erase(at);
    return;
  }
  const auto [at, fresh] = open_.try_emplace(verdict);
  if (fresh != (event.phase == Phase::begin)) lie(event, fresh ? "updated before it began" : "begun twice");
  const bool stronger = fresh || at->second.strength != event.strength;
  const std::string former = std::exchange(at->second, {event.strength, event.incident}).incident;
  if (!former.empty() && former != event.incident) leave(former);
  if (stronger && event.strength == "proven") check_proven(event);
  if (stronger && event.strength == "probable") check_probable(event);
}

// Of an incident that another one absorbed only that is said; it ends with the other's restoration.
void Inspector::check_absorbed(const Event& event) {
  if (event.phase != Phase::end) lie(event, "folded is no end");
  leave(event.incident);
  if (!closed_.contains(event.incident)) lie(event, "folded, while something of it is open");
}

void Inspector::leave(const std::string& incident) {
  if (std::none_of(open_.begin(), open_.end(), [&](const auto& open) { return open.second.incident == incident; }))
    closed_.insert(incident);
}

void Inspector::check_proven(const Event& event) {
  const auto claim = claim_of(event.verdict);
  if (claim && !history_.ever_lost(*claim, event.element, earliest(event), event.at)) lie(event, "false proven");
}

// Probable is the pattern's word: the silent are silent, and somebody else spoke since.
void Inspector::check_probable(const Event& event) {
  for (holdup::site::Index d = 0; d < site_.devices.size(); ++d) {
    const auto& device = site_.devices[d];
    if (!device.feed) continue;
    const bool meant = (event.verdict == "pdu_dark" && device.name == event.element) ||
                       (event.verdict == "feed_lost" && "feed/" + site_.feeds[*device.feed].name == event.element);
    if (!meant) continue;
    const Instant last = heard_.contains(d) ? heard_[d] : Instant::min();
    if (event.at - last < spoke) lie(event, "probable, while " + device.name + " speaks");
    const bool others = std::any_of(heard_.begin(), heard_.end(), [&](const auto& h) { return h.first != d && h.second > last; });
    if (!others) lie(event, "probable, while everything is silent");
  }
}

// What was only reported may be withdrawn; a load may be called up once a supply of it is about to start.
void Inspector::check_end(const Event& event) {
  auto claim = claim_of(event.verdict);
  if (!claim || event.strength == "reported") return;
  if (claim == Loss::load) claim = Loss::all_inputs;
  if (history_.lost_throughout(*claim, event.element, event.at - settled - slowest_, event.at)) lie(event, "ended while it is lost");
}

// A supply's own good reading of a lost input is never passed over.
void Inspector::check_evidence(const holdup::core::Machine& machine, const holdup::core::Effects& effects) {
  for (const auto& batch : effects.batches)
    for (const auto& sample : batch.samples) {
      const auto at = series_.find(sample.series);
      if (at == series_.end() || at->second.means != Meaning::supply_input_ok || sample.value != 0 ||
          sample.quality != holdup::ground::Quality::good)
        continue;
      for (holdup::site::Index s = 0; s < site_.supplies.size(); ++s) {
        if (site_.supplies[s].status != at->second.device) continue;
        const auto element = site_.element_of_supply(s);
        const auto& incidents = machine.incidents();
        const bool stands = std::any_of(incidents.begin(), incidents.end(), [&](const auto& incident) {
          return std::any_of(incident.open.begin(), incident.open.end(), [&](const auto& open) { return open.element == element; });
        });
        if (!stands) lie(batch.at, "missed: " + element.text() + " reported its input lost");
      }
    }
}

void Inspector::check_posts(Instant now, const holdup::core::Effects& effects) {
  for (const auto& post : effects.posts) {
    const auto body = boost::json::parse(post.body);
    for (const auto& item : body.as_array()) {
      const auto& alert = item.as_object();
      const auto& annotations = alert.at("annotations").as_object();
      if (!annotations.contains("incident")) continue;
      const auto ends = holdup::ground::parse_iso8601(std::string{alert.at("endsAt").as_string()});
      told_[boost::json::serialize(alert.at("labels"))] = {std::string{annotations.at("incident").as_string()},
                                                           ends.value_or(holdup::ground::Utc{})};
    }
  }
  const auto utc_now = holdup::ground::utc(now, std::chrono::sys_days{std::chrono::year{2011} / 4 / 25}.time_since_epoch());
  std::map<std::string, unsigned> firing;
  for (const auto& [labels, told] : told_)
    if (told.ends > utc_now) ++firing[told.incident];
  for (const auto& [incident, alerts] : firing)
    if (alerts > 1) lie(now, std::to_string(alerts) + " alerts fire for incident " + incident);
}

void Inspector::look_back(const std::vector<Event>& events) {
  for (const auto& [verdict, saying] : open_)
    lies_.push_back("left open at the end: " + verdict.first + " of " + verdict.second + ", " + saying.strength);
  const auto waits = [&](const std::string& id) {  // it comes and goes, and stays for a while after it has gone
    return std::any_of(left_.begin(), left_.end(), [&](const Left& left) { return left.id == id && left.open.empty(); });
  };
  for (const auto& incident : begun_)
    if (!closed_.contains(incident) && !waits(incident)) lies_.push_back("never restored: incident " + incident);
  check_folded(events);
}

void Inspector::check_folded(const std::vector<Event>& events) {
  holdup::incident::Ledger ledger{site_};
  ledger.begin_boot("drill");
  for (const auto& event : events) ledger.fold(event, {});
  if (!ledger.finish_fold({}).empty()) lies_.push_back("a fold of the events owes a restoration that was written");
  if (left_of(ledger.open()) != left_) lies_.push_back("a fold of the events holds other incidents open than the machine");
}

void Inspector::lie(const Event& event, const std::string& what) {
  lie(event.at, std::string{holdup::record::phase_names[static_cast<std::size_t>(event.phase)]} + " " + event.verdict + " of " +
                    event.element + " (" + event.strength + ", " + event.incident + "): " + what);
}

void Inspector::lie(Instant at, const std::string& what) { lies_.push_back(at_text(at) + " " + what); }

}  // namespace world
