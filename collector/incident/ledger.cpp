#include "collector/incident/ledger.hpp"

#include <algorithm>

#include "collector/incident/severity.hpp"
#include "collector/incident/sorts.hpp"

namespace holdup::incident {
namespace {

using detect::Finding;
using detect::Verdict;

constexpr std::size_t most_open = 10'000;
constexpr std::size_t folded_evidence = 64;  // signs kept with an event; a rack of silent devices needs no more to be believed

record::Evidence line(const Element& element, std::string text, ground::Utc time) {
  return {.source = element.text(), .point = std::move(text), .value = {}, .quality = "good", .time = time, .uncertainty = {}};
}

std::vector<record::Evidence> evidence_of(const Finding& finding, Moment moment) {
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
    expire_attested(change.finding.element, moment);
  }
  hand_over(moment);
  return take_events();
}

std::vector<record::Event> Ledger::take_events() { return std::exchange(events_, {}); }

void Ledger::begin(const Finding& finding, Moment moment) {
  if (Incident* home = home_of(finding))
    join(*home, finding, moment);
  else
    open_new(finding, moment);
  warn_of_wrong_side(finding, moment);
  warn_of_silent_side(finding, moment);
}

void Ledger::open_new(const Finding& finding, Moment moment) {
  if (open_.size() >= most_open) return void(++dropped_);
  Incident incident{.verdict = finding.verdict,
                    .cause = finding.element,
                    .strength = finding.strength,
                    .summary = summary(finding),
                    .evidence = evidence_of(finding, moment),
                    .begin = moment.utc(),
                    .opened_by = {finding.verdict, finding.element},
                    .times = recurrence_.begins({finding.verdict, finding.element}, moment.utc())};
  incident.recurring = incident.times >= comes_and_goes;
  open_.push_back(std::move(incident));
  auto& event = write(open_.back(), {finding, record::Phase::begin}, moment);
  open_.back().id = event.incident = event.id;
  admit(open_.back(), {finding.verdict, finding.element, finding.strength, finding.since}, record::Phase::update);
}

void Ledger::join(Incident& home, const Finding& finding, Moment moment) {
  admit(home, {finding.verdict, finding.element, finding.strength, finding.since}, record::Phase::begin);
  if (!explains(finding, home)) {
    restate(home, finding, moment);
    return void(write(home, {finding, record::Phase::begin}, moment));
  }
  const std::string id = home.id;
  raise_cause(home, finding, moment);
  absorb(id, moment);
}

/// Shared with the fold: what follows from a verdict that is open in an incident from now on.
void Ledger::admit(Incident& incident, const OpenVerdict& verdict, record::Phase phase) const {
  const Named named{verdict.verdict, verdict.element};
  incident.open.push_back(verdict);
  incident.been.insert(named);
  incident.calm_at.reset();
  if (phase == record::Phase::begin && named == incident.opened_by) ++incident.times;
  incident.recurring = incident.recurring || incident.times >= comes_and_goes;
  const bool tells = sort(verdict.verdict) == detect::Sort::loss || sort(verdict.verdict) == detect::Sort::condition;
  incident.raised = incident.raised || (tells && other_side_of(verdict.element) != nullptr);
}

// The cause moved up: the verdict that named it before is updated, so that whoever holds it sees the new one.
void Ledger::raise_cause(Incident& incident, const Finding& finding, Moment moment) {
  const auto former = std::ranges::find_if(
      incident.open, [&](const OpenVerdict& v) { return v.verdict == incident.verdict && v.element == incident.cause; });
  incident.verdict = finding.verdict;
  incident.cause = finding.element;
  restate(incident, finding, moment);
  write(incident, {finding, record::Phase::begin}, moment);
  if (former != incident.open.end() && (former->verdict != finding.verdict || former->element != finding.element))
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
void Ledger::absorb(const std::string& into, Moment moment) {
  for (std::size_t i = 0; i < open_.size();) {
    if (open_[i].id == into || !takes_in(*by_id(into), open_[i])) {
      ++i;
      continue;
    }
    const Incident folded = std::move(open_[i]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
    Incident& home = *by_id(into);
    move_verdicts(folded, home, moment);
    write_folded(folded, home, moment);
  }
}

void Ledger::move_verdicts(const Incident& folded, Incident& home, Moment moment) {
  for (const auto& verdict : folded.open) {
    write(home, {{verdict.verdict, verdict.element, verdict.strength, {}, verdict.since}, record::Phase::update}, moment);
    admit(home, verdict, record::Phase::update);
  }
  home.raised = home.raised || folded.raised;
}

// The last that is said of an incident that was part of another.
void Ledger::write_folded(const Incident& folded, const Incident& home, Moment moment) {
  auto event = blank(moment);
  event.incident = folded.id;
  event.verdict = folded_word;
  event.strength = name(home.strength);
  event.element = folded.cause.text();
  event.phase = record::Phase::end;
  event.cause = home.cause.text();
  event.evidence.push_back(line(home.cause, "part of incident " + home.id, event.time));
  events_.push_back(std::move(event));
}

void Ledger::strengthen(const Finding& finding, Moment moment) {
  const auto [incident, verdict] = find(finding.verdict, finding.element);
  if (incident == nullptr) return begin(finding, moment);
  verdict->strength = finding.strength;
  verdict->loud = verdict->loud || std::ranges::any_of(finding.signs, is_loud, &detect::Sign::point);
  restate(*incident, finding, moment);
  write(*incident, {finding, record::Phase::update}, moment);
}

void Ledger::end(const Finding& finding, Moment moment) {
  const auto [incident, verdict] = find(finding.verdict, finding.element);
  if (incident == nullptr) return;
  write(*incident, {finding, record::Phase::end}, moment);
  incident->open.erase(incident->open.begin() + (verdict - incident->open.data()));
  end_wrong_side(*incident, finding, moment);
  if (incident->open.empty()) close_or_hold(*incident, evidence_of(finding, moment), moment);
  for (std::size_t i = open_.size(); i > 0; --i) end_silent_side(open_[i - 1], moment);
}

// What was lost on the wrong side is there again.
void Ledger::end_wrong_side(Incident& incident, const Finding& finding, Moment moment) {
  const auto loses = [&](const OpenVerdict& one) { return one.element == finding.element && detect::is_loss(one.verdict); };
  if (std::ranges::any_of(incident.open, loses)) return;
  const auto [home, wrong] = find(Verdict::wrong_side, finding.element);
  if (home != &incident || wrong == nullptr) return;
  write(incident, {{Verdict::wrong_side, finding.element, wrong->strength, finding.signs, {}}, record::Phase::end}, moment);
  incident.open.erase(incident.open.begin() + (wrong - incident.open.data()));
}

// Nothing is unknown any more of what was silent on the wrong side, and nothing lost.
void Ledger::end_silent_side(Incident& incident, Moment moment) {
  const auto wrong = std::ranges::find_if(incident.open, [](const OpenVerdict& one) {
    return one.verdict == Verdict::wrong_side && one.strength == detect::Strength::unknown;
  });
  if (wrong == incident.open.end()) return;
  const auto stands = [&](const OpenVerdict& one) {
    const bool unknown = is_consequence(one.verdict) && one.strength == detect::Strength::unknown;
    return unknown ? branches_.touches(wrong->element, one.element)
                   : detect::is_loss(one.verdict) && branches_.share(one.element, wrong->element);
  };
  if (std::ranges::any_of(open_, [&](const Incident& one) { return std::ranges::any_of(one.open, stands); })) return;
  write(incident, {{Verdict::wrong_side, wrong->element, wrong->strength, {}, {}}, record::Phase::end}, moment);
  incident.open.erase(wrong);
  if (incident.open.empty()) close_or_hold(incident, {line(incident.cause, "heard again", moment.utc())}, moment);
}

// An incident whose losses are over ends, even if a load still suffers: that then follows from another loss, which is open.
void Ledger::hand_over(Moment moment) {
  const auto suffers_only = [](const Incident& one) {
    return !one.open.empty() && !is_consequence(one.verdict) &&
           std::ranges::all_of(one.open, [](const OpenVerdict& v) { return is_consequence(v.verdict); });
  };
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (!suffers_only(open_[i])) continue;
    const auto follows = open_[i].open;
    const auto other_of = [&](const OpenVerdict& verdict) {
      return std::ranges::find_if(open_, [&](const Incident& other) {
        return &other != &open_[i] && std::ranges::any_of(other.open, [&](const OpenVerdict& v) {
          return detect::is_loss(v.verdict) && branches_.touches(v.element, verdict.element);
        });
      });
    };
    if (std::ranges::any_of(follows, [&](const OpenVerdict& verdict) { return other_of(verdict) == open_.end(); })) continue;
    for (const auto& verdict : follows) {
      const auto other = other_of(verdict);
      Finding finding{verdict.verdict, verdict.element, verdict.strength, {}, {}};
      finding.signs.push_back({.source = other->cause, .point = "goes on under incident " + other->id, .value = {}, .time = moment.now});
      write(open_[i], {finding, record::Phase::end}, moment);
      open_[i].open.erase(open_[i].open.begin());
      finding.signs.front().point = "goes on from incident " + open_[i].id;
      admit(*other, verdict, record::Phase::begin);
      write(*other, {finding, record::Phase::begin}, moment);
    }
    close_or_hold(open_[i], {line(open_[i].cause, "what still follows is another incident's", moment.utc())}, moment);
    return hand_over(moment);
  }
}

void Ledger::close_or_hold(Incident& incident, const std::vector<record::Evidence>& proof, Moment moment) {
  if (incident.recurring) return void(incident.calm_at = moment.now + lately);
  close(incident, proof, moment);
  erase(incident);
}

// The restoration verdict, in four lines: what is proven, and what nothing here can see.
void Ledger::close(const Incident& incident, const std::vector<record::Evidence>& proof, Moment moment) {
  const bool by_word = !proof.empty() && proof.front().point.starts_with("attested by ");
  auto event = blank(moment);
  event.incident = incident.id;
  event.verdict = "restored";
  event.strength = by_word ? "attested" : "proven";
  event.element = event.cause = incident.cause.text();
  event.phase = record::Phase::end;
  event.evidence.push_back(line(incident.cause, by_word ? "inputs: attested" : "inputs: proven", event.time));
  event.evidence.insert(event.evidence.end(), proof.begin(), proof.end());
  for (auto& one : beside_inputs(incident.cause)) {
    event.evidence.push_back(line(incident.cause, one.text(), event.time));
    event.evidence.insert(event.evidence.end(), one.evidence.begin(), one.evidence.end());
  }
  events_.push_back(std::move(event));
}

std::vector<RestorationLine> Ledger::beside_inputs(const Element& element) const {
  if (eyes_ == nullptr)
    return {{.about = "stored energy"}, {.about = "data protection"}, {.about = "not observed", .why = "cache, controllers, LUN paths"}};
  const Restoration restoration{branches_.site(), *eyes_, notices_};
  return {restoration.stored_energy(element), restoration.data_protection(element), restoration.unobserved(element)};
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

record::Event Ledger::note(Note note, Moment moment) {
  auto event = blank(moment);
  event.verdict = note.word;
  event.strength = note.strength;
  event.element = event.cause = note.element.text();
  event.phase = note.phase;
  event.uncertainty = note.uncertainty;
  event.evidence = std::move(note.lines);
  return event;
}

record::Event Ledger::blank(Moment moment) {
  record::Event event;
  event.id = boot_ + "-" + std::to_string(++count_);
  event.boot = boot_;
  event.at = moment.now;
  event.time = moment.utc();
  return event;
}

}  // namespace holdup::incident
