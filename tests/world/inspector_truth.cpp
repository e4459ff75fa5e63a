#include <algorithm>

#include "world/inspector.hpp"

// Verdict by verdict: what is said, against what the model knows to be so.
namespace world {

using namespace std::chrono_literals;

namespace {

constexpr Duration slack = 10ms;   // a supply's flag follows its input by 4 ms
constexpr Duration to_start = 4s;  // of a supply, from a good input to a good output
constexpr Duration step = 20ms;
constexpr Duration one_moment = 3s;
constexpr Duration settled = 2s;                         // good for so long before a latch opens
constexpr Duration under_way = 1s;                       // an answer, at most
constexpr Duration spoke = 150ms;                        // a device that spoke so lately is not silent
constexpr double draws_amperes = 0.2, draws_watts = 20;  // a meter's floor

// The earliest moment that the event's own evidence may stand for.
Instant earliest(const holdup::record::Event& event) {
  Instant from = event.at - event.uncertainty;
  const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
  for (const auto& sign : event.evidence) from = std::min(from, Instant{sign.time.time_since_epoch() - offset - sign.uncertainty});
  return from - slack;
}

bool spoke_lately(Instant heard, Instant now) { return heard > now - spoke; }

bool is_of_supply(const std::string& verdict) { return verdict.starts_with("supply_") || verdict == "bank_tripped"; }

/// It stands since long before, and is told under another incident from now on.
bool goes_on(const holdup::record::Event& event) { return !event.evidence.empty() && event.evidence.front().point.starts_with("goes on"); }

bool follows(const std::string& verdict) { return verdict == "load_down" || verdict == "path_redundancy_lost"; }

}  // namespace

/// What follows from other verdicts may be from when they are from.
Instant Inspector::may_be_from(const Event& event) {
  Instant from = earliest(event);
  const auto rests_on = [&](const std::string& element) {
    for (const auto& [verdict, saying] : open_)
      if (verdict.second == element || verdict.second.starts_with(element + "/")) from = std::min(from, saying.from);
  };
  for (const auto& sign : event.evidence) {
    if (const auto basis = open_.find({sign.point, sign.source}); basis != open_.end()) from = std::min(from, basis->second.from);
    if (sign.point != "without power") continue;
    rests_on(sign.source);
    for (const auto& above : chain(sign.source)) rests_on(above);
  }
  auto& saying = open_[{event.verdict, event.element}];
  saying.from = std::min(saying.from, from);
  return from;
}

/// A card that falls silent within a moment of a supply's failure beside it looks like a dark PDU to everybody.
bool Inspector::fell_beside(const Event& event) const {
  const auto device = site_.device(event.element);
  if (!device) return false;
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const std::string supply = site_.element_of_supply(s).text();
    const Instant heard = heard_[*device];
    const Instant first = heard - one_moment;
    const Instant last = std::min(event.at, silent_since(event, *device).value_or(heard) + one_moment);
    if (site_.supplies[s].pdu == device &&
        (history_.at_times("supply_lost", supply, first, last) || history_.at_times(rests, supply, first, last)))
      return true;
  }
  return false;
}

/// A card that falls silent within a moment of a line's loss in the plug of another PDU looks to everybody as if the feed had lost it.
bool Inspector::line_beside(const Event& event) const {
  const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
  for (const auto& sign : event.evidence) {
    if (event.verdict != "phase_lost" || !sign.point.starts_with("silent since then")) continue;
    const Instant silent{sign.time.time_since_epoch() - offset};
    for (const auto& device : site_.devices)
      for (int line = 1; device.feed && line <= 3; ++line) {
        const std::string plug = device.name + "/phase/" + std::to_string(line);
        const Instant first = silent - one_moment, last = silent + one_moment;
        const bool of_it = event.element == "feed/" + site_.feeds[*device.feed].name;
        if (of_it && history_.at_times(event.verdict, plug, first, last)) return true;
      }
  }
  return false;
}

/// What takes a supply's input, or its load, while the card of its PDU is away looks like the PDU to everybody.
bool Inspector::lost_below(const Event& event) {
  const auto device = site_.device(event.element);
  const Instant from = may_be_from(event);
  for (Index s = 0; device && s < site_.supplies.size(); ++s) {
    const std::string supply = site_.element_of_supply(s).text();
    // Where no unit tells its output from its input, a supply that fails as the card falls silent is row 7 to the letter.
    const bool failed =
        !site_.supplies[s].status && history_.at_times("supply_lost", supply, gone_[*device] - one_moment, gone_[*device] + one_moment);
    const bool rested = history_.at_times(rests, supply, from, event.at);
    const bool lost = failed || rested || history_.ever("supply_input_lost", supply, from, event.at);
    if (site_.supplies[s].pdu == device && lost) return true;
  }
  return false;
}

/// At no moment that its evidence may be of, from when it was said first, had its input been good for long enough.
bool Inspector::starts(const Event& event) {
  const Instant from = std::min(may_be_from(event), open_[{event.verdict, event.element}].from);
  for (Instant at = from; at <= event.at; at += step)
    if (!history_.ever("supply_input_lost", event.element, at - to_start, at)) return false;
  return true;
}

