#include "collector/detect/judge.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr double good_line = 0.8;  // of nominal: a supply runs from it
constexpr auto wires_of_loss = {site::Senses::ac_in, site::Senses::ac_ok, site::Senses::alarm, site::Senses::dc_ok};
constexpr Duration same_moment = 2s;  // of silences that have one cause, beside the devices' own poll period

std::string plural(unsigned n, unsigned of, const char* what) { return std::to_string(n) + " of " + std::to_string(of) + " " + what; }

/// The transfer switch before it says that it gives nothing, measured since it fell silent.
std::optional<Sign> switch_gives_nothing(const site::Site& site, const Facts& facts, Index pdu) {
  const auto ats = site.devices[pdu].ats;
  const auto card = ats ? site.atses[*ats].status : std::nullopt;
  const auto feed = site.devices[pdu].feed;
  if (!card || !feed || !facts.hearing(*card).answers() || facts.starting(*card)) return std::nullopt;
  const auto output = facts.said(*card, Meaning::outlet_voltage);
  const auto dead = [&](const Track* track) {
    return track->fresh && !track->stuck && track->lived && track->from() > facts.hearing(pdu).first_failure - same_moment &&
           std::fabs(track->value()) < dead_line * site.feeds[*feed].nominal_volts;
  };
  return !output.empty() && std::ranges::all_of(output, dead) ? std::optional{output.front()->sign(site)} : std::nullopt;
}

unsigned lines(site::System system) {
  using enum site::System;
  return system == wye || system == delta ? 3 : system == split ? 2 : 1;
}

}  // namespace

Judgement Judge::pdu(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  const auto held = this->held(Verdict::pdu_dark, &site::Site::element_of_pdu, device);
  if (hearing.answers()) {
    if (auto gone = voltage_gone(device)) return by_voltage(device, {std::move(*gone)});
    if (!held || *hearing.last_answer <= held->since) return {};
    if (facts_.inlet(device, Meaning::input_voltage).empty())
      return Judgement::fine({sign_of_pattern(site_.element_of_device(device), "answers", *hearing.last_answer)});
    auto good = voltage_good(device);
    return good && good->time - good->uncertainty > held->since ? Judgement::fine({*good}) : Judgement{};
  }
  if (!hearing.silent() || contradicted(device)) return {};
  if (auto gone = switch_gives_nothing(site_, facts_, device))
    return Judgement::lost(Strength::proven, {silence(device), std::move(*gone)});
  const bool path_below = hangs_below(site_.path_of_device(device), site_.element_of_pdu(device));
  const Instant at = hearing.last_answer.value_or(hearing.first_failure);
  const bool by_wires = path_below || wires_fell(device, at - same_moment);
  if (!by_wires && complement(device, {}).answering == 0) return {};
  std::vector<Sign> signs{silence(device)};
  bool carried_over = false, direct = false, stood = false;
  const Between then{at, hearing.first_failure};
  const Instant silent = hearing.second_failure;  // the first may be a lost answer
  const auto takes = [&](Index s, const std::optional<std::vector<Sign>>& taken) {
    if (!taken) return;
    const bool in_one_moment = fell_just_then(s, at) && watched_since(s, then.end) && !fed_after(s, silent);
    (in_one_moment && !returned_beside(s, then) ? carried_over : direct) = true;
    signs.insert(signs.end(), taken->begin(), taken->end());
  };
  if (!facts_.supplies_on(device).empty()) takes(facts_.supplies_on(device).front(), taken_from(device, then));
  for (const Index s : facts_.supplies_on(device)) {
    stood = stood || stands(s);
    if (!failed_alone(s, at)) takes(s, transferred(s, then));
    // Row 5: a wire knows where the network that hangs on the lost side knows nothing.
    if (auto wires = wired(s, wires_of_loss); by_wires && !wires.against.empty()) {
      const bool same = wires.against.front().time > at - same_moment;
      direct = direct || same;
      if (same) signs.insert(signs.end(), wires.against.begin(), wires.against.end());
    }
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    // An input that was lost while the PDU still answered was not lost with it.
    if (says(ok, 0) && (!hearing.last_answer || ok->changed > at - same_moment)) direct = true, signs.push_back(ok->sign(site_));
  }
  if (direct && path_below)
    signs.push_back(sign_of_pattern(site_.path_of_device(device), "hangs on it: its silence follows", hearing.first_failure));
  // What one load shows may have another reason, while the part of another is still carried.
  if (carried_over && !stood) return Judgement::lost(Strength::proven, std::move(signs));
  return direct || carried_over ? Judgement::lost(Strength::probable, std::move(signs)) : Judgement{};
}

