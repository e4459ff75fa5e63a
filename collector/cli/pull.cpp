#include "collector/cli/pull.hpp"

#include <algorithm>

#include "collector/detect/verdict.hpp"

namespace holdup::cli {
namespace {

using namespace std::chrono_literals;
using ground::Duration;
using ground::Utc;
using incident::Between;
using incident::Commissioned;
using incident::PullResult;
using record::Event;
using record::Evidence;
using record::Phase;

constexpr Duration long_before = 30s;
constexpr Duration person = 1s;    // that their hand and their word lie apart
constexpr Duration written = 1ms;  // to which times are told
constexpr double floor_amperes = 0.2, floor_watts = 20;
constexpr std::string_view device_prefix = "device/", outlet_word = "/outlet/";

double floor_of(const Evidence& sign) {
  if (sign.point.starts_with("rack_current_")) return floor_amperes;
  return sign.point.starts_with("rack_power_") ? floor_watts : 0;
}

bool is_as_lost(const Evidence& sign, double value) {
  return (sign.value && value == *sign.value) || (floor_of(sign) > 0 && value < floor_of(sign));
}

/// pdu-a/outlet/3 → device/pdu-a, index="3"
bool measures(const Evidence& sign, const std::string& outlet) {
  const auto at = outlet.find(outlet_word);
  if (at == std::string::npos || sign.source != std::string{device_prefix} + outlet.substr(0, at)) return false;
  return sign.point.find("part=\"outlet\"") != std::string::npos &&
         sign.point.find("index=\"" + outlet.substr(at + outlet_word.size()) + "\"") != std::string::npos;
}

bool is_own(const Evidence& sign, const Cord& cord) {
  return (!cord.status.empty() && sign.source == cord.status) || std::ranges::find(cord.contacts, sign.source) != cord.contacts.end() ||
         measures(sign, cord.outlet);
}

void add_once(std::vector<Evidence>& all, const Evidence& one) {
  const auto same = [&](const Evidence& e) { return e.source == one.source && e.point == one.point; };
  if (std::ranges::none_of(all, same)) all.push_back(one);
}

std::optional<LossTime> time_by(const Track& track, Utc verdict) {
  const auto& sign = track.sign;
  if (selector_of(sign).empty()) return LossTime{sign.time - sign.uncertainty, sign.time};
  for (auto at = track.samples.rbegin(); at != track.samples.rend(); ++at) {
    if (at->time > verdict || is_as_lost(sign, at->value)) continue;
    const Utc first_bad = at == track.samples.rbegin() ? sign.time : std::prev(at)->time;
    return LossTime{at->time - sign.uncertainty, first_bad};
  }
  return std::nullopt;
}

/// The reading of an outlet's meter that shows its fall: it carried something when the supply was there still, and carries nothing now.
std::optional<Evidence> fall_of(const Track& meter, Utc still_there) {
  const Sampled* before = nullptr;
  for (const auto& sample : meter.samples) {
    const bool carries = sample.value >= floor_of(meter.sign);
    if (sample.time <= still_there || (carries && before != nullptr)) {
      before = carries ? &sample : nullptr;
    } else if (before != nullptr) {
      auto sign = meter.sign;
      sign.value = sample.value, sign.quality = "good", sign.time = sample.time, sign.uncertainty = sample.time - before->time;
      return sign;
    }
  }
  return std::nullopt;
}

bool carried(const std::vector<Track>& meters, const std::string& outlet, Utc until) {
  return std::ranges::any_of(meters, [&](const Track& meter) {
    return meter.outlet == outlet && std::ranges::any_of(meter.samples, [&](const Sampled& sample) {
             return sample.time <= until && sample.value >= floor_of(meter.sign);
           });
  });
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

Between up_to_here(Utc verdict, const LossTime& loss) {
  return {.least = std::max<Duration>(verdict - loss.to, {}), .most = std::max<Duration>(verdict - loss.from, {}) + written};
}

}  // namespace

std::string selector_of(const Evidence& sign) {
  const auto brace = sign.point.find('{');
  if (!sign.source.starts_with(device_prefix) || !sign.point.starts_with("rack_") || !sign.point.ends_with('}')) return {};
  const auto rest = sign.point.substr(brace + 1);
  return sign.point.substr(0, brace + 1) + "device=\"" + sign.source.substr(device_prefix.size()) + '"' + (rest == "}" ? "" : ",") + rest;
}

std::string words_of(const std::vector<Evidence>& signs, const Cord& cord) {
  std::vector<std::string> words;
  for (const auto& sign : signs) {
    std::string word = sign.source;
    if (sign.source == cord.status) word = "status";
    if (sign.point.find("part=\"outlet\"") != std::string::npos) word = "outlet";
    if (sign.source.starts_with("contact/")) word = "contact";
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return joined(words);
}

std::optional<LossTime> time_of_loss(const std::vector<Track>& signs, Utc verdict) {
  std::optional<LossTime> all, first;
  for (const auto& track : signs) {
    const auto one = time_by(track, verdict);
    if (!one) continue;
    if (!first || one->to < first->to) first = one;
    all = all ? LossTime{std::max(all->from, one->from), std::min(all->to, one->to)} : one;
  }
  return all && all->from > all->to ? first : all;  // clocks that disagree: the first to speak is believed
}

void Pull::hear(const Event& event) {
  if (event.time < from_ || !heard_.insert(event.id).second) return;
  if (event.verdict == "contact") return hear_of_contact(event);
  if (event.incident.empty()) return;
  if (event.phase != Phase::end) hear_of_loss(event);
  if (incident_.empty() || event.incident != incident_) return;
  if (event.verdict == "folded") {  // it goes on under another name
    const auto at = event.evidence.empty() ? std::string::npos : event.evidence.front().point.rfind(' ');
    if (at != std::string::npos) incident_ = event.evidence.front().point.substr(at + 1);
    return;
  }
  const Named named{event.verdict, event.element};
  event.phase == Phase::end ? void(open_.erase(named)) : void(open_.insert(named));
  if (open_.empty()) back_ = back_.value_or(event.time);
}

void Pull::hear_of_contact(const Event& event) {
  const auto has = [&](const Cord& cord) { return std::ranges::find(cord.contacts, event.element) != cord.contacts.end(); };
  if (event.evidence.empty() || back_ || std::ranges::none_of(rack_, has)) return;
  const auto& moved = event.evidence.front();
  if (moved.quality == "good" && !moved.point.ends_with("as found"))
    if (std::ranges::find(contacts_, moved.source, &Evidence::source) == contacts_.end()) contacts_.push_back(moved);
}

void Pull::hear_of_loss(const Event& event) {
  const auto verdict = detect::verdict_of(event.verdict);
  if (!verdict || !detect::is_loss(*verdict) || back_) return;
  if (cord_of(event.element) == nullptr) {
    if (beyond_.empty()) beyond_ = event.verdict + " " + event.element;
    return;
  }
  losses_.push_back(event);
  if (!is_lost(event.element)) lost_.push_back(event.element);
  if (verdict_) return;
  verdict_ = event;
  incident_ = event.incident;
}

Pull::Stage Pull::stage() const {
  if (!beyond_.empty()) return Stage::beyond;
  if (lost_.empty()) return Stage::waiting;
  return back_ ? Stage::back : Stage::out;
}

const Cord* Pull::cord_of(const std::string& supply) const {
  const auto at = std::ranges::find(rack_, supply, &Cord::supply);
  return at == rack_.end() ? nullptr : &*at;
}

bool Pull::is_lost(const std::string& supply) const { return std::ranges::find(lost_, supply) != lost_.end(); }

std::vector<Evidence> Pull::signs() const {
  std::vector<Evidence> out;
  for (const auto& event : losses_)
    for (const auto& sign : event.evidence)
      if (is_own(sign, *cord_of(event.element))) add_once(out, sign);
  for (const auto& moved : contacts_)
    if (std::ranges::any_of(lost_, [&](const auto& supply) { return is_own(moved, *cord_of(supply)); })) add_once(out, moved);
  return out;
}

// Whose cord that was: the expected one's, unless another supply is lost and nothing of the expected cord moved.
std::string Pull::about(const std::vector<std::string>& fallen) const {
  const bool expected =
      !expected_.empty() && (lost_.empty() || is_lost(expected_) || std::ranges::find(fallen, cord_of(expected_)->outlet) != fallen.end());
  return expected ? expected_ : lost_.empty() ? "" : lost_.front();
}

// When it was certainly there still: by its signs, by the person's word, or else not long before the verdict.
Utc Pull::last_there(const std::optional<LossTime>& loss) const {
  if (loss) return loss->from;
  const Utc latest = verdict_ ? std::max(from_, verdict_->time - long_before) : from_;
  return word_ && (!verdict_ || *word_ <= verdict_->time) ? *word_ - person : latest;
}

Commissioned Pull::judged(const std::vector<Track>& signs, const std::vector<Track>& meters) const {
  const auto loss = verdict_ ? time_of_loss(signs, verdict_->time + written) : std::nullopt;
  const Utc still_there = last_there(loss);
  std::vector<std::string> fallen;
  std::vector<Evidence> falls;
  for (const auto& meter : meters) {
    const auto fall = fall_of(meter, still_there);
    if (!fall) continue;
    falls.push_back(*fall);
    if (std::ranges::find(fallen, meter.outlet) == fallen.end()) fallen.push_back(meter.outlet);
  }
  Commissioned test;
  const auto* cord = cord_of(about(fallen));
  if (cord == nullptr) return test;
  test.element = *ground::Element::parse(cord->supply);
  test.cord = cord->outlet;
  test.seen = joined(fallen);
  test.signs = this->signs();
  for (const auto& fall : falls) add_once(test.signs, fall);
  judge_cord(test, *cord, meters, fallen);
  if (verdict_ && is_lost(cord->supply)) {
    const auto said = std::ranges::find(losses_, cord->supply, &Event::element);
    test.verdict = said->verdict, test.incident = incident_;
    for (const auto& event : losses_)
      if (event.element == cord->supply) test.strength = event.strength;
    if (loss) test.detection = up_to_here(said->time, *loss);
    if (word_ && *word_ <= said->time) test.after_word = up_to_here(said->time, {*word_ - person, *word_ + person});
    if (back_) test.restored = *back_ - said->time;
  }
  return test;
}

void Pull::judge_cord(Commissioned& test, const Cord& cord, const std::vector<Track>& meters,
                      const std::vector<std::string>& fallen) const {
  const bool cord_fell = std::ranges::find(fallen, cord.outlet) != fallen.end();
  if (lost_.empty()) {
    test.result = PullResult::not_noticed;
    if (!fallen.empty()) test.remark = "an outlet fell and no loss was said";
    return;
  }
  if (!is_lost(cord.supply)) {
    test.result = PullResult::miscorded;
    test.remark = cord.outlet + " feeds " + joined(lost_);
    return;
  }
  if (lost_.size() > 1) {
    test.result = PullResult::several_lost;
    test.remark = "lost at once: " + joined(lost_);
  } else if (cord_fell) {
    test.result = PullResult::as_configured;
    if (fallen.size() > 1) test.remark = "other outlets fell as well";
  } else if (!fallen.empty()) {
    test.result = PullResult::miscorded;
  } else if (std::ranges::find(meters, cord.outlet, &Track::outlet) != meters.end()) {
    test.result = PullResult::cord_not_seen;
    test.remark = cord.outlet + (carried(meters, cord.outlet, verdict_->time) ? " was not seen to fall" : " carried nothing before");
  } else {
    test.result = PullResult::as_configured;
    test.remark = "nothing measures what its cord carries";
  }
}

}  // namespace holdup::cli
