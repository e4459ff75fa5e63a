#include "collector/detect/judge.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

constexpr double dead_line = 0.5;    // of nominal: back-feed leaves up to half on a dead line (VERDICTS.md rule 14)
constexpr double good_line = 0.8;    // of nominal: a supply runs from it
constexpr double same_power = 0.15;  // transfer conserves power within this (row 1)
constexpr double meter_floor_watts = 20, meter_floor_amperes = 0.2;
constexpr Duration start_up = 5s;            // a supply may take so long from a good input to a good output
constexpr Duration same_moment = 2s;         // of silences that have one cause (row 4), beside the devices' own poll period
constexpr Duration group_patience = 10s;     // in which a path's other devices are asked too, at any usual period
constexpr Duration telemetry_patience = 2s;  // a silence is first held against its neighbours'

std::string plural(unsigned n, unsigned of, const char* what) { return std::to_string(n) + " of " + std::to_string(of) + " " + what; }

Sign sign_of_pattern(const Element& source, std::string text, Instant time) {
  return {.source = source, .point = std::move(text), .value = {}, .quality = Quality::good, .time = time, .uncertainty = {}};
}

bool says(const Track* track, double value) { return track != nullptr && track->known() && track->value() == value; }

bool fresh_since(const Track& track, std::optional<Held> held) { return track.fresh && (!held || track.from() > held->since); }

Sign contact_sign(const site::Site& site, Index contact, const ContactFact& fact) {
  return {.source = Element::contact(site.contacts[contact].name),
          .point = *fact.open ? "contact open" : "contact closed",
          .value = *fact.open ? 0. : 1.,
          .quality = Quality::good,
          .time = fact.since,
          .uncertainty = fact.uncertainty};
}

bool senses_input(site::Senses senses) { return senses == site::Senses::ac_in || senses == site::Senses::ac_ok; }

}  // namespace

Judgement Judge::supply_input(Index supply) const {
  const auto held = held_(Verdict::supply_input_lost, site_.element_of_supply(supply));
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  std::vector<Sign> contacts, against;  // all that are wired; those that speak of a loss
  for (Index c = 0; c < site_.contacts.size(); ++c) {
    const ContactFact& fact = facts_.contact(c);
    if (site_.contacts[c].supply != supply || !senses_input(site_.contacts[c].senses) || !fact.open) continue;
    contacts.push_back(contact_sign(site_, c, fact));
    // A reading that may predate the edge never vetoes it; a later one knows better than an unsupervised wire.
    const bool vetoed = says(ok, 1) && ok->from() > fact.since + fact.uncertainty;
    if (*fact.open && !vetoed) against.push_back(contacts.back());
  }
  if (says(ok, 0)) {
    against.push_back(ok->sign(site_));
    return Judgement::lost(Strength::proven, std::move(against));
  }
  if (!against.empty()) return Judgement::lost(Strength::reported, std::move(against));
  if (says(ok, 1) && fresh_since(*ok, held) && carries_again(supply)) return Judgement::fine({ok->sign(site_)});
  // A closed contact withdraws what was only reported; against a proven loss it counts where nothing better watches.
  const bool enough = !site_.supplies[supply].status || (held && held->strength == Strength::reported);
  if (enough && !contacts.empty()) return Judgement::fine(std::move(contacts));
  return {};
}

// Where loads share actively, an input that is good again is back only when the supply carries its part.
bool Judge::carries_again(Index supply) const {
  const site::Load& load = site_.loads[site_.supplies[supply].load];
  const Track* power = facts_.status(supply, Meaning::supply_output_power);
  if (load.sharing != site::Sharing::active || power == nullptr || !power->known()) return true;
  const bool idle = std::all_of(load.supplies.begin(), load.supplies.end(), [&](Index s) {
    const Track* part = facts_.status(s, Meaning::supply_output_power);
    return part != nullptr && part->known() && part->value() < meter_floor_watts;
  });
  return idle || power->value() >= meter_floor_watts;
}

