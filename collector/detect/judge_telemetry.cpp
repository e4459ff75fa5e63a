#include "collector/detect/judge.hpp"

#include <algorithm>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

constexpr Duration group_patience = 10s;     // in which a path's other devices are asked too, at any usual period
constexpr std::size_t enough_heard = 8;      // of hundreds behind one path that answer again
constexpr Duration telemetry_patience = 2s;  // a silence is first held against its neighbours'
constexpr Duration one_cause = 2s;           // between a loss and the silence that it brings
constexpr Duration card_starts = 1min;       // … and so long a card that lost its power may take to answer again

/// A supply on it lost its input in the moment in which it fell silent, and has it back: its card lost its power too, and starts.
bool went_with(const Track* input, const Hearing& hearing, Instant now) {
  return says(input, 1) && input->moved && hearing.last_answer && input->changed > *hearing.last_answer - one_cause &&
         now - input->changed < card_starts;
}

/// Row 1: what the siblings carry was not measured since it fell silent. They would show what it carried.
bool awaits_siblings(const Judge& judge, const site::Site& site, const Facts& facts, Index supply, Duration silent_for) {
  const auto pdu = site.supplies[supply].pdu;
  const auto& load = site.loads[site.supplies[supply].load];
  const Track* ok = facts.status(supply, Meaning::supply_input_ok);
  const Instant fell = facts.hearing(*pdu).first_failure;
  if (load.sharing == site::Sharing::standby || (says(ok, 1) && ok->from() > fell)) return false;
  return std::ranges::any_of(load.supplies, [&](Index s) {
    const Track* power = site.supplies[s].pdu == pdu ? nullptr : judge.power_of(s);
    return power != nullptr && power->known() && power->from() <= fell && silent_for < 2 * power->refresh() &&
           facts.hearing(power->device).heard();
  });
}

/// Row 13: the outlet of a supply that it reports was not read since it fell silent, and is soon.
bool awaits_outlet(const Facts& facts, Index supply, const Hearing& silent, Duration silent_for) {
  const Track* current = facts.outlet(supply, Meaning::outlet_current);
  return current != nullptr && current->known() && current->from() <= silent.first_failure && current->value() >= meter_floor_amperes &&
         silent_for < telemetry_patience + 2 * current->refresh() && silent_for < group_patience && facts.hearing(current->device).heard();
}

}  // namespace

Judgement Judge::telemetry(Index device, Instant now) const {
  const Hearing& hearing = facts_.hearing(device);
  if (hearing.answers() && !matters(Verdict::telemetry_lost, &site::Site::element_of_device, device)) return Judgement::fine({});
  if (hearing.answers()) return Judgement::fine({sign_of_pattern(site_.element_of_device(device), "answers", *hearing.last_answer)});
  const auto silent_for = now - hearing.second_failure;  // since it was known: a long question that is lost takes its time
  if (!hearing.lasts() || silent_for < telemetry_patience || explained(device)) return {};
  if (held(Verdict::telemetry_lost, &site::Site::path_of_device, device)) return {};
  if (silent_for < group_patience && feed_undecided(device)) return {};
  for (const Index s : facts_.supplies_on(device))
    if (went_with(facts_.status(s, Meaning::supply_input_ok), hearing, now) || awaits_siblings(*this, site_, facts_, s, silent_for))
      return {};
  for (const Index s : facts_.neighbours().supplies_of(device))
    if (awaits_outlet(facts_, s, hearing, silent_for)) return {};
  // Whoever shares its path is heard first: what they lost together is said once, of the path.
  if (silent_for < group_patience && !mate_answers(device)) return {};
  return Judgement::lost(Strength::proven, {silence(device)});
}

