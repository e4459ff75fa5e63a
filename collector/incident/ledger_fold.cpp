#include <algorithm>

#include "collector/incident/ledger.hpp"
#include "collector/incident/severity.hpp"
#include "collector/incident/sorts.hpp"

// Stored events back to what stood open; and what is over when it comes to light.
namespace holdup::incident {

using detect::Finding;
using detect::Verdict;

void Ledger::fold(const record::Event& event, Moment moment) {
  const bool ours = event.boot == boot_;
  if (ours) count_ = std::max(count_, record::count_of(event.id));
  notices_.fold(event, moment, ours ? Notices::Boot::this_one : Notices::Boot::another);
  if (event.verdict == "restored" || event.verdict == folded_word) {
    if (const Incident* incident = by_id(event.incident)) erase(*incident);
    return;
  }
  const auto verdict = detect::verdict_of(event.verdict);
  const auto strength = detect::strength_of(event.strength);
  const auto element = Element::parse(event.element);
  const auto cause = Element::parse(event.cause);
  if (!verdict || !strength || !element || !cause) return;
  const auto* former = find(*verdict, *element).second;
  OpenVerdict open{*verdict, *element, *strength, ours ? event.at : moment.now};
  open.loud = (former != nullptr && former->loud) || std::ranges::any_of(event.evidence, is_loud, &record::Evidence::point);
  take_out(open, event, {.now = open.since, .utc_offset = moment.utc_offset});
  if (event.phase != record::Phase::end) take_in(event, open, *cause);
}

// An incident that loses its last verdict to another one was absorbed; one whose last verdict ended still owes its restoration.
void Ledger::take_out(const OpenVerdict& verdict, const record::Event& event, Moment moment) {
  const auto [former, held] = find(verdict.verdict, verdict.element);
  if (former == nullptr) return;
  former->open.erase(former->open.begin() + (held - former->open.data()));
  if (!former->open.empty()) return;
  if (former->id == event.incident) {
    if (event.phase == record::Phase::end && former->recurring) former->calm_at = moment.now + lately;
    return;
  }
  const bool raised = former->raised;
  erase(*former);
  if (Incident* home = by_id(event.incident)) home->raised = home->raised || raised;
}

void Ledger::take_in(const record::Event& event, const OpenVerdict& open, const Element& cause) {
  const bool opens = by_id(event.incident) == nullptr;
  const Named named{open.verdict, open.element};
  if (opens) {
    open_.push_back({.id = event.incident,
                     .verdict = open.verdict,
                     .cause = cause,
                     .strength = open.strength,
                     .begin = event.time,
                     .opened_by = named});
    if (event.id == event.incident) open_.back().times = recurrence_.begins(named, event.time);
  }
  Incident& incident = *by_id(event.incident);
  const Finding finding{open.verdict, open.element, open.strength, {}, {}};
  const bool begins = event.phase == record::Phase::begin;
  const bool moved = incident.cause != cause || (begins && explains(finding, incident));
  admit(incident, open, begins && !opens ? record::Phase::begin : record::Phase::update);
  incident.cause = cause;
  if (open.element != cause || (!moved && open.verdict != incident.verdict)) return;
  incident.verdict = open.verdict;
  incident.strength = open.strength;
  incident.summary = summary(finding);
  incident.evidence = event.evidence;
}

std::vector<record::Event> Ledger::finish_fold(Moment moment) {
  for (const auto& incident : open_) {
    if (incident.calm_at) continue;
    if (is_past(incident.verdict))
      close_past(incident, {incident.verdict, incident.cause, incident.strength, {}, {}}, moment);
    else if (incident.open.empty())
      close(incident, {}, moment);
  }
  std::erase_if(open_, [](const Incident& one) { return !one.calm_at && (one.open.empty() || is_past(one.verdict)); });
  return take_events();
}

// An incident of its own that begins, ends and is restored at once; one that comes and goes stays, and takes in the next.
void Ledger::tell_past(const Finding& finding, Moment moment) {
  const Named named{finding.verdict, finding.element};
  const auto held = std::ranges::find_if(open_, [&](const Incident& one) { return one.calm_at && one.opened_by == named; });
  if (held != open_.end()) {
    ++held->times;
    held->calm_at = moment.now + lately;
    write(*held, {finding, record::Phase::begin}, moment);
    return void(write(*held, {finding, record::Phase::end}, moment));
  }
  Incident incident{.verdict = finding.verdict,
                    .cause = finding.element,
                    .strength = finding.strength,
                    .summary = summary(finding),
                    .begin = moment.utc(),
                    .opened_by = named,
                    .times = recurrence_.begins(named, moment.utc()),
                    .been = {named}};
  auto& begun = write(incident, {finding, record::Phase::begin}, moment);
  incident.id = begun.incident = begun.id;
  incident.evidence = begun.evidence;
  incident.recurring = incident.times >= comes_and_goes;
  if (!incident.recurring) return close_past(incident, finding, moment);
  write(incident, {finding, record::Phase::end}, moment);
  incident.calm_at = moment.now + lately;
  open_.push_back(std::move(incident));
}

void Ledger::close_past(const Incident& incident, const Finding& finding, Moment moment) {
  write(incident, {finding, record::Phase::end}, moment);
  auto event = blank(moment);
  event.incident = incident.id;
  event.verdict = "restored";
  event.strength = name(finding.strength);
  event.element = event.cause = incident.cause.text();
  event.phase = record::Phase::end;
  event.evidence.push_back({.source = event.element,
                            .point = "over when it came to light",
                            .value = {},
                            .quality = "good",
                            .time = event.time,
                            .uncertainty = {}});
  events_.push_back(std::move(event));
}

void Ledger::close_calm(const Incident& incident, Moment moment) {
  close(incident,
        {{.source = incident.cause.text(),
          .point = "came and went " + std::to_string(incident.times) + " times, not again for " + ground::duration_text(lately),
          .value = {},
          .quality = "good",
          .time = moment.utc(),
          .uncertainty = {}}},
        moment);
}

std::pair<Incident*, OpenVerdict*> Ledger::find(Verdict verdict, const Element& element) {
  for (auto& incident : open_)
    for (auto& open : incident.open)
      if (open.verdict == verdict && open.element == element) return {&incident, &open};
  return {nullptr, nullptr};
}

Incident* Ledger::by_id(const std::string& id) {
  const auto at = std::ranges::find(open_, id, &Incident::id);
  return at == open_.end() ? nullptr : &*at;
}

}  // namespace holdup::incident
