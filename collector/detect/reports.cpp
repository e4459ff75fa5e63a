#include "collector/detect/reports.hpp"

#include <algorithm>

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;
using reading::TrapMessage;
using reading::TrapSays;

constexpr Duration last_breath = 2s;        // a card may still answer so long after its inlet went
constexpr std::size_t most_reports = 1000;  // their elements' names are strangers' texts

/// True when the trap takes something back.
bool is_clear(TrapSays says) {
  switch (says) {
    case TrapSays::input_restored:
    case TrapSays::off_battery:
    case TrapSays::outlet_on:
    case TrapSays::redundancy_restored:
    case TrapSays::overload_cleared:
    case TrapSays::breaker_closed:
      return true;
    default:
      return false;
  }
}

// A reading knows when it cannot predate the trap; that the card answers at all only counts when it goes on doing so.
bool knows_better(const Judgement& judgement, Instant reported) {
  return judgement.kind == Judgement::Kind::fine && std::all_of(judgement.signs.begin(), judgement.signs.end(), [&](const Sign& sign) {
           return sign.time - sign.uncertainty > reported + (sign.value ? Duration{} : last_breath);
         });
}

std::string words(const TrapMessage& message) {
  std::string text = "trap " + message.trap + " says " + std::string{name(*message.says)};
  if (!message.part.empty()) text += " of " + message.part + (message.index.empty() ? "" : " " + message.index);
  return text;
}

}  // namespace

void Reports::take(Index device, const TrapMessage& message, Instant at) {
  const auto about = subject(device, message);
  if (!about) return;
  const Key key{about->verdict, about->element};
  const bool can_be_known = about->answers_know || (about->witness != nullptr && about->witness->known());
  const bool clear = is_clear(*message.says);
  if (!reports_.contains(key) && reports_.size() >= most_reports) return;
  Sign sign{.source = site_.element_of_device(device),
            .point = words(message),
            .value = {},
            .quality = Quality::good,
            .time = at,
            .uncertainty = {}};
  const bool first =
      reports_.insert_or_assign(key, Report{.sign = std::move(sign), .taken_back = clear, .can_be_known = can_be_known}).second;
  spoken_[static_cast<std::size_t>(key.first)] += first ? 1 : 0;
}

void Reports::forget(std::map<Key, Report>::iterator report) {
  --spoken_[static_cast<std::size_t>(report->first.first)];
  reports_.erase(report);
}

Judgement Reports::temper(Verdict verdict, const Element& element, Judgement judgement, std::optional<Held> held) {
  const auto at = reports_.find({verdict, element});
  if (at == reports_.end()) return judgement;
  const Report& report = at->second;
  if (judgement.kind == Judgement::Kind::lost && judgement.strength >= Strength::reported) return judgement;
  if (report.taken_back) {
    const bool only_reported = held && held->strength == Strength::reported;
    const bool ends = judgement.kind == Judgement::Kind::cannot_tell && only_reported && !report.can_be_known;
    if (ends) judgement = Judgement::fine({report.sign});
    forget(at);
    return judgement;
  }
  if (knows_better(judgement, report.sign.time)) {
    forget(at);
    return judgement;
  }
  return Judgement::lost(Strength::reported, {report.sign});
}

std::vector<std::pair<Verdict, Element>> Reports::unjudged() const {
  std::vector<Key> out;
  for (const auto& [key, report] : reports_)
    if (!is_judged(key)) out.push_back(key);
  return out;
}

std::optional<Reports::Subject> Reports::subject(Index device, const TrapMessage& message) const {
  if (!message.says) return std::nullopt;
  const auto element = site_.element_of_source(device);
  switch (*message.says) {
    case TrapSays::input_lost:
    case TrapSays::input_restored:
      return of_input(device, message);
    case TrapSays::outlet_off:
    case TrapSays::outlet_on:
      return message.part == "outlet" ? of_outlet(device, message.index) : std::nullopt;
    case TrapSays::on_battery:
    case TrapSays::off_battery:
      return Subject{.verdict = Verdict::ups_on_battery, .element = element, .witness = first(device, Meaning::ups_on_battery)};
    case TrapSays::redundancy_lost:
    case TrapSays::redundancy_restored:
      return Subject{.verdict = Verdict::path_redundancy_lost, .element = element};
    case TrapSays::breaker_tripped:
    case TrapSays::breaker_closed:
      return of_bank(device, message);
    case TrapSays::overload:
    case TrapSays::overload_cleared:
      return Subject{.verdict = Verdict::overload, .element = part_of(device, message)};
    default:
      return std::nullopt;  // said, and asked about; nothing of it is judged here
  }
}

// A PDU speaks of its own inlet, a status unit of the one supply that it reports. One phase of several is not the inlet.
std::optional<Reports::Subject> Reports::of_input(Index device, const TrapMessage& message) const {
  const bool whole = message.part.empty() || message.part == "inlet" || site_.system == site::System::single_phase;
  if (!whole) return std::nullopt;
  if (site_.devices[device].feed)
    return Subject{.verdict = Verdict::pdu_dark, .element = site_.element_of_pdu(device), .answers_know = true};
  const auto& supplies = facts_.neighbours().supplies_of(device);
  if (supplies.size() != 1) return std::nullopt;  // it reports several: which one?
  return Subject{.verdict = Verdict::supply_input_lost,
                 .element = site_.element_of_supply(supplies.front()),
                 .witness = facts_.status(supplies.front(), Meaning::supply_input_ok)};
}

std::optional<Reports::Subject> Reports::of_outlet(Index device, const std::string& outlet) const {
  for (const Index s : facts_.supplies_on(device))
    if (site_.supplies[s].outlet == outlet)
      return Subject{.verdict = Verdict::supply_off_commanded,
                     .element = site_.element_of_supply(s),
                     .witness = facts_.outlet(s, Meaning::outlet_state)};
  return std::nullopt;
}

std::optional<Reports::Subject> Reports::of_bank(Index device, const TrapMessage& message) const {
  if (message.part != "bank") return std::nullopt;
  Subject subject{.verdict = Verdict::bank_tripped, .element = part_of(device, message)};
  for (const Index bank : site_.devices[device].banks) {
    const auto breakers = facts_.bank(bank, Meaning::breaker_closed);
    if (site_.banks[bank].name == message.index && !breakers.empty()) subject.witness = breakers.front();
  }
  return subject;
}

// A bank that the site file does not name has no judge.
bool Reports::is_judged(const Key& key) const {
  if (key.first == Verdict::overload || key.first == Verdict::path_redundancy_lost) return false;
  if (key.first != Verdict::bank_tripped) return true;
  for (Index b = 0; b < site_.banks.size(); ++b)
    if (site_.element_of_bank(b) == key.second) return true;
  return false;
}

Element Reports::part_of(Index device, const TrapMessage& message) const {
  const auto whole = site_.element_of_pdu(device);
  const bool named = message.part == "bank" || message.part == "phase" || message.part == "outlet";
  if (!named || !ground::is_element_part(message.index)) return whole;
  return Element::parse(whole.text() + "/" + message.part + "/" + message.index).value_or(whole);
}

const Track* Reports::first(Index device, Meaning means) const {
  const auto tracks = facts_.inlet(device, means);
  return tracks.empty() ? nullptr : tracks.front();
}

}  // namespace holdup::detect
