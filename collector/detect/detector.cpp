#include "collector/detect/detector.hpp"

#include <algorithm>
#include <utility>

#include "collector/detect/judge_signs.hpp"
#include "ground/expect.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr Duration settle = 2s;          // good for so long before a latch opens: power that returns often goes again
constexpr Duration unseen = 5s;          // so long nobody need be able to tell in between: answers get lost
constexpr Duration longest_lag = 5min;   // of a reading that may yet contradict a contact
constexpr Duration look_again = 250ms;   // while a silence is being weighed
constexpr Duration sweep_after = 1s;     // whatever was judged: then what it bears upon in ways that nobody thought of
constexpr Duration slow_to_see = 2s;     // a loss may be judged so long after a counter told of it
constexpr std::size_t most_ended = 256;  // losses remembered
constexpr std::size_t few = 16;          // of those who fail to answer: each answer beside them is held against them at once

// What was only reported is withdrawn at once; what follows from other verdicts ends with them.
bool at_once(Verdict verdict, Strength strength) { return strength == Strength::reported || sort(verdict) == Sort::consequence; }

}  // namespace

Detector::Detector(const site::Site& site)
    : site_{site},
      facts_{site},
      judge_{site,
             facts_,
             [this](Verdict v, const ground::Element& e) { return held(v, e); },
             [this] { return holds_any(); },
             [this](Verdict v) { return reports_.speak_of(v); },
             [this](Index pdu) { return mains_.lost_lines(pdu); }},
      bank_judge_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      cord_judge_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      cabinets_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      load_watch_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      stuck_{site, facts_},
      reports_{site, facts_},
      latches_{site, facts_, judge_},
      mains_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      standings_{site, facts_, judge_, [this](Verdict v, const ground::Element& e) { return held(v, e); }},
      round_{site, facts_.neighbours()},
      next_{site, facts_.neighbours()},
      about_{site, facts_.neighbours()},
      concerned_(site.devices.size()),
      met_(site.loads.size()) {}

void Detector::identified(Index device, std::span<const reading::Point> points, Instant now) {
  facts_.identified(device, points, now), latches_.identified(device, points), stuck_.identified(device);
  mains_.identified(device, points);
  stir(device, true);
}

void Detector::heard(Index device, std::span<const reading::Reading> readings, Instant now) {
  bool changed = facts_.heard(device, readings, now);
  changed = mains_.heard(device, readings) || changed;
  changed = stuck_.heard(device) || changed;
  latches_.heard(device, readings);
  stir(device, changed);
}

void Detector::heard_ahead(Index device, std::span<const reading::Reading> readings) {
  if (facts_.heard_ahead(device, readings)) next_.add_device(device);
}

void Detector::heard_late(Index device, Instant asked, std::span<const reading::Reading> readings) {
  stir(device, facts_.heard_late(device, asked, readings));
}

void Detector::unanswered(Index device, Instant asked) {
  facts_.unanswered(device, asked);
  if (facts_.hearing(device).silent()) mains_.unanswered(device);
  stir(device, true);
}

void Detector::trapped(Index device, const reading::TrapMessage& message, Instant at) {
  reports_.take(device, message, at);
  stir(device, true);
}

// Where nothing moved, a word still counts for what is held that it bears upon, and for those beside it who do not answer.
void Detector::stir(Index device, bool changed) {
  if (changed || concerned_[device] > 0 || !reports_.empty()) next_.add_device(device);
  const auto& failing = facts_.failing();
  if (failing.empty() || failing.size() > few || facts_.failing_on(facts_.neighbours().path(device)) == 0) return;
  for (const Index d : failing)
    if (facts_.neighbours().path(d) == facts_.neighbours().path(device)) next_.add_device(d);
}

std::optional<Held> Detector::held(Verdict verdict, const ground::Element& element) const {
  if (held_[static_cast<std::size_t>(verdict)] == 0) return std::nullopt;
  const auto at = open_.find({verdict, element});
  return at == open_.end() ? std::nullopt : std::optional{Held{at->second.strength, at->second.since, at->second.adopted}};
}

void Detector::adopt(Verdict verdict, const ground::Element& element, Strength strength, Instant since) {
  const auto [at, fresh] =
      open_.insert_or_assign({verdict, element}, Open{.strength = strength, .since = since, .fine_since = {}, .adopted = true});
  if (fresh) concern(at->first, 1);
  if (strength == Strength::unknown) unknown_.set(at->first, since + site_.unknown_page_after);
}