Judgement Judge::supply_output(Index supply) const {
  const Track* output = facts_.status(supply, Meaning::supply_output_ok);
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  const auto held = held_(Verdict::supply_output_failed, site_.element_of_supply(supply));
  const bool started = says(input, 1) && output != nullptr && output->known() && output->last->time - input->changed >= start_up;
  if (says(output, 0) && started) return Judgement::lost(Strength::proven, {output->sign(site_), input->sign(site_)});
  if (says(output, 1) && fresh_since(*output, held)) return Judgement::fine({output->sign(site_)});
  return {};
}

Judgement Judge::supply_off(Index supply) const {
  const Track* state = facts_.outlet(supply, Meaning::outlet_state);
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || state == nullptr || !state->known() || !facts_.hearing(*pdu).answers()) return {};
  const auto held = held_(Verdict::supply_off_commanded, site_.element_of_supply(supply));
  if (state->value() == 0 && !voltage_gone(*pdu)) return Judgement::lost(Strength::proven, {state->sign(site_)});
  if (state->value() == 1 && fresh_since(*state, held)) return Judgement::fine({state->sign(site_)});
  return {};
}

// Row 9: the outlet is on and live, its current is gone, and the siblings carry what it carried. Row 12: without transfer nothing is said.
Judgement Judge::supply_silently(Index supply) const {
  const Track* state = facts_.outlet(supply, Meaning::outlet_state);
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || current == nullptr || !current->known() || !facts_.hearing(*pdu).answers() || says(state, 0)) return {};
  const auto held = held_(Verdict::supply_lost, site_.element_of_supply(supply));
  if (current->value() >= meter_floor_amperes) return fresh_since(*current, held) ? Judgement::fine({current->sign(site_)}) : Judgement{};
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  if (held || (input != nullptr && input->known()) || voltage_gone(*pdu)) return {};
  // Row 10: where supplies may stand by, a sibling that takes all is no loss, or none that a current alone can prove.
  const auto sharing = site_.loads[site_.supplies[supply].load].sharing;
  if (sharing == site::Sharing::standby) return {};
  const auto fell =
      std::find_if(current->past.rbegin(), current->past.rend(), [](const auto& entry) { return entry.second >= meter_floor_amperes; });
  if (fell == current->past.rend()) return {};
  const Instant gone = fell.base() != current->past.end() ? fell.base()->first : current->last->time;
  auto taken = transferred(supply, {fell->first, gone});
  if (!taken) return {};
  taken->insert(taken->begin(), current->sign(site_));
  return Judgement::lost(sharing == site::Sharing::active ? Strength::proven : Strength::unknown, std::move(*taken));
}

Judgement Judge::pdu(Index device) const {
  const Hearing& hearing = facts_.hearing(device);
  const auto held = held_(Verdict::pdu_dark, site_.element_of_pdu(device));
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
  const auto held = held_(Verdict::feed_lost, site_.element_of_feed(feed));
  std::vector<Sign> gone, back;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    if (!hearing.answers()) continue;
    if (auto sign = voltage_gone(d)) gone.push_back(*sign);
    if (auto sign = voltage_good(d); sign && held && sign->time - sign->uncertainty > held->since) back.push_back(*sign);
    if (facts_.inlet(d, Meaning::input_voltage).empty() && held && *hearing.last_answer > held->since)
      back.push_back(sign_of_pattern(site_.element_of_device(d), "answers", *hearing.last_answer));
  }
  if (gone.size() == pdus.size() && pdus.size() > 1) return Judgement::lost(Strength::proven, std::move(gone));
  if (held && back.size() >= pdus.size()) return Judgement::fine(std::move(back));
  return feed_by_silence(feed, pdus);
}

