#include "collector/detect/detector.hpp"

#include <algorithm>
#include <utility>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr Duration settle = 2s;          // good for so long before a latch opens: power that returns often goes again
constexpr Duration longest_lag = 5min;   // of a reading that may yet contradict a contact
constexpr Duration look_again = 250ms;   // while a silence is being weighed
constexpr Duration slow_to_see = 2s;     // a loss may be judged so long after a counter told of it
constexpr std::size_t most_ended = 256;  // losses remembered

// What was only reported is withdrawn at once; what follows from other verdicts ends with them.
bool at_once(Verdict verdict, Strength strength) { return strength == Strength::reported || sort(verdict) == Sort::consequence; }

}  // namespace

Detector::Detector(const site::Site& site)
    : site_{site},
      facts_{site},
      judge_{site, facts_, [this](Verdict v, const ground::Element& e) { return held(v, e); }, [this] { return holds_any(); }},
      bank_judge_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      cord_judge_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      cabinets_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      load_watch_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      stuck_{site, facts_},
      reports_{site, facts_},
      latches_{site, facts_, judge_},
      mains_{site, [this](Verdict v, const ground::Element& e) { return held(v, e); }} {
  for (Index d = 0; d < site.devices.size(); ++d) paths_.insert(site.path_of_device(d));
  for (Index s = 0; s < site.supplies.size(); ++s) supplies_.push_back(site.element_of_supply(s));
  for (Index d = 0; d < site.devices.size(); ++d) sources_.push_back(site.element_of_source(d));
  for (Index b = 0; b < site.banks.size(); ++b) banks_.push_back(site.element_of_bank(b));
  for (Index l = 0; l < site.loads.size(); ++l) loads_.push_back(site.element_of_load(l));
}

std::optional<Held> Detector::held(Verdict verdict, const ground::Element& element) const {
  const auto at = open_.find({verdict, element});
  return at == open_.end() ? std::nullopt : std::optional{Held{at->second.strength, at->second.since}};
}

void Detector::adopt(Verdict verdict, const ground::Element& element, Strength strength, Instant since) {
  open_[{verdict, element}] = {.strength = strength, .since = since, .fine_since = {}};
  stirred_ = true;
}

std::vector<Change> Detector::assess(Instant now) {
  for (auto& past : latches_.take()) pending_.push_back({std::move(past), now + slow_to_see});
  const bool due = next_due_ && *next_due_ <= now;
  if (stirred_ || due) stirred_ = facts_.settle(now) || stirred_;
  if (!stirred_ && !due && open_.empty() && pending_.empty()) return {};
  stirred_ = false;
  next_due_ = facts_.contacts().next_due();
  weigh_contacts(now);
  weigh_mains(now);
  weigh_supplies(now);
  for (Index d = 0; d < site_.devices.size(); ++d)
    if (!reports_.empty() || !facts_.inlet(d, Meaning::ups_on_battery).empty() || !facts_.inlet(d, Meaning::seconds_on_battery).empty())
      weigh(Verdict::ups_on_battery, sources_[d], judge_.ups(d), now);
  for (Index d = 0; d < site_.devices.size(); ++d)
    if (site_.devices[d].feed) weigh(Verdict::pdu_dark, site_.element_of_pdu(d), judge_.pdu(d), now);
  for (Index f = 0; f < site_.feeds.size(); ++f) weigh(Verdict::feed_lost, site_.element_of_feed(f), judge_.feed(f), now);
  weigh_loads(now);
  for (const auto& [verdict, element] : reports_.unjudged()) weigh(verdict, element, {}, now);
  weigh_telemetry(now);
  weigh_meters(now);
  weigh_sensors(now);
  watch_loads(now);
  weigh_past(now);
  page_unknown(now);
  return std::exchange(changes_, {});
}

void Detector::weigh_mains(Instant now) {
  for (auto& opinion : mains_.weigh(now)) weigh(opinion.verdict, opinion.element, std::move(opinion.judgement), now);
  if (const auto due = mains_.next_due()) wake_at(*due);
  for (auto& past : mains_.take_past()) changes_.push_back({Change::Kind::past, std::move(past)});
}

// Before the supplies: a broken wire is no loss.
void Detector::weigh_contacts(Instant now) {
  for (Index c = 0; c < site_.contacts.size(); ++c) {
    weigh(Verdict::contact_failed, ground::Element::contact(site_.contacts[c].name), judge_.contact(c, now), now);
    if (facts_.contacts().mates(c).front() == c && facts_.contacts().mates(c).size() > 1)
      weigh(Verdict::contact_failed, site_.element_of_common(c), judge_.common(c), now);
    const auto& fact = facts_.contacts().fact(c);
    if (fact.open == true && now - fact.since < longest_lag) wake_at(now + look_again);
  }
}

void Detector::weigh_past(Instant now) {
  for (auto& pending : std::exchange(pending_, {})) {
    if (explained(pending.past)) continue;
    if (now < pending.due) {
      wake_at(pending.due);
      pending_.push_back(std::move(pending));
      continue;
    }
    changes_.push_back({Change::Kind::past, std::move(pending.past.finding)});
  }
}