void Detector::release(Verdict verdict, const ground::Element& element) {
  if (open_.contains({verdict, element})) close({verdict, element});
}

void Detector::close(const Key& key) {
  settling_.clear(key), unknown_.clear(key);
  concern(key, -1);
  open_.erase(key);
}

// From now on the words of these devices count also where nothing in them moves.
void Detector::concern(const Key& key, int by) {
  held_[static_cast<std::size_t>(key.verdict)] += by;
  about_.clear();
  about_.add(key.element);
  for (const Index d : about_.devices.all()) concerned_[d] += by;
  next_.take_in(about_);
}

std::vector<Change> Detector::assess(Instant now) {
  HOLDUP_EXPECT(!halfway_);
  for (auto& past : latches_.take()) pending_.push_back({std::move(past), now + slow_to_see}), past_due_ = now;
  const bool due = next_due_ && *next_due_ <= now;
  if ((due || wired_ || !next_.empty()) && facts_.settle(now)) wired_ = true;
  if (due || wired_ || past_due_ == now || !next_.empty()) {
    gather(now);
    judge_causes(now);
    halfway_ = true;
  }
  const bool only_begins = std::ranges::all_of(changes_, [](const Change& change) { return change.kind == Change::Kind::begun; });
  if (!changes_.empty() && only_begins) return std::exchange(changes_, {});
  return assess_rest(now);
}

std::vector<Change> Detector::assess_rest(Instant now) {
  if (std::exchange(halfway_, false)) judge_rest(now);
  next_due_ = soonest_due();
  if (!next_.empty()) soonest(next_due_, now);  // what was said bears upon more
  return std::exchange(changes_, {});
}

// What was heard of, and whose moment has come.
void Detector::gather(Instant now) {
  round_.clear();
  if (std::exchange(wired_, false)) next_.add_contacts();
  if (look_due_ && *look_due_ <= now) {
    look_due_.reset();
    next_.add_contacts();
    for (const Index d : facts_.failing()) next_.add_device(d);
  }
  for (const Key& key : settling_.take(now)) next_.add(key.element);
  for (const Index load : load_watch_.take_due(now)) next_.add_load(load);
  for (const Index load : cabinets_.take_due(now)) next_.add_load(load);
  for (const Index feed : mains_.take_due(now)) next_.feeds.add(feed);
  if (sweep_due_ && *sweep_due_ <= now && next_.empty()) {  // news does not wait for it
    sweep_due_.reset();
    next_.add_all();
  } else if (!next_.empty() && !sweep_due_) {
    sweep_due_ = now + sweep_after;
  }
  if (!open_.empty()) soonest(sweep_due_, now + sweep_after);
  round_.take_in(next_);
  next_.clear();
}

std::optional<Instant> Detector::soonest_due() const {
  std::optional<Instant> out;
  for (const auto due : {facts_.contacts().next_due(), settling_.next(), unknown_.next(), load_watch_.next_due(), cabinets_.next_due(),
                         mains_.next_due(), look_due_, past_due_, sweep_due_})
    if (due) soonest(out, *due);
  return out;
}

// In the order in which one rests on the other: what is said on the way is judged further on in the same round.
void Detector::judge_causes(Instant now) {
  round_.sort();
  weigh_contacts(now);
  weigh_mains(now);
  go_on();
  weigh_supplies(now);
  go_on();
  weigh_chain(now);
}

void Detector::judge_rest(Instant now) {
  go_on();
  weigh_loads(now);
  for (const auto& [verdict, element] : reports_.unjudged()) weigh(verdict, element, {}, now);
  weigh_telemetry(now);
  weigh_meters(now);
  weigh_sensors(now);
  watch_loads(now);
  weigh_past(now);
  page_unknown(now);
  standings_.judge(round_.supplies.all(), round_.loads.all());
}

void Detector::go_on() { round_.take_in(next_), round_.sort(); }