void Inspector::check_proven(const Event& event) { check_true(event, "false proven"); }

void Inspector::check_true(const Event& event, const std::string& what) {
  if (goes_on(event) || !history_.knows(event.verdict, event.element)) return;
  if (event.verdict == "supply_output_failed" && event.strength == "proven" && starts(event) && !rests_on_liar(event))
    lie(event, "it starts: its input is back no longer than that");
  if (history_.ever(event.verdict, event.element, may_be_from(event), event.at)) return;
  if (event.verdict == "phase_lost" && line_beside(event)) return void(excused_.insert(event.element));
  if (event.verdict == "pdu_dark" && fell_beside(event)) return void(excused_.insert(event.element));
  if (event.verdict == "past_interruption" && lost_below(event)) return;
  const auto is_excused = [&](const auto& sign) { return excused_.contains(sign.source); };
  if (follows(event.verdict) && std::any_of(event.evidence.begin(), event.evidence.end(), is_excused)) return;
  if (follows(event.verdict) && !terms_.liars.empty()) return;  // it rests on verdicts, which are held against the model themselves
  if (!rests_on_liar(event)) return lie(event, what);
  const std::string against = contradiction(event);
  if (!against.empty()) return lie(event, what + ", against " + against);
  believed_.push_back(event.verdict + " of " + event.element);
}

// Probable is the pattern's word: the silent are silent, somebody else on their path spoke since, and no supply below has its input.
// Of a single supply, and of a feed's line, honest devices make no pattern: what is probable there is so, too.
void Inspector::check_pattern(const Event& event) {
  const bool is_line = event.verdict == "phase_lost" || event.verdict == "neutral_lost";
  const bool line_of_feed = is_line && event.element.starts_with("feed/");
  if ((is_of_supply(event.verdict) || line_of_feed) && terms_.liars.empty()) check_true(event, "false probable");
  for (Index d = 0; d < site_.devices.size(); ++d) {
    const auto& device = site_.devices[d];
    if (!device.feed) continue;
    const bool meant = (event.verdict == "pdu_dark" && device.name == event.element) ||
                       (event.verdict == "feed_lost" && "feed/" + site_.feeds[*device.feed].name == event.element);
    const bool by_silence =
        std::any_of(event.evidence.begin(), event.evidence.end(), [](const auto& sign) { return sign.point == "silence"; });
    const bool carried_on = event.verdict == "feed_lost" && device.ats;  // what has two ways need not fall with one
    if (!meant || !by_silence || carried_on || rests_on_liar(event)) continue;
    if (spoke_lately(heard_[d], event.at)) lie(event, "probable, while " + device.name + " speaks");
    if (!path_follows(event) &&
        !path_speaks(d, silent_since(event, d).value_or(heard_[d]), event.verdict == "feed_lost" ? device.feed : std::nullopt))
      lie(event, "probable, while everything on its path is silent");
    if (const std::string fed = fed_below(event, d); !fed.empty()) lie(event, "probable, while " + fed + " has its input");
  }
}

/// What carries the path hangs on what is lost; or two contacts tell of it, which no path reaches.
bool Inspector::path_follows(const Event& event) const {
  const auto is_of = [&](const auto& is_it) { return std::count_if(event.evidence.begin(), event.evidence.end(), is_it); };
  return is_of([](const auto& sign) { return sign.point.starts_with("hangs on it"); }) > 0 ||
         is_of([](const auto& sign) { return sign.source.starts_with("contact/"); }) > 1;
}

/// Another device on its path was heard since it was not. Of a feed's PDUs one may be alone on its path, or with who was silent before.
bool Inspector::path_speaks(Index silent, Instant since, std::optional<Index> but_on) const {
  bool alone = true;
  for (Index d = 0; d < site_.devices.size(); ++d) {
    const bool beside = site_.path_of_device(d) == site_.path_of_device(silent) && !(but_on && site_.devices[d].feed == but_on);
    if (d == silent || !beside) continue;
    if (heard_[d] > since) return true;
    alone = alone && heard_[d] < heard_[silent] - one_moment;
  }
  return alone && but_on && std::any_of(heard_.begin(), heard_.end(), [&](Instant heard) { return heard > since; });
}

/// When the first question was asked that stayed unanswered, as the event says it.
std::optional<Instant> Inspector::silent_since(const Event& event, Index device) const {
  const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
  for (const auto& sign : event.evidence)
    if (sign.point == "silence" && sign.source == site_.element_of_device(device).text())
      return Instant{sign.time.time_since_epoch() - offset};
  return std::nullopt;
}

/// The supply below a silent PDU whose unit told of a good input, measured after the silence began; empty: none.
std::string Inspector::fed_below(const Event& event, Index pdu) const {
  const auto silence = silent_since(event, pdu);
  if (!silence) return {};
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto unit = site_.supplies[s].status;
    if (site_.supplies[s].pdu != pdu || !unit) continue;
    const auto* ok = told_of(s, Meaning::supply_input_ok);
    const bool since = ok != nullptr && ok->at - ok->refresh > *silence + under_way;
    if (since && ok->value == 1.) return site_.element_of_supply(s).text();
  }
  return {};
}