// By a loss on its own branch, seen while or before it was counted and not over before.
bool Detector::explained(const Latches::Past& past) const {
  if (past.finding.verdict == Verdict::transferred) return false;
  auto branch = site_.ancestors(past.about);
  branch.push_back(past.about);
  const auto on_branch = [&](const Key& key) {
    const bool loss = is_loss(key.verdict) || key.verdict == Verdict::ups_on_battery;
    return loss && std::find(branch.begin(), branch.end(), key.element) != branch.end();
  };
  const auto tolerance = [&](Instant since) { return since <= past.until + slow_to_see; };
  const bool open =
      std::any_of(open_.begin(), open_.end(), [&](const auto& one) { return on_branch(one.first) && tolerance(one.second.since); });
  return open || std::any_of(ended_.begin(), ended_.end(), [&](const Ended& one) {
           return on_branch(one.key) && tolerance(one.since) && one.until >= past.finding.since;
         });
}

void Detector::doubt(Index device, std::vector<std::string> what, Instant now) {
  if (what.empty() && !held(Verdict::meter_implausible, site_.element_of_pdu(device))) return void(meters_.erase(device));
  std::vector<Sign> signs;
  for (auto& text : what) signs.push_back(sign_of_pattern(site_.element_of_device(device), std::move(text), now));
  if (signs.empty()) signs.push_back(sign_of_pattern(site_.element_of_device(device), "what it measures agrees again", now));
  meters_[device] = what.empty() ? Judgement::fine(std::move(signs)) : Judgement::lost(Strength::proven, std::move(signs));
  stirred_ = true;
}

void Detector::weigh_meters(Instant now) {
  for (Index d = 0; d < site_.devices.size(); ++d) {
    const auto at = meters_.find(d);
    if (at != meters_.end()) weigh(Verdict::meter_implausible, site_.element_of_pdu(d), at->second, now);
  }
}

void Detector::weigh_telemetry(Instant now) {
  const auto fails = [&](Index d) { return facts_.hearing(d).failures > 0; };
  bool calm = !holds_any();
  for (Index d = 0; d < site_.devices.size() && calm; ++d) calm = !fails(d);
  if (calm) return;
  for (const auto& path : paths_) weigh(Verdict::telemetry_lost, path, judge_.telemetry_of_path(path, now), now);
  for (Index d = 0; d < site_.devices.size(); ++d) {
    weigh(Verdict::telemetry_lost, site_.element_of_device(d), judge_.telemetry(d, now), now);
    const bool said = held(Verdict::telemetry_lost, site_.element_of_device(d)) || held(Verdict::telemetry_lost, site_.path_of_device(d));
    const bool undecided = facts_.hearing(d).failures > 0 && !said;
    if (undecided) wake_at(now + look_again);
  }
}

void Detector::weigh(Verdict verdict, const ground::Element& element, Judgement judged, Instant now) {
  if (judged.kind != Judgement::Kind::lost && !holds_any()) return;
  const Key key{verdict, element};
  const auto judgement =
      reports_.empty() ? std::move(judged) : reports_.temper(verdict, element, std::move(judged), held(verdict, element));
  if (judgement.kind == Judgement::Kind::lost) return begin_or_strengthen(key, judgement, now);
  const auto at = open_.find(key);
  if (at == open_.end()) return;
  if (judgement.kind == Judgement::Kind::fine) return end_when_settled(key, judgement, now);
  at->second.fine_since.reset();
}

void Detector::begin_or_strengthen(const Key& key, const Judgement& judgement, Instant now) {
  const auto [at, begun] = open_.try_emplace(key, Open{.strength = judgement.strength, .since = now, .fine_since = {}});
  at->second.fine_since.reset();
  if (begun)
    for (const Sign& sign : judgement.signs) at->second.since = std::min(at->second.since, sign.time);
  if (!begun && judgement.strength <= at->second.strength) return;
  at->second.strength = judgement.strength;
  changes_.push_back({begun ? Change::Kind::begun : Change::Kind::strengthened,
                      {key.verdict, key.element, judgement.strength, judgement.signs, at->second.since}});
}

void Detector::end_when_settled(const Key& key, const Judgement& judgement, Instant now) {
  Open& open = open_.at(key);
  if (!open.fine_since) open.fine_since = now;
  const Duration patience = at_once(key.verdict, open.strength) ? Duration{} : settle;
  if (now - *open.fine_since < patience) return wake_at(*open.fine_since + patience);
  changes_.push_back({Change::Kind::ended, {key.verdict, key.element, open.strength, judgement.signs, open.since}});
  ended_.push_back({key, open.since, now});
  if (ended_.size() > most_ended) ended_.pop_front();
  open_.erase(key);
}

std::vector<Index> Detector::wanted() const {
  std::vector<Index> devices;
  if (open_.empty()) return devices;
  std::set<ground::Element> lost;
  for (const auto& [key, open] : open_) lost.insert(key.element);
  std::vector<bool> reports(site_.devices.size());
  for (const auto& load : site_.loads) {
    const bool touched = std::ranges::any_of(load.supplies, [&](Index s) {
      const auto chain = site_.ancestors(supplies_[s]);
      return lost.contains(supplies_[s]) || std::ranges::any_of(chain, [&](const auto& link) { return lost.contains(link); });
    });
    for (const Index s : load.supplies)
      if (const auto status = site_.supplies[s].status; status && touched) reports[*status] = true;
  }
  for (Index d = 0; d < site_.devices.size(); ++d)
    if ((reports[d] || site_.devices[d].feed) && !facts_.hearing(d).silent()) devices.push_back(d);
  return devices;
}

}  // namespace holdup::detect