void Detector::weigh_chain(Instant now) {
  for (const Index d : round_.devices.all())
    if (!reports_.empty() || !facts_.inlet(d, Meaning::ups_on_battery).empty() || !facts_.inlet(d, Meaning::seconds_on_battery).empty())
      weigh(Verdict::ups_on_battery, site_.element_of_source(d), judge_.ups(d), now);
  // The feed by the pattern of who is silent, then its PDUs, which may prove it.
  for (const Index f : round_.feeds.all()) weigh(Verdict::feed_lost, site_.element_of_feed(f), judge_.feed(f), now);
  for (const Index d : round_.devices.all())
    if (site_.devices[d].feed) weigh(Verdict::pdu_dark, site_.element_of_pdu(d), judge_.pdu(d), now);
}

void Detector::weigh_mains(Instant now) {
  for (auto& opinion : mains_.weigh(round_, now)) weigh(opinion.verdict, opinion.element, std::move(opinion.judgement), now);
  for (auto& past : mains_.take_past()) changes_.push_back({Change::Kind::past, std::move(past)});
}

// Before the supplies: a broken wire is no loss.
void Detector::weigh_contacts(Instant now) {
  for (const Index c : round_.contacts.all()) {
    weigh(Verdict::contact_failed, ground::Element::contact(site_.contacts[c].name), judge_.contact(c), now);
    if (facts_.contacts().mates(c).front() == c && facts_.contacts().mates(c).size() > 1)
      weigh(Verdict::contact_failed, site_.element_of_common(c), judge_.common(c), now);
    const auto& fact = facts_.contacts().fact(c);
    if (fact.open == true && now - fact.since < longest_lag) soonest(look_due_, now + look_again);
  }
}

void Detector::weigh_past(Instant now) {
  past_due_.reset();
  for (auto& pending : std::exchange(pending_, {})) {
    if (explained(pending.past)) continue;
    if (now < pending.due) {
      soonest(past_due_, pending.due);
      pending_.push_back(std::move(pending));
      continue;
    }
    changes_.push_back({Change::Kind::past, std::move(pending.past.finding)});
  }
}

// By a loss on its own branch, seen while or before it was counted and not over before; or by one of everything that hangs on it.
bool Detector::explained(const Latches::Past& past) const {
  if (past.finding.verdict == Verdict::transferred) return false;
  const auto seen = [&](const auto& is_one) {
    const auto fits = [&](const Key& key, Instant since) {
      const bool loss = is_loss(key.verdict) || key.verdict == Verdict::ups_on_battery;
      return loss && since <= past.until + slow_to_see && is_one(key.element);
    };
    return std::ranges::any_of(open_, [&](const auto& one) { return fits(one.first, one.second.since); }) ||
           std::ranges::any_of(ended_, [&](const Ended& one) { return fits(one.key, one.since) && one.until >= past.finding.since; });
  };
  auto branch = site_.ancestors(past.about);
  branch.push_back(past.about);
  if (seen([&](const ground::Element& element) { return std::ranges::find(branch, element) != branch.end(); })) return true;
  std::size_t below = 0;
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto pdu = site_.supplies[s].pdu;
    if (!pdu || site_.element_of_pdu(*pdu) != past.about) continue;
    if (!seen([&](const ground::Element& element) { return element == site_.element_of_supply(s); })) return false;
    ++below;
  }
  return below > 0;
}

void Detector::doubt(Index device, std::vector<std::string> what, Instant now) {
  if (what.empty() && !held(Verdict::meter_implausible, site_.element_of_pdu(device))) return void(meters_.erase(device));
  std::vector<Sign> signs;
  for (auto& text : what) signs.push_back(sign_of_pattern(site_.element_of_device(device), std::move(text), now));
  if (signs.empty()) signs.push_back(sign_of_pattern(site_.element_of_device(device), "what it measures agrees again", now));
  meters_[device] = what.empty() ? Judgement::fine(std::move(signs)) : Judgement::lost(Strength::proven, std::move(signs));
  next_.add_device(device);
}

void Detector::weigh_meters(Instant now) {
  if (meters_.empty()) return;
  for (const Index d : round_.devices.all()) {
    const auto at = meters_.find(d);
    if (at != meters_.end()) weigh(Verdict::meter_implausible, site_.element_of_pdu(d), at->second, now);
  }
}