/// Two supplies on it were lost since then by their contacts, which no network reaches, and none of those that have any kept it.
bool Judge::wires_fell(Index device, Instant since) const {
  unsigned fell = 0;
  for (const Index s : facts_.supplies_on(device)) {
    const auto wires = wired(s, wires_of_loss);
    if (wires.against.size() < wires.all.size()) return false;
    fell += !wires.against.empty() && wires.against.front().time > since ? 1 : 0;
  }
  return fell > 1;
}

Judgement Judge::feed(Index feed) const {
  const auto& pdus = facts_.neighbours().pdus_on(feed);
  if (pdus.empty()) return {};
  const auto held = this->held(Verdict::feed_lost, &site::Site::element_of_feed, feed);
  std::vector<Sign> gone, back;
  std::size_t without = 0;
  Strength surest = Strength::proven;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    auto sign = hearing.answers() ? voltage_gone(d) : std::nullopt;
    if (!sign && !held) break;  // it is not all of them, and nothing can be over
    if (!hearing.answers()) continue;
    if (sign) {
      auto dark = by_voltage(d, {std::move(*sign)});
      surest = std::min(surest, dark.strength);
      gone.insert(gone.end(), dark.signs.begin(), dark.signs.end());
      ++without;
    }
    // What has two ways may have its power by the other: then the source before the feed has to be good.
    if (site_.devices[d].ats && site_.feeds[feed].ups && source_good(feed) == nullptr) continue;
    if (!held) continue;
    if (const auto good = voltage_good(d); good && good->time - good->uncertainty > held->since) back.push_back(*good);
    if (facts_.inlet(d, Meaning::input_voltage).empty() && *hearing.last_answer > held->since)
      back.push_back(sign_of_pattern(site_.element_of_device(d), "answers", *hearing.last_answer));
  }
  if (without == pdus.size() && pdus.size() > 1) return Judgement::lost(surest, std::move(gone));
  if (held && back.size() >= pdus.size()) return Judgement::fine(std::move(back));
  auto by_source = feed_by_source(feed, pdus);
  return by_source.kind == Judgement::Kind::lost ? std::move(by_source) : feed_by_silence(feed, pdus);
}

// The UPS before it says that it gives nothing, and all that hangs on it is silent. A bypass around the UPS would keep that awake.
Judgement Judge::feed_by_source(Index feed, const std::vector<Index>& pdus) const {
  auto gone = source_gone(feed);
  if (!gone) return {};
  std::vector<Sign> signs{std::move(*gone)};
  for (const Index d : pdus) {
    if (!facts_.hearing(d).silent() || contradicted(d)) return {};
    signs.push_back(silence(d));
  }
  return Judgement::lost(Strength::proven, std::move(signs));
}

namespace {

std::optional<Index> card_before(const site::Site& site, Index feed) {
  const auto ups = site.feeds[feed].ups;
  return ups ? site.upses[*ups].status : std::nullopt;
}

}  // namespace

std::optional<Sign> Judge::source_gone(Index feed) const {
  const auto card = card_before(site_, feed);
  if (!card || !facts_.hearing(*card).answers() || facts_.starting(*card)) return std::nullopt;
  const auto output = facts_.said(*card, Meaning::outlet_voltage);
  const auto dead = [&](const Track* track) {
    return track->fresh && !track->stuck && track->lived && std::fabs(track->value()) < dead_line * site_.feeds[feed].nominal_volts;
  };
  return !output.empty() && std::ranges::all_of(output, dead) ? std::optional{output.front()->sign(site_)} : std::nullopt;
}

