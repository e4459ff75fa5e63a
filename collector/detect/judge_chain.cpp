#include "collector/detect/judge.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr double dead_line = 0.5;     // of nominal: back-feed leaves up to half on a dead line
constexpr double good_line = 0.8;     // of nominal: a supply runs from it
constexpr Duration same_moment = 2s;  // of silences that have one cause, beside the devices' own poll period

std::string plural(unsigned n, unsigned of, const char* what) { return std::to_string(n) + " of " + std::to_string(of) + " " + what; }

}  // namespace

Judgement Judge::pdu(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  const auto held = this->held(Verdict::pdu_dark, &site::Site::element_of_pdu, device);
  if (hearing.answers()) {
    if (auto gone = voltage_gone(device)) return Judgement::lost(Strength::proven, {*gone});
    if (!held || *hearing.last_answer <= held->since) return {};
    if (facts_.inlet(device, Meaning::input_voltage).empty())
      return Judgement::fine({sign_of_pattern(site_.element_of_device(device), "answers", *hearing.last_answer)});
    auto good = voltage_good(device);
    return good && good->time - good->uncertainty > held->since ? Judgement::fine({*good}) : Judgement{};
  }
  if (!hearing.silent() || contradicted(device) || complement(device, {}).answering == 0) return {};
  std::vector<Sign> signs{silence(device)};
  bool carried_over = false, direct = false;
  const Instant at = hearing.last_answer.value_or(hearing.first_failure);
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    if (site_.supplies[s].pdu != device) continue;
    if (auto taken = transferred(s, {at, hearing.first_failure}))
      carried_over = true, signs.insert(signs.end(), taken->begin(), taken->end());
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    // An input that was lost while the PDU still answered was not lost with it.
    if (says(ok, 0) && (!hearing.last_answer || ok->changed > at - same_moment)) direct = true, signs.push_back(ok->sign(site_));
  }
  if (carried_over) return Judgement::lost(Strength::proven, std::move(signs));
  return direct ? Judgement::lost(Strength::probable, std::move(signs)) : Judgement{};
}

Judgement Judge::feed(Index feed) const {
  std::vector<Index> pdus;
  for (Index d = 0; d < site_.devices.size(); ++d)
    if (site_.devices[d].feed == feed) pdus.push_back(d);
  if (pdus.empty()) return {};
  const auto held = this->held(Verdict::feed_lost, &site::Site::element_of_feed, feed);
  std::vector<Sign> gone, back;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    if (!hearing.answers()) continue;
    if (auto sign = voltage_gone(d)) gone.push_back(*sign);
    if (auto sign = held ? voltage_good(d) : std::nullopt; sign && sign->time - sign->uncertainty > held->since) back.push_back(*sign);
    if (facts_.inlet(d, Meaning::input_voltage).empty() && held && *hearing.last_answer > held->since)
      back.push_back(sign_of_pattern(site_.element_of_device(d), "answers", *hearing.last_answer));
  }
  if (gone.size() == pdus.size() && pdus.size() > 1) return Judgement::lost(Strength::proven, std::move(gone));
  if (held && back.size() >= pdus.size()) return Judgement::fine(std::move(back));
  return feed_by_silence(feed, pdus);
}

// All N on the feed fall silent together, all M elsewhere answer over the same path. One PDU alone is that PDU, not its feed.
Judgement Judge::feed_by_silence(Index feed, const std::vector<Index>& pdus) const {
  Instant first = Instant::max(), last = Instant::min();
  bool all_proven = true;
  std::vector<Sign> signs;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    if (!hearing.silent() || contradicted(d) || !hearing.last_answer) return {};
    first = std::min(first, hearing.first_failure);
    last = std::max(last, *hearing.last_answer);
    const auto dark = held(Verdict::pdu_dark, &site::Site::element_of_pdu, d);
    all_proven = all_proven && dark && dark->strength == Strength::proven;
    signs.push_back(silence(d));
  }
  const auto others = complement(pdus.front(), feed);
  if (pdus.size() < 2 || last - first > same_moment || others.all == 0 || others.answering < others.all) return {};
  const auto n = static_cast<unsigned>(pdus.size());
  signs.push_back(sign_of_pattern(site_.element_of_feed(feed),
                                  plural(n, n, "on it silent, ") + plural(others.answering, others.all, "elsewhere answer"), first));
  return Judgement::lost(all_proven ? Strength::proven : Strength::probable, std::move(signs));
}

std::optional<Sign> Judge::voltage_gone(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty() || facts_.starting(device)) return std::nullopt;
  for (const Track* track : volts)
    if (!track->known() || !track->lived || std::fabs(track->value()) >= dead_line * site_.feeds[*feed].nominal_volts) return std::nullopt;
  return volts.front()->sign(site_);
}

std::optional<Sign> Judge::voltage_good(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty()) return std::nullopt;
  for (const Track* track : volts)
    if (!track->known() || !track->fresh || std::fabs(track->value()) < good_line * site_.feeds[*feed].nominal_volts) return std::nullopt;
  return volts.front()->sign(site_);
}

bool Judge::contradicted(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    if (site_.supplies[s].pdu != device) continue;
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    if (says(ok, 1) && ok->from() > hearing.first_failure) return true;
  }
  return false;
}

Judge::Complement Judge::complement(Index device, std::optional<Index> feed) const {
  const Hearing& silent = facts_.hearing(device);
  Complement found;
  for (Index d = 0; d < site_.devices.size(); ++d) {
    const site::Device& other = site_.devices[d];
    if (d == device || other.via != site_.devices[device].via || (feed && other.feed == feed)) continue;
    const Hearing& hearing = facts_.hearing(d);
    // A card that was silent before says nothing of this moment.
    if (hearing.failures > 0 && hearing.first_failure + same_moment < silent.first_failure) continue;
    ++found.all;
    // An answer that was under way when the path went is no proof of the path: only one after the second question counts.
    if (hearing.last_answer && *hearing.last_answer > silent.second_failure) ++found.answering;
  }
  return found;
}

}  // namespace holdup::detect