// Everything behind one path went silent together. A card that was missed before is no news.
Judgement Judge::telemetry_of_path(Index path, Instant now) const {
  std::vector<Sign> silent, heard;
  unsigned behind = 0, missed = 0;
  Instant known = now;
  for (const Index d : facts_.neighbours().on_path(path)) {
    const Hearing& hearing = facts_.hearing(d);
    if (hearing.answers() && !matters(Verdict::telemetry_lost, &site::Site::path_of_device, d)) return Judgement::fine({});
    ++behind;
    missed += held(Verdict::telemetry_lost, &site::Site::element_of_device, d) ? 1 : 0;
    if (hearing.answers()) heard.push_back(sign_of_pattern(site_.element_of_device(d), "answers", *hearing.last_answer));
    if (heard.size() >= enough_heard) break;
    if (!hearing.silent() || explained(d)) continue;
    known = std::min(known, hearing.second_failure);
    silent.push_back(silence(d));
  }
  if (!heard.empty()) return Judgement::fine(std::move(heard));
  const bool patient = now - known >= telemetry_patience;
  if (!patient || silent.size() < behind || silent.size() < missed + 2) return {};
  return Judgement::lost(Strength::proven, std::move(silent));
}

// All on its feed fail to answer, and some of them not for long, or those elsewhere were not all heard since: it may be the feed's silence.
bool Judge::feed_undecided(Index device) const {
  const auto feed = site_.devices[device].feed;
  if (!feed || facts_.neighbours().pdus_on(*feed).size() < 2) return false;
  const auto& pdus = facts_.neighbours().pdus_on(*feed);
  const auto fails = [this](Index d) { return facts_.hearing(d).failures > 0; };
  if (!std::ranges::all_of(pdus, fails)) return false;
  return !std::ranges::all_of(pdus, [this](Index d) { return facts_.hearing(d).silent(); }) || complement(pdus.front(), feed).awaited > 0;
}

bool Judge::mate_answers(Index device) const {
  bool alone = true, answers = false;
  for (const Index d : facts_.neighbours().beside(device)) {
    if (d == device || explained(d)) continue;  // what has no power cannot be asked
    const Hearing& mate = facts_.hearing(d);
    alone = false;
    answers = answers || (mate.last_answer && *mate.last_answer > facts_.hearing(device).second_failure);
  }
  return alone || answers;
}

bool Judge::unheard(Index device) const {
  return held(Verdict::telemetry_lost, &site::Site::element_of_device, device) ||
         held(Verdict::telemetry_lost, &site::Site::path_of_device, device);
}

// What is silent because it is unpowered is a consequence: a PDU's card below its dark inlet, a status unit below its dead load.
bool Judge::explained(Index device) const {
  if (path_explained(device)) return true;
  if (site_.devices[device].feed) return held(Verdict::pdu_dark, &site::Site::element_of_pdu, device) || feeds_lost(device);
  if (const auto ats = site_.ats_of_device(device)) return feeds_lost(site_.atses[*ats].carries).has_value();
  return died_with_supplies(device) || std::ranges::any_of(facts_.neighbours().supplies_of(device), [&](Index s) {
           return held(Verdict::load_down, &site::Site::element_of_load, site_.supplies[s].load).has_value();
         });
}

// Row 13: all that it reports was lost, by the meters of its outlets, in the moment in which it fell silent: it sits in what was taken out.
bool Judge::died_with_supplies(Index device) const {
  const auto& reported = facts_.neighbours().supplies_of(device);
  const Instant silent = facts_.hearing(device).first_failure;
  return !reported.empty() && std::ranges::all_of(reported, [&](Index s) {
    const Track* current = facts_.outlet(s, Meaning::outlet_current);
    const auto lost = held(Verdict::supply_lost, &site::Site::element_of_supply, s);
    return lost && current != nullptr && std::chrono::abs(lost->since - silent) <= one_cause + current->refresh();
  });
}

// Row 5: its switch hangs on what is lost.
bool Judge::path_explained(Index device) const {
  const auto& path = site_.path_of_device(device);
  if (site_.switches.empty() || !holds_any_() || !path.is("switch")) return false;
  return std::ranges::any_of(site_.ancestors(path), [this](const Element& above) {
    return std::ranges::any_of(darkening, [&](Verdict verdict) { return held_(verdict, above).has_value(); });
  });
}

Sign Judge::silence(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  const Duration unseen = hearing.last_answer ? hearing.first_failure - *hearing.last_answer : Duration{};
  return {.source = site_.element_of_device(device),
          .point = "silence",
          .value = {},
          .quality = Quality::failed,
          .time = hearing.first_failure,
          .uncertainty = unseen};
}

}  // namespace holdup::detect