const Track* Judge::source_good(Index feed) const {
  const auto card = card_before(site_, feed);
  if (!card || !facts_.hearing(*card).answers()) return nullptr;
  const auto output = facts_.said(*card, Meaning::outlet_voltage);
  const auto good = [&](const Track* track) {
    return track->fresh && !track->stuck && std::fabs(track->value()) >= good_line * site_.feeds[feed].nominal_volts;
  };
  return !output.empty() && std::ranges::all_of(output, good) ? output.front() : nullptr;
}

// Of a PDU that has its path for itself somebody has to be heard since, on any. Where all others on it may live from the feed and are
// silent, the path's own switch is: unless that hangs on the feed, too, which is then a sign.
Judge::Complement Judge::complement_of_feed(Index feed, const Neighbours::Indices& pdus, std::vector<Sign>& signs) const {
  Complement others;
  std::map<Index, bool> shared;  // by path: somebody else is on it
  Instant alone = Instant::min();
  for (Index d : pdus) {
    const auto [at, fresh] = shared.try_emplace(facts_.neighbours().path(d), false);
    const auto beside = fresh ? complement(d, feed) : Complement{};
    at->second = at->second || beside.all > 0;
    others.all += beside.all, others.answering += beside.answering;
    others.heard = std::max(others.heard, beside.heard);
    const auto path = site_.path_of_device(d);
    if (!at->second) alone = std::max(alone, facts_.hearing(d).second_failure);
    if (beside.all > 0 || beside.spared == 0) continue;
    if (!hangs_below(path, site_.element_of_feed(feed))) return {};
    signs.push_back(sign_of_pattern(path, "hangs on it: its silence follows", facts_.hearing(d).first_failure));
  }
  return others.heard > alone ? others : Complement{};
}

// All N on the feed fall silent together, all M elsewhere answer over the same path. One PDU alone is that PDU, not its feed.
Judgement Judge::feed_by_silence(Index feed, const Neighbours::Indices& pdus) const {
  Instant first = Instant::max(), last = Instant::min();
  bool all_proven = true, all_dark = true;
  std::vector<Sign> signs;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    if (!hearing.silent() || contradicted(d) || !hearing.last_answer) return {};
    // One that was not asked again soon may have lost no more than an answer then.
    const bool asked_anew = hearing.second_failure - hearing.first_failure <= same_moment;
    first = std::min(first, asked_anew ? hearing.first_failure : hearing.second_failure);
    last = std::max(last, *hearing.last_answer);
    const auto dark = held(Verdict::pdu_dark, &site::Site::element_of_pdu, d);
    all_dark = all_dark && dark && dark->strength >= Strength::probable;  // a trap is no witness
    all_proven = all_proven && dark && dark->strength == Strength::proven;
    signs.push_back(silence(d));
  }
  if (pdus.size() < 2 || last - first > same_moment) return {};
  const bool path_below = hangs_below(site_.path_of_device(pdus.front()), site_.element_of_feed(feed));
  if (path_below && all_dark) {
    signs.push_back(sign_of_pattern(site_.path_of_device(pdus.front()), "hangs on it: its silence follows", first));
    return Judgement::lost(all_proven ? Strength::proven : Strength::probable, std::move(signs));
  }
  const Complement others = complement_of_feed(feed, pdus, signs);
  if (others.all == 0 || others.answering < others.all) return {};
  const auto n = static_cast<unsigned>(pdus.size());
  signs.push_back(sign_of_pattern(site_.element_of_feed(feed),
                                  plural(n, n, "on it silent, ") + plural(others.answering, others.all, "elsewhere answer"), first));
  // One that still answered when another was silent may have a reason of its own.
  return Judgement::lost(all_proven && last <= first ? Strength::proven : Strength::probable, std::move(signs));
}