// Row 4: all N on the feed fall silent together, all M elsewhere answer over the same path. One PDU alone is that PDU, not its feed.
Judgement Judge::feed_by_silence(Index feed, const std::vector<Index>& pdus) const {
  Instant first = Instant::max(), last = Instant::min();
  bool all_proven = true;
  std::vector<Sign> signs;
  for (Index d : pdus) {
    const Hearing& hearing = facts_.hearing(d);
    if (!hearing.silent() || contradicted(d) || !hearing.last_answer) return {};
    first = std::min(first, hearing.first_failure);
    last = std::max(last, *hearing.last_answer);
    const auto dark = held_(Verdict::pdu_dark, site_.element_of_pdu(d));
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

Judgement Judge::load(Index load) const {
  Strength weakest = Strength::proven;
  std::vector<Sign> signs;
  for (Index s : site_.loads[load].supplies) {
    auto supply = condition(s);
    if (supply.kind == Condition::Kind::fine) return Judgement::fine(std::move(supply.signs));
    if (supply.kind == Condition::Kind::cannot_tell) return {};
    // Inputs lost is not yet outputs lost: hold-up and the load's own batteries carry on.
    const Track* output = facts_.status(s, Meaning::supply_output_ok);
    if (output != nullptr && !says(output, 0)) weakest = std::min(weakest, Strength::probable);
    weakest = std::min(weakest, supply.strength);
    signs.insert(signs.end(), supply.signs.begin(), supply.signs.end());
  }
  return Judgement::lost(weakest, std::move(signs));
}

// Path redundancy: the load's supplies grouped by feed; lost when at most one group still gives.
Judgement Judge::paths(Index load) const {
  struct Path {
    bool fine = false, lost = true;
    Strength strength = Strength::proven;
  };
  std::map<std::optional<Index>, Path> paths;
  std::vector<Sign> lost_signs, fine_signs;
  bool every_supply_fine = true;
  for (Index s : site_.loads[load].supplies) {
    auto supply = condition(s);
    Path& path = paths[site_.feed_of_supply(s)];
    const bool lost = supply.kind == Condition::Kind::lost;
    path.lost = path.lost && lost;
    path.fine = path.fine || supply.kind == Condition::Kind::fine;
    if (lost) path.strength = std::min(path.strength, supply.strength);
    every_supply_fine = every_supply_fine && supply.kind == Condition::Kind::fine;
    auto& signs = lost ? lost_signs : fine_signs;
    signs.insert(signs.end(), supply.signs.begin(), supply.signs.end());
  }
  if (paths.size() < 2) return {};
  unsigned lost = 0, unseen = 0;
  Strength surest = Strength::unknown;
  for (const auto& [feed, path] : paths) {
    if (path.lost) ++lost, surest = std::max(surest, path.strength);
    if (!path.lost && !path.fine) ++unseen;
  }
  if (lost > 0 && paths.size() - lost <= 1) return Judgement::lost(surest, std::move(lost_signs));
  if (every_supply_fine) return Judgement::fine(std::move(fine_signs));
  const bool blind = unseen > 0 && std::any_of(site_.loads[load].supplies.begin(), site_.loads[load].supplies.end(), [&](Index s) {
                       const auto pdu = site_.supplies[s].pdu;
                       return pdu && unheard(*pdu) && condition(s).kind == Condition::Kind::cannot_tell;
                     });
  return blind && paths.size() - lost - unseen <= 1 ? Judgement::lost(Strength::unknown, std::move(lost_signs)) : Judgement{};
}

Judgement Judge::telemetry(Index device, Instant now) const {
  const Hearing& hearing = facts_.hearing(device);
  if (hearing.answers()) return Judgement::fine({sign_of_pattern(site_.element_of_device(device), "answers", *hearing.last_answer)});
  const auto silent_for = now - hearing.second_failure;  // since it was known: a long question that is lost takes its time
  if (!hearing.silent() || silent_for < telemetry_patience || explained(device)) return {};
  if (held_(Verdict::telemetry_lost, site_.path_of_device(device))) return {};
  // Whoever shares its path is heard first: what they lost together is said once, of the path.
  if (silent_for < group_patience && !mate_answers(device)) return {};
  return Judgement::lost(Strength::proven, {silence(device)});
}

// Row 5: everything behind one path went silent together. A card that was missed before is no news.
Judgement Judge::telemetry_of_path(const Element& path, Instant now) const {
  std::vector<Sign> silent, heard;
  unsigned behind = 0, missed = 0;
  Instant known = now;
  for (Index d = 0; d < site_.devices.size(); ++d) {
    if (site_.path_of_device(d) != path) continue;
    const Hearing& hearing = facts_.hearing(d);
    ++behind;
    missed += held_(Verdict::telemetry_lost, site_.element_of_device(d)) ? 1 : 0;
    if (hearing.answers()) heard.push_back(sign_of_pattern(site_.element_of_device(d), "answers", *hearing.last_answer));
    if (!hearing.silent() || explained(d)) continue;
    known = std::min(known, hearing.second_failure);
    silent.push_back(silence(d));
  }
  if (!heard.empty()) return Judgement::fine(std::move(heard));
  const bool patient = now - known >= telemetry_patience;
  if (!patient || silent.size() < behind || silent.size() < missed + 2) return {};
  return Judgement::lost(Strength::proven, std::move(silent));
}

bool Judge::mate_answers(Index device) const {
  bool alone = true, answers = false;
  for (Index d = 0; d < site_.devices.size(); ++d) {
    if (d == device || site_.path_of_device(d) != site_.path_of_device(device)) continue;
    const Hearing& mate = facts_.hearing(d);
    alone = false;
    answers = answers || (mate.last_answer && *mate.last_answer > facts_.hearing(device).second_failure);
  }
  return alone || answers;
}

bool Judge::unheard(Index device) const {
  return held_(Verdict::telemetry_lost, site_.element_of_device(device)) || held_(Verdict::telemetry_lost, site_.path_of_device(device));
}

// What is silent because it is unpowered is a consequence: a PDU's card below its dark inlet, a status unit below its dead load.
bool Judge::explained(Index device) const {
  if (const auto feed = site_.devices[device].feed)
    return held_(Verdict::pdu_dark, site_.element_of_pdu(device)) || held_(Verdict::feed_lost, site_.element_of_feed(*feed));
  return std::any_of(site_.supplies.begin(), site_.supplies.end(), [&](const site::Supply& supply) {
    return supply.status == device && held_(Verdict::load_down, site_.element_of_load(supply.load));
  });
}

Judge::Condition Judge::condition(Index supply) const {
  const Element element = site_.element_of_supply(supply);
  for (Verdict v : {Verdict::supply_input_lost, Verdict::supply_output_failed, Verdict::supply_off_commanded, Verdict::supply_lost})
    if (const auto held = held_(v, element)) {
      if (of_supply(v, supply).kind == Judgement::Kind::fine) return {};  // good again, but not yet for long: nothing is built on it
      return {Condition::Kind::lost, held->strength, {sign_of_pattern(element, std::string{name(v)}, held->since)}};
    }
  if (const auto above = held_above(supply))
    return {Condition::Kind::lost,
            above->strength,
            {sign_of_pattern(site_.element_of_pdu(*site_.supplies[supply].pdu), "without power", above->since)}};
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const auto status = site_.supplies[supply].status;
  if (says(ok, 1) && facts_.hearing(*status).answers()) return {Condition::Kind::fine, {}, {ok->sign(site_)}};
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const auto pdu = site_.supplies[supply].pdu;
  if (current != nullptr && current->known() && facts_.hearing(*pdu).answers() && current->value() >= meter_floor_amperes)
    return {Condition::Kind::fine, {}, {current->sign(site_)}};
  // A PDU proves its own inlet only: enough for what was lost with it, and for a supply that has no reason to draw current.
  if (pdu && facts_.hearing(*pdu).answers() && ok == nullptr && !voltage_gone(*pdu) && (current == nullptr || may_be_idle(supply)))
    return {Condition::Kind::fine, {}, {sign_of_pattern(site_.element_of_device(*pdu), "answers", *facts_.hearing(*pdu).last_answer)}};
  return {};
}

Judgement Judge::of_supply(Verdict verdict, Index supply) const {
  switch (verdict) {
    case Verdict::supply_input_lost:
      return supply_input(supply);
    case Verdict::supply_output_failed:
      return supply_output(supply);
    case Verdict::supply_off_commanded:
      return supply_off(supply);
    default:
      return supply_silently(supply);
  }
}

// It stands by, or the whole load draws nothing that its outlets can measure.
bool Judge::may_be_idle(Index supply) const {
  const site::Load& load = site_.loads[site_.supplies[supply].load];
  return load.sharing == site::Sharing::standby || std::none_of(load.supplies.begin(), load.supplies.end(), [&](Index s) {
           const Track* current = facts_.outlet(s, Meaning::outlet_current);
           return current != nullptr && current->known() && current->value() >= meter_floor_amperes;
         });
}

std::optional<Held> Judge::held_above(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu) return std::nullopt;
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const auto status = site_.supplies[supply].status;
  const bool reports_good = says(ok, 1) && facts_.hearing(*status).answers();
  if (reports_good) return std::nullopt;
  if (const auto dark = held_(Verdict::pdu_dark, site_.element_of_pdu(*pdu)); dark && this->pdu(*pdu).kind != Judgement::Kind::fine)
    return dark;
  const auto above = site_.devices[*pdu].feed;
  const auto lost = above ? held_(Verdict::feed_lost, site_.element_of_feed(*above)) : std::nullopt;
  return lost && feed(*above).kind != Judgement::Kind::fine ? lost : std::nullopt;
}

std::optional<Sign> Judge::voltage_gone(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty()) return std::nullopt;
  for (const Track* track : volts)
    if (!track->known() || !track->lived || track->value() >= dead_line * site_.feeds[*feed].nominal_volts) return std::nullopt;
  return volts.front()->sign(site_);
}

