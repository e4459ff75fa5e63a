#include "collector/incident/ledger.hpp"

#include <algorithm>

#include "collector/incident/severity.hpp"

namespace holdup::incident {
namespace {

using detect::Finding;
using detect::Verdict;

constexpr std::size_t most_open = 10'000;
constexpr std::size_t folded_evidence = 64;  // signs kept with an event; a rack of silent devices needs no more to be believed

// A verdict on a load says what a loss led to; it is never what an incident is traced to while anything else is.
bool is_consequence(Verdict verdict) { return sort(verdict) == detect::Sort::consequence; }

// A meter that is wrong is no loss of power, and no loss may hide behind it.
bool stands_alone(Verdict verdict) { return sort(verdict) == detect::Sort::ticket; }

record::Evidence line(const Element& element, std::string text, ground::Utc time) {
  return {.source = element.text(), .point = std::move(text), .value = {}, .quality = "good", .time = time, .uncertainty = {}};
}

}  // namespace

std::vector<record::Event> Ledger::file(const std::vector<detect::Change>& changes, Moment moment) {
  for (const auto& change : changes) {
    switch (change.kind) {
      case detect::Change::Kind::begun:
        begin(change.finding, moment);
        break;
      case detect::Change::Kind::strengthened:
        strengthen(change.finding, moment);
        break;
      case detect::Change::Kind::ended:
        end(change.finding, moment);
        break;
      case detect::Change::Kind::past:
        tell_past(change.finding, moment);
        break;
    }
  }
  return std::exchange(events_, {});
}

void Ledger::begin(const Finding& finding, Moment moment) {
  const OpenVerdict verdict{finding.verdict, finding.element, finding.strength, finding.since};
  if (Incident* home = home_of(finding)) {
    home->open.push_back(verdict);
    if (!explains(finding, *home)) {
      restate(*home, finding, moment);
      return void(write(*home, {finding, record::Phase::begin}, moment));
    }
    raise_cause(*home, finding, moment);
    return absorb(*home, moment);
  }
  if (open_.size() >= most_open) return void(++dropped_);
  Incident incident{.verdict = finding.verdict,
                    .cause = finding.element,
                    .strength = finding.strength,
                    .summary = summary(finding),
                    .evidence = evidence_of(finding, moment),
                    .begin = ground::utc(moment.now, moment.utc_offset),
                    .open = {verdict}};
  open_.push_back(std::move(incident));
  auto& event = write(open_.back(), {finding, record::Phase::begin}, moment);
  open_.back().id = event.incident = event.id;
}

// The new verdict names the cause of what the incident was traced to before.
bool Ledger::explains(const Finding& finding, const Incident& incident) const {
  if (is_above(finding.element, incident.cause)) return true;
  if (is_consequence(incident.verdict) && !is_consequence(finding.verdict)) return true;
  return finding.element == incident.cause && finding.verdict == Verdict::supply_off_commanded;
}

// The cause moved up: the verdict that named it before is updated, so that whoever holds it sees the new one.
void Ledger::raise_cause(Incident& incident, const Finding& finding, Moment moment) {
  const auto former = std::find_if(incident.open.begin(), incident.open.end(),
                                   [&](const OpenVerdict& v) { return v.verdict == incident.verdict && v.element == incident.cause; });
  incident.verdict = finding.verdict;
  incident.cause = finding.element;
  restate(incident, finding, moment);
  write(incident, {finding, record::Phase::begin}, moment);
  if (former != incident.open.end())
    write(incident, {{former->verdict, former->element, former->strength, {}, {}}, record::Phase::update}, moment);
}

// An incident is as sure as the verdict on its cause, also when that ended and came again before the rest was over.
void Ledger::restate(Incident& incident, const Finding& finding, Moment moment) const {
  if (incident.cause != finding.element || incident.verdict != finding.verdict) return;
  incident.strength = finding.strength;
  incident.summary = summary(finding);
  incident.evidence = evidence_of(finding, moment);
}

// Incidents whose cause lies below a cause that just moved up were one incident all along: their verdicts move under it.
void Ledger::absorb(Incident& into, Moment moment) {
  const std::string id = into.id;
  for (std::size_t i = 0; i < open_.size();) {
    if (open_[i].id == id || stands_alone(open_[i].verdict) || !is_above(by_id(id)->cause, open_[i].cause)) {
      ++i;
      continue;
    }
    Incident folded = std::move(open_[i]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    Incident& home = *by_id(id);
    for (const auto& verdict : folded.open) {
      write(home, {{verdict.verdict, verdict.element, verdict.strength, {}, verdict.since}, record::Phase::update}, moment);
      home.open.push_back(verdict);
    }
  }
}

void Ledger::strengthen(const Finding& finding, Moment moment) {
  const auto [incident, verdict] = find(finding.verdict, finding.element);
  if (incident == nullptr) return begin(finding, moment);
  verdict->strength = finding.strength;
  restate(*incident, finding, moment);
  write(*incident, {finding, record::Phase::update}, moment);
}

void Ledger::end(const Finding& finding, Moment moment) {
  const auto [incident, verdict] = find(finding.verdict, finding.element);
  if (incident == nullptr) return;
  write(*incident, {finding, record::Phase::end}, moment);
  incident->open.erase(incident->open.begin() + (verdict - incident->open.data()));
  if (!incident->open.empty()) return;
  close(*incident, evidence_of(finding, moment), moment);
  open_.erase(open_.begin() + (incident - open_.data()));
}

// The restoration verdict, in four lines: what is proven, and what nothing here can see.
void Ledger::close(Incident& incident, const std::vector<record::Evidence>& proof, Moment moment) {
  auto event = blank(moment);
  event.incident = incident.id;
  event.verdict = "restored";
  event.strength = "proven";
  event.element = incident.cause.text();
  event.phase = record::Phase::end;
  event.cause = incident.cause.text();
  event.evidence.push_back(line(incident.cause, "inputs: proven", event.time));
  event.evidence.insert(event.evidence.end(), proof.begin(), proof.end());
  for (const char* text : {"stored energy: not observed", "data protection: not observed", "not observed: cache, controllers, LUN paths"})
    event.evidence.push_back(line(incident.cause, text, event.time));
  events_.push_back(std::move(event));
}

record::Event& Ledger::write(const Incident& incident, const Draft& draft, Moment moment) {
  auto event = blank(moment);
  event.incident = incident.id;
  event.verdict = name(draft.finding.verdict);
  event.strength = name(draft.finding.strength);
  event.element = draft.finding.element.text();
  event.phase = draft.phase;
  event.cause = incident.cause.text();
  event.evidence = evidence_of(draft.finding, moment);
  if (draft.phase == record::Phase::begin && draft.finding.since != ground::Instant{}) event.uncertainty = moment.now - draft.finding.since;
  return events_.emplace_back(std::move(event));
}

// An incident of its own that begins, ends and is restored at once.
void Ledger::tell_past(const Finding& finding, Moment moment) {
  Incident incident{.id = {},
                    .verdict = finding.verdict,
                    .cause = finding.element,
                    .strength = finding.strength,
                    .summary = {},
                    .evidence = {},
                    .begin = {},
                    .open = {}};
  auto& begun = write(incident, {finding, record::Phase::begin}, moment);
  incident.id = begun.incident = begun.id;
  close_past(incident, finding, moment);
}

void Ledger::close_past(const Incident& incident, const Finding& finding, Moment moment) {
  write(incident, {finding, record::Phase::end}, moment);
  auto event = blank(moment);
  event.incident = incident.id;
  event.verdict = "restored";
  event.strength = name(finding.strength);
  event.element = event.cause = incident.cause.text();
  event.phase = record::Phase::end;
  event.evidence.push_back(line(incident.cause, "over when it came to light", event.time));
  events_.push_back(std::move(event));
}

record::Event Ledger::note(Note note, Moment moment) {
  auto event = blank(moment);
  event.verdict = note.word;
  event.strength = name(detect::Strength::reported);
  event.element = event.cause = note.element.text();
  event.phase = record::Phase::end;
  event.evidence = std::move(note.lines);
  return event;
}

record::Event Ledger::blank(Moment moment) {
  record::Event event;
  event.id = boot_ + "-" + std::to_string(++count_);
  event.boot = boot_;
  event.at = moment.now;
  event.time = ground::utc(moment.now, moment.utc_offset);
  return event;
}

std::vector<record::Evidence> Ledger::evidence_of(const Finding& finding, Moment moment) const {
  std::vector<record::Evidence> out;
  for (const auto& sign : finding.signs) {
    if (out.size() == folded_evidence) break;
    out.push_back({.source = sign.source.text(),
                   .point = sign.point,
                   .value = sign.value,
                   .quality = std::string{ground::name(sign.quality)},
                   .time = ground::utc(sign.time, moment.utc_offset),
                   .uncertainty = sign.uncertainty});
  }
  return out;
}

// A finding belongs to an incident on its own branch of the chain. A second loss on another branch is a new page, never a child.
Incident* Ledger::home_of(const Finding& finding) {
  for (auto at = open_.rbegin(); at != open_.rend(); ++at)
    if (related(*at, finding)) return &*at;
  return nullptr;
}

bool Ledger::related(const Incident& incident, const Finding& finding) const {
  if (stands_alone(incident.verdict) || stands_alone(finding.verdict)) return false;
  if (is_consequence(finding.verdict)) {
    // The consequence on a load follows the loss of one of its supplies, or of what stands above one.
    for (const auto& load : site_->loads) {
      if (Element::named(load.name) != finding.element) continue;
      for (site::Index s : load.supplies)
        if (const auto element = site_->element_of_supply(s); element == incident.cause || is_above(incident.cause, element)) return true;
      for (site::Index s : load.supplies)
        if (const auto pdu = site_->supplies[s].pdu; pdu && is_at_or_above(incident.cause, site_->element_of_device(*pdu))) return true;
    }
    return incident.cause == finding.element;
  }
  const auto& cause = incident.cause;
  if (cause == finding.element || is_above(cause, finding.element) || is_above(finding.element, cause)) return true;
  const auto load_of = [&](const Element& supply) { return supply.first(); };
  return is_consequence(incident.verdict) && load_of(finding.element) == cause.text();
}

bool Ledger::is_above(const Element& upper, const Element& lower) const {
  const auto chain = site_->ancestors(lower);
  return std::find(chain.begin(), chain.end(), upper) != chain.end();
}

bool Ledger::is_at_or_above(const Element& upper, const Element& lower) const { return upper == lower || is_above(upper, lower); }

std::pair<Incident*, OpenVerdict*> Ledger::find(Verdict verdict, const Element& element) {
  for (auto& incident : open_)
    for (auto& open : incident.open)
      if (open.verdict == verdict && open.element == element) return {&incident, &open};
  return {nullptr, nullptr};
}

Incident* Ledger::by_id(const std::string& id) {
  const auto at = std::find_if(open_.begin(), open_.end(), [&](const Incident& i) { return i.id == id; });
  return at == open_.end() ? nullptr : &*at;
}

void Ledger::fold(const record::Event& event, Moment moment) {
  if (event.boot == boot_) count_ = std::max(count_, record::count_of(event.id));
  Incident* incident = by_id(event.incident);
  if (event.verdict == "restored") {
    if (incident != nullptr) open_.erase(open_.begin() + (incident - open_.data()));
    return;
  }
  const auto verdict = detect::verdict_of(event.verdict);
  const auto strength = detect::strength_of(event.strength);
  const auto element = Element::parse(event.element);
  const auto cause = Element::parse(event.cause);
  if (!verdict || !strength || !element || !cause) return;
  const OpenVerdict open{*verdict, *element, *strength, event.boot == boot_ ? event.at : moment.now};
  take_out(open, event);
  if (event.phase == record::Phase::end) return;
  if (by_id(event.incident) == nullptr) {
    Incident born{.id = event.incident,
                  .verdict = *verdict,
                  .cause = *cause,
                  .strength = *strength,
                  .summary = {},
                  .evidence = {},
                  .begin = event.time,
                  .open = {}};
    open_.push_back(std::move(born));
  }
  incident = by_id(event.incident);
  incident->open.push_back(open);
  const Finding finding{*verdict, *element, *strength, {}, {}};
  const bool moved = incident->cause != *cause || (event.phase == record::Phase::begin && explains(finding, *incident));
  incident->cause = *cause;
  if (*element != *cause || (!moved && *verdict != incident->verdict)) return;
  incident->verdict = *verdict;
  incident->strength = *strength;
  incident->summary = summary(finding);
  incident->evidence = event.evidence;
}

// An incident that loses its last verdict to another one was absorbed; one whose last verdict ended still owes its restoration.
void Ledger::take_out(const OpenVerdict& verdict, const record::Event& event) {
  const auto [former, held] = find(verdict.verdict, verdict.element);
  if (former == nullptr) return;
  former->open.erase(former->open.begin() + (held - former->open.data()));
  if (former->open.empty() && former->id != event.incident) open_.erase(open_.begin() + (former - open_.data()));
}

std::vector<record::Event> Ledger::finish_fold(Moment moment) {
  for (auto& incident : open_) {
    if (incident.open.empty() && !is_past(incident.verdict)) close(incident, {}, moment);
    if (is_past(incident.verdict)) close_past(incident, {incident.verdict, incident.cause, incident.strength, {}, {}}, moment);
  }
  std::erase_if(open_, [](const Incident& incident) { return incident.open.empty() || is_past(incident.verdict); });
  return std::exchange(events_, {});
}

}  // namespace holdup::incident