std::optional<Sign> Judge::voltage_gone(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty()) return std::nullopt;
  // One number for several lines is their mean: one that is left still gives its part of it.
  const bool mean = volts.size() == 1 && site_.devices[device].phases == 0;
  const double dead = dead_line * site_.feeds[*feed].nominal_volts / (mean ? lines(site_.system) : 1);
  for (const Track* track : volts)
    if (!track->known() || !track->lived || std::fabs(track->value()) >= dead) return std::nullopt;
  return facts_.starting(device) ? std::nullopt : std::optional{volts.front()->sign(site_)};
}

std::optional<Sign> Judge::voltage_good(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty()) return std::nullopt;
  for (const Track* track : volts)
    if (!track->known() || !track->fresh || std::fabs(track->value()) < good_line * site_.feeds[*feed].nominal_volts) return std::nullopt;
  return volts.front()->sign(site_);
}

// A meter that tells of no voltage is held against the supplies below it. One that has its input, measured after it, contradicts: a meter
// lies, or a cord hangs elsewhere; unless another has lost its input too.
Judgement Judge::by_voltage(Index device, std::vector<Sign> signs) const {
  const Instant since = facts_.inlet(device, Meaning::input_voltage).front()->changed;
  auto strength = facts_.denies_all(device) ? Strength::probable : Strength::proven;
  for (const Index s : facts_.supplies_on(device)) {
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    const bool had_input = fed_after(s, since);
    if (status_tells(s) && says(ok, 0) && !had_input) {
      signs.push_back(ok->sign(site_));
      return Judgement::lost(Strength::proven, std::move(signs));
    }
    // One that has fallen silent, or has lost its input, since takes nothing back.
    if (!had_input && (!says(ok, 1) || ok->from() <= since)) continue;
    strength = Strength::probable;
    const std::string still = had_input ? "had" : "has";
    signs.push_back(
        sign_of_contradiction(ok->sign(site_), "a supply on it " + still + " its input, measured after it; so nothing is proven"));
  }
  return Judgement::lost(strength, std::move(signs));
}

/// Everything that carries the switch hangs below.
bool Judge::hangs_below(const ground::Element& lower, const ground::Element& upper) const {
  if (site_.switches.empty() || !lower.is("switch")) return false;
  const auto above = site_.ancestors(lower);
  return std::ranges::find(above, upper) != above.end();
}

bool Judge::contradicted(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  for (const Index s : facts_.supplies_on(device)) {
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    if (says(ok, 1) && ok->from() > hearing.first_failure) return true;
  }
  return false;
}

/// Behind a transfer switch, or as its card: it may live from this feed.
bool Judge::hangs_on_switched(Index device, Index feed) const {
  const auto ats = site_.devices[device].ats ? site_.devices[device].ats : site_.ats_of_device(device);
  return ats && (site_.atses[*ats].alternate == feed || site_.devices[site_.atses[*ats].carries].feed == feed);
}

Judge::Complement Judge::complement(Index device, std::optional<Index> feed) const {
  const Hearing& silent = facts_.hearing(device);
  Complement found;
  for (const Index d : facts_.neighbours().beside(device)) {
    if (d == device || (feed && site_.devices[d].feed == feed)) continue;
    const Hearing& hearing = facts_.hearing(d);
    // A card that was silent before says nothing of this moment; it was, if the silent one was heard since.
    const bool before = hearing.first_failure + same_moment < silent.first_failure && silent.last_answer > hearing.first_failure;
    if (hearing.failures > 0 && before) continue;
    if (feed && hearing.failures > 0 && hangs_on_switched(d, *feed)) {
      ++found.spared;
      continue;
    }
    ++found.all;
    // Back from a silence of its own it tells nothing of whoever was not asked since.
    const bool just_back = hearing.back && *hearing.back >= silent.last_failure;
    // An answer that was under way when the path went is no proof of the path: only one after the second question counts.
    const bool answers = !just_back && hearing.last_answer && *hearing.last_answer > silent.second_failure;
    if (answers) ++found.answering, found.heard = std::max(found.heard, *hearing.last_answer);
    if (!answers && !hearing.silent()) ++found.awaited;
  }
  return found;
}

}  // namespace holdup::detect
