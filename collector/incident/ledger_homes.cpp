#include <algorithm>
#include <array>

#include "collector/incident/intent.hpp"
#include "collector/incident/ledger.hpp"
#include "collector/incident/severity.hpp"
#include "collector/incident/sorts.hpp"

// Where a finding belongs, what is its cause, and what a maintenance window makes of it.
namespace holdup::incident {
namespace {

using detect::Finding;
using detect::Verdict;

// These say why the same supply gives nothing, or whose fault it is.
bool names_cause(Verdict verdict) {
  using enum detect::Verdict;
  constexpr std::array all{supply_off_commanded, supply_removed, fuse_blown, residual_current_trip, wrong_side};
  return std::ranges::find(all, verdict) != all.end();
}

bool has_lost(const Incident& incident, const Element& element) {
  return std::ranges::any_of(incident.open, [&](const OpenVerdict& v) { return detect::is_loss(v.verdict) && v.element == element; });
}

bool loses(const Incident& incident) {
  return std::ranges::any_of(incident.open, [](const OpenVerdict& one) { return detect::is_loss(one.verdict); });
}

}  // namespace

// A second loss on another branch is a new page, never a child. A loss is asked for first: it is what a consequence follows from.
Incident* Ledger::home_of(const Finding& finding) {
  if (open_.empty()) return nullptr;
  if (finding.verdict == Verdict::load_down)
    if (Incident* last = last_to_take(finding)) return last;
  Incident* other = nullptr;
  const auto cuts = stands_alone(finding.verdict) || is_consequence(finding.verdict) ? std::vector<Element>{} : cuts_above(finding.element);
  for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
    if (!related(*at, finding) && !took_a_way(*at, cuts)) continue;
    if (loses(*at)) return &*at;
    if (other == nullptr) other = &*at;
  }
  return other;
}

// Row 32: a load is down with the last of what it had; where nobody knows, with the last that fell silent.
Incident* Ledger::last_to_take(const Finding& finding) {
  Incident* last = nullptr;
  ground::Instant latest{};
  for (Incident& incident : open_)
    for (const OpenVerdict& one : incident.open) {
      const bool took = detect::is_loss(one.verdict) && branches_.touches(one.element, finding.element);
      if (!took && !hides(one, finding)) continue;
      if (last == nullptr || one.since >= latest) last = &incident, latest = one.since;
    }
  return last;
}

// It is what keeps a card of the load from being heard.
bool Ledger::hides(const OpenVerdict& silence, const Finding& finding) const {
  if (finding.strength != detect::Strength::unknown || silence.verdict != Verdict::telemetry_lost) return false;
  return branches_.touches(silence.element, finding.element) || std::ranges::any_of(finding.signs, [&](const detect::Sign& sign) {
           return sign.point == "silence" && branches_.is_heard_by(sign.source, silence.element);
         });
}

// A finding belongs to an incident on its own branch of the chain.
bool Ledger::related(const Incident& incident, const Finding& finding) const {
  if (stands_alone(incident.verdict) || stands_alone(finding.verdict)) return false;
  if (incident.open.empty()) return incident.been.contains({finding.verdict, finding.element});
  const auto& cause = incident.cause;
  if (cause == finding.element) return true;
  const auto leads_to = [&](const OpenVerdict& one) {
    return detect::is_loss(one.verdict) && branches_.touches(one.element, finding.element);
  };
  if (is_consequence(finding.verdict)) return branches_.touches(cause, finding.element) || std::ranges::any_of(incident.open, leads_to);
  if (is_consequence(incident.verdict) && detect::is_loss(finding.verdict) && branches_.touches(finding.element, cause)) return true;
  if (brings_about(incident.verdict, finding.verdict) && branches_.is_above(cause, finding.element)) return true;
  return brings_about(finding.verdict, incident.verdict) && branches_.is_above(finding.element, cause);
}

std::vector<Element> Ledger::cuts_above(const Element& element) const {
  return branches_.cuts(
      element, [this](const Element& way) { return std::ranges::any_of(open_, [&](const Incident& one) { return has_lost(one, way); }); });
}

// What has several ways falls with the last of them: that loss brought it about.
bool Ledger::took_a_way(const Incident& incident, const std::vector<Element>& cuts) {
  return !stands_alone(incident.verdict) && std::ranges::any_of(cuts, [&](const Element& way) { return has_lost(incident, way); });
}

// The new verdict names the cause of what the incident was traced to before.
bool Ledger::explains(const Finding& finding, const Incident& incident) const {
  if (is_consequence(finding.verdict)) return false;
  if (is_consequence(incident.verdict)) return true;
  if (finding.element != incident.cause)
    return brings_about(finding.verdict, incident.verdict) && branches_.is_above(finding.element, incident.cause);
  if (incident.verdict == finding.verdict || incident.verdict == Verdict::wrong_side) return false;
  return names_cause(finding.verdict) || (detect::is_loss(finding.verdict) && !detect::is_loss(incident.verdict)) ||
         is_louder(finding.verdict, incident.verdict);
}