// What honest devices never bring about.
void Inspector::check_never(const Event& event) {
  static const std::set<std::string> tickets{"sensor_stuck", "meter_implausible", "miscorded", "contact_failed"};
  if (terms_.liars.empty() && tickets.contains(event.verdict)) lie(event, "all devices and contacts are honest");
  const auto load = site_.load(event.element.substr(0, event.element.find('/')));
  if (event.verdict == "supply_lost" && event.strength == "unknown" && load && site_.loads[*load].sharing == holdup::site::Sharing::standby)
    lie(event, "its load lets supplies stand by");
  if (event.verdict != "telemetry_lost" || !event.element.starts_with("device/")) return;
  const auto device = site_.device(event.element.substr(7));
  if (!device) return;
  if (spoke_lately(heard_[*device], event.at)) lie(event, "it speaks");
  if (open_.contains({"pdu_dark", site_.devices[*device].name})) lie(event, "it is dark, and that is said");
}

// What was only reported may be withdrawn; a load may be called up once a supply of it is about to start.
void Inspector::check_end(const Event& event, const Saying& saying) {
  const auto verdict = holdup::detect::verdict_of(event.verdict);
  if (verdict && is_past(*verdict)) return;  // it begins and ends in one moment
  if (event.strength == "reported" || event.strength == "unknown" || rests_on_liar(event)) return;
  if (goes_on(event)) return;
  // A test of a battery is no loss, and nothing is said of a loss meanwhile.
  const std::string word = event.verdict == "load_down" ? no_input : event.verdict == "ups_on_battery" ? no_source : event.verdict;
  const bool seated = event.verdict == "supply_removed";  // what the model cannot tell: it may lack something else
  // Of what stands by and reports nothing its PDU's answer is all that can be known.
  const auto load = site_.load(event.element);
  const bool unseen = event.verdict == "path_redundancy_lost" && load && site_.loads[*load].sharing == holdup::site::Sharing::standby &&
                      std::any_of(event.evidence.begin(), event.evidence.end(), [](const auto& sign) { return sign.point == "answers"; });
  if (!seated && !unseen && history_.throughout(word, event.element, event.at - settled - terms_.slowest, event.at))
    lie(event, "ended while it is lost");
  if (!is_of_supply(event.verdict) && event.verdict != "pdu_dark" && event.verdict != "feed_lost") return;
  const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
  const bool disproved = std::any_of(event.evidence.begin(), event.evidence.end(), [&](const auto& sign) {
    return sign.quality == "good" && Instant{sign.time.time_since_epoch() - offset} > saying.since;
  });
  if (!disproved) lie(event, "ended, and nothing disproves it");
  if (event.at - saying.since < settled) lie(event, "ended before it can have been good for two seconds");
}

bool Inspector::rests_on_liar(const Event& event) const {
  if (terms_.liars.empty()) return false;
  const bool by_sign =
      std::any_of(event.evidence.begin(), event.evidence.end(), [&](const auto& sign) { return terms_.liars.contains(sign.source); });
  return by_sign || follows(event.verdict);
}

// What is over now is no word against what was. Otherwise: a good reading of a device that does not lie, taken after the liar's was first
// heard, that says the supply has what it is said to lack.
std::string Inspector::contradiction(const Event& event) const {
  if (event.verdict == "past_interruption") return {};
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto& supply = site_.supplies[s];
    const std::string element = site_.element_of_supply(s).text();
    const bool below = supply.pdu && (event.element == site_.devices[*supply.pdu].name ||
                                      (site_.feed_of_supply(s) && event.element == site_.element_of_feed(*site_.feed_of_supply(s)).text()));
    if (element != event.element && !below) continue;
    Instant lied = Instant::min();
    const Duration offset = event.time.time_since_epoch() - event.at.time_since_epoch();
    for (const auto& sign : event.evidence)
      if (sign.source.starts_with("contact/") && terms_.liars.contains(sign.source))
        lied = std::max(lied, Instant{sign.time.time_since_epoch() - offset});
    for (const auto& [id, series] : series_)
      if (terms_.liars.contains(site_.element_of_device(series.device).text()) && series.means != Meaning::uptime &&
          (series.device == supply.status || series.device == supply.pdu))
        lied = std::max(lied, series.value == 0. ? series.changed : Instant::min());
    const auto honest = [&](const Series* series, double floor) {
      return series != nullptr && series->value && *series->value >= floor && series->at - series->refresh > lied &&
             !terms_.liars.contains(site_.element_of_device(series->device).text());
    };
    if (const auto* ok = told_of(s, Meaning::supply_input_ok); honest(ok, 1)) return element + "'s own good input";
    if (below || !supply.pdu || event.verdict == "supply_output_failed") continue;
    if (honest(told(*supply.pdu, Meaning::outlet_current, supply.outlet), draws_amperes) ||
        honest(told(*supply.pdu, Meaning::outlet_power, supply.outlet), draws_watts))
      return "what its outlet gives";
  }
  return {};
}

}  // namespace world