std::optional<Sign> Judge::voltage_good(Index device) const {
  const auto feed = site_.devices[device].feed;
  const auto volts = facts_.inlet(device, Meaning::input_voltage);
  if (!feed || volts.empty()) return std::nullopt;
  for (const Track* track : volts)
    if (!track->known() || !track->fresh || track->value() < good_line * site_.feeds[*feed].nominal_volts) return std::nullopt;
  return volts.front()->sign(site_);
}

std::optional<std::vector<Sign>> Judge::transferred(Index supply, Between when) const {
  const Track* own = power_of(supply);
  const auto carried = own != nullptr ? own->before(when.start) : std::nullopt;
  if (!carried || *carried < (own->means == Meaning::outlet_current ? meter_floor_amperes : meter_floor_watts)) return std::nullopt;
  const bool carries_still = own->from() > when.end && own->value() >= *carried / 2;
  if (carries_still) return std::nullopt;
  double rise = 0;
  std::vector<Sign> signs;
  for (Index sibling : site_.loads[site_.supplies[supply].load].supplies) {
    if (sibling == supply) continue;
    const Track* power = power_of(sibling);
    if (power == nullptr || !power->known() || power->means != own->means || power->from() <= when.start) return std::nullopt;
    const auto before = power->before(when.start), after = power->after(when.start, when.end);
    if (!before || !after) return std::nullopt;
    rise += *after - *before;
    signs.push_back(power->sign(site_));
  }
  const double tolerance = own->means == Meaning::outlet_current ? 0.20 : same_power;  // ±20 % where only amperes are known (row 9)
  if (signs.empty() || std::fabs(rise - *carried) > tolerance * *carried) return std::nullopt;
  return signs;
}

// The supply's own status device measures it whatever its PDU does; the outlet's meter dies with the PDU's card.
const Track* Judge::power_of(Index supply) const {
  for (Meaning means : {Meaning::supply_output_power, Meaning::supply_input_power})
    if (const Track* track = facts_.status(supply, means)) return track;
  for (Meaning means : {Meaning::outlet_power, Meaning::outlet_current})
    if (const Track* track = facts_.outlet(supply, means)) return track;
  return nullptr;
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