bool Ledger::takes_in(const Incident& home, const Incident& other) const {
  if (stands_alone(other.verdict)) return false;
  if (is_consequence(other.verdict)) return loses(home) && branches_.touches(home.cause, other.cause);
  return brings_about(home.verdict, other.verdict) && branches_.is_above(home.cause, other.cause);
}

const Window* Ledger::other_side_of(const Element& said) const {
  const Element element = said.is("device") ? Element::named(said.rest()) : said;  // a card stands for its PDU
  const Window* found = nullptr;
  for (const Window& window : notices_.windows()) {
    if (branches_.share(window.element, element)) return nullptr;  // worked on as well
    if (branches_.is_other_side(element, window.element)) found = &window;
  }
  return found;
}

void Ledger::warn_of_wrong_side(const Finding& finding, Moment moment) {
  if (!detect::is_loss(finding.verdict) || find(Verdict::wrong_side, finding.element).first != nullptr) return;
  const Window* window = other_side_of(finding.element);
  if (window == nullptr || find(finding.verdict, finding.element).first == nullptr) return;
  Finding wrong{Verdict::wrong_side, finding.element, finding.strength, {}, finding.since};
  wrong.signs.push_back({.source = window->element,
                         .point = "the work of " + window->owner + " is here: " + std::string{name(window->intent)},
                         .value = {},
                         .time = moment.now});
  begin(wrong, moment);
}

// What is silent beside the work, and leaves it unknown whether a load still has power, may be what was switched off.
void Ledger::warn_of_silent_side(const Finding& finding, Moment moment) {
  if (!is_consequence(finding.verdict) || finding.strength != detect::Strength::unknown || notices_.windows().empty()) return;
  const Incident* home = find(finding.verdict, finding.element).first;
  if (home == nullptr) return;
  std::vector<Element> silent;
  if (home->verdict == Verdict::telemetry_lost) silent.push_back(home->cause);
  for (const auto& sign : finding.signs)
    if (sign.point == "silence") silent.push_back(sign.source);
  for (const Element& side : branches_.told_by(silent)) {
    const Window* window = other_side_of(side);
    if (window == nullptr || find(Verdict::wrong_side, side).first != nullptr) continue;
    Finding wrong{Verdict::wrong_side, side, finding.strength, {}, finding.since};
    wrong.signs.push_back({.source = window->element,
                           .point = "the work of " + window->owner + " is here, and what stands beside it is silent",
                           .value = {},
                           .time = moment.now});
    begin(wrong, moment);
  }
}

const Window* Ledger::quieted_by(const Incident& incident) const {
  if (incident.raised) return nullptr;
  const auto covered = [&](const Window& window) {
    return covers(window, incident.verdict, incident.cause, branches_) &&
           std::ranges::all_of(incident.open, [&](const OpenVerdict& v) { return covers(window, v.verdict, v.element, branches_); });
  };
  const auto at = std::ranges::find_if(notices_.windows(), covered);
  return at == notices_.windows().end() ? nullptr : &*at;
}

std::string_view Ledger::severity_of(const Incident& incident) const {
  if (incident.raised) return loudest;
  return quieted_by(incident) != nullptr ? quietest : severity(incident);
}

// A sign on the branch of what somebody vouched for: their word is no longer needed, or no longer true.
void Ledger::expire_attested(const Element& element, Moment moment) {
  std::vector<Attestation> gone;
  for (const auto& one : notices_.attestations())
    if (branches_.share(one.element, element)) gone.push_back(one);
  for (const auto& one : gone) say(end_of(one, "a sign of " + element.text(), moment), moment);
}

void Ledger::say(Note spoken, Moment moment) {
  auto event = note(std::move(spoken), moment);
  notices_.fold(event, moment, Notices::Boot::this_one);
  events_.push_back(std::move(event));
}

std::optional<ground::Instant> Ledger::next_due() const {
  auto next = notices_.next_due();
  for (const Incident& incident : open_)
    if (incident.calm_at) next = std::min(next.value_or(*incident.calm_at), *incident.calm_at);
  return next;
}

std::vector<record::Event> Ledger::settle(Moment moment) {
  const auto windows = notices_.windows();
  for (const Window& window : windows)
    if (window.due <= moment.now) say(end_of(window, "its time is over", moment), moment);
  for (std::size_t i = 0; i < open_.size();) {
    if (!open_[i].calm_at || *open_[i].calm_at > moment.now) {
      ++i;
      continue;
    }
    close_calm(open_[i], moment);
    erase(open_[i]);
  }
  return take_events();
}

std::vector<record::Event> Ledger::tell(Note spoken, Moment moment) {
  say(std::move(spoken), moment);
  return take_events();
}

}  // namespace holdup::incident