void Detector::weigh_telemetry(Instant now) {
  if (facts_.failing().empty() && held_[static_cast<std::size_t>(Verdict::telemetry_lost)] == 0) return;
  std::set<Index> paths;
  for (const Index d : round_.devices.all())
    if (facts_.hearing(d).failures > 0 || concerned_[d] > 0) paths.insert(facts_.neighbours().path(d));
  for (const Index path : paths) {
    const auto& element = site_.path_of_device(facts_.neighbours().on_path(path).front());
    weigh(Verdict::telemetry_lost, element, judge_.telemetry_of_path(path, now), now);
  }
  for (const Index d : round_.devices.all()) {
    if ((facts_.hearing(d).failures == 0 && concerned_[d] == 0) || mains_.died_with_line(d)) continue;
    weigh(Verdict::telemetry_lost, site_.element_of_device(d), judge_.telemetry(d, now), now);
    const bool said = held(Verdict::telemetry_lost, site_.element_of_device(d)) || held(Verdict::telemetry_lost, site_.path_of_device(d));
    const bool undecided = facts_.hearing(d).failures > 0 && !said;
    if (undecided) soonest(look_due_, now + look_again);
  }
}

void Detector::weigh(Verdict verdict, const ground::Element& element, Judgement judged, Instant now) {
  const bool reported = reports_.speak_of(verdict);
  const bool in_question = held_[static_cast<std::size_t>(verdict)] > 0 || reported || !doubted_.empty();
  if (judged.kind != Judgement::Kind::lost && !in_question) return;
  const Key key{verdict, element};
  if (is_passing_doubt(key, judged, now)) return;
  auto judgement = reported ? reports_.temper(verdict, element, std::move(judged), held(verdict, element)) : std::move(judged);
  if (judgement.kind == Judgement::Kind::lost) return begin_or_strengthen(key, std::move(judgement), now);
  if (judgement.kind == Judgement::Kind::fine && open_.contains(key)) end_when_settled(key, judgement, now);
}

// An answer that is lost leaves nobody knowing, until the next.
bool Detector::is_passing_doubt(const Key& key, const Judgement& judgement, Instant now) {
  const bool doubt = judgement.kind == Judgement::Kind::lost && judgement.strength == Strength::unknown && !open_.contains(key);
  if (!doubt) return doubted_.erase(key), false;
  const auto since = doubted_.try_emplace(key, now).first->second;
  if (now - since < settle) settling_.set(key, since + settle);
  return now - since < settle;
}

void Detector::begin_or_strengthen(const Key& key, Judgement judgement, Instant now) {
  const auto [at, begun] = open_.try_emplace(key, Open{.strength = judgement.strength, .since = now, .fine_since = {}});
  at->second.fine_since.reset();
  at->second.adopted = false;
  settling_.clear(key);
  if (begun) {
    for (const Sign& sign : judgement.signs) at->second.since = std::min(at->second.since, sign.time);
    concern(key, 1);
  }
  if (!begun && judgement.strength <= at->second.strength) return;
  at->second.strength = judgement.strength;
  if (judgement.strength == Strength::unknown)
    unknown_.set(key, at->second.since + site_.unknown_page_after);
  else
    unknown_.clear(key);
  changes_.push_back({begun ? Change::Kind::begun : Change::Kind::strengthened,
                      {key.verdict, key.element, judgement.strength, std::move(judgement.signs), at->second.since}});
}

void Detector::end_when_settled(const Key& key, const Judgement& judgement, Instant now) {
  Open& open = open_.at(key);
  if (!open.fine_since || now - open.fine_last > unseen) open.fine_since = now;
  open.fine_last = now;
  const Duration patience = at_once(key.verdict, open.strength) ? Duration{} : settle;
  if (now - *open.fine_since < patience) return settling_.set(key, *open.fine_since + patience);
  changes_.push_back({Change::Kind::ended, {key.verdict, key.element, open.strength, judgement.signs, open.since}});
  ended_.push_back({key, open.since, now});
  if (ended_.size() > most_ended) ended_.pop_front();
  close(key);
}

std::vector<Index> Detector::wanted(const std::vector<Change>& changes) const {
  if (open_.empty()) return {};
  Round touched{site_, facts_.neighbours()};
  for (const Change& change : changes) touched.add(change.finding.element);
  for (const Index d : touched.devices.all())
    if (site_.devices[d].feed) touched.feeds.add(*site_.devices[d].feed);
  for (const Index f : touched.feeds.all())
    for (const Index pdu : facts_.neighbours().pdus_on(f)) touched.devices.add(pdu);
  auto devices = touched.devices.all();
  std::erase_if(devices, [this](Index d) { return facts_.hearing(d).silent(); });
  std::ranges::sort(devices);
  return devices;
}

}  // namespace holdup::detect
