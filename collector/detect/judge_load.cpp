#include "collector/detect/judge.hpp"

#include <algorithm>
#include <array>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

constexpr Duration one_moment = std::chrono::seconds{2};

}  // namespace

// After a start what stood open stands again, and nobody has spoken yet: what a load suffers is as it was, until all that report it were
// asked.
bool Judge::met(Index load) const {
  const auto was_asked = [this](std::optional<Index> device, const auto& tracks) {
    if (!device || facts_.hearing(*device).silent()) return true;
    const auto is_told = [&](const Track* track) { return track == nullptr || track->device != device || track->known(); };
    return facts_.hearing(*device).last_answer && std::ranges::all_of(tracks, is_told);
  };
  const auto& of = site_.loads[load];
  return std::ranges::all_of(
             of.supplies,
             [&](Index s) {
               const auto& [pdu, status] = std::pair{site_.supplies[s].pdu, site_.supplies[s].status};
               const std::array told{facts_.status(s, Meaning::supply_input_ok), facts_.status(s, Meaning::supply_output_ok)};
               const std::array outlet{facts_.outlet(s, Meaning::outlet_state), facts_.outlet(s, Meaning::outlet_current)};
               return was_asked(status, told) && was_asked(pdu, outlet) &&
                      (!pdu || was_asked(pdu, facts_.inlet(*pdu, Meaning::input_voltage)));
             }) &&
         std::ranges::all_of(of.batteries,
                             [&](Index b) { return was_asked(site_.batteries[b].status, facts_.cabinet(load, Meaning::battery_carries)); });
}

// What was dark and has not been heard since, or is told from a cache of before, may have its power back: the load's end rests on it no
// longer than on one moment.
Judgement Judge::load(Index load) const {
  Strength weakest = Strength::proven;
  Instant last = Instant::min();
  Moment moment;
  std::vector<Sign> signs;
  unsigned lost = 0;
  bool lost_half = false;
  for (Index s : site_.loads[load].supplies) {
    auto supply = condition(s);
    if (supply.kind == Condition::Kind::fine) {
      signs.clear();
      if (matters(Verdict::load_down, &site::Site::element_of_load, load)) append(signs, std::move(supply));
      return Judgement::fine(std::move(signs));
    }
    // Row 32: what is left of it is not heard any more. Nobody knows whether it gives.
    if (supply.kind == Condition::Kind::cannot_tell) {
      const auto deaf = status_tells(s) ? std::nullopt : unheard_of(s);
      if (!deaf) return {};
      supply = {Condition::Kind::lost, Strength::unknown, nullptr, silence(*deaf)};
      lost_half = lost_half || lost_a_way(s);
    } else {
      ++lost;
    }
    last = std::max(last, supply.sign->time);
    add_to(moment, s, supply.sign->time);
    // Inputs lost is not yet outputs lost: hold-up and the load's own batteries carry on.
    const Track* output = facts_.status(s, Meaning::supply_output_ok);
    if (output != nullptr && !says(output, 0)) weakest = std::min(weakest, Strength::probable);
    weakest = std::min(weakest, supply.strength);
    append(signs, std::move(supply));
  }
  if (lost == 0 && !lost_half) return {};
  if (!is_one(moment)) weakest = std::min(weakest, Strength::probable);
  return without_battery(load, last, Judgement::lost(weakest, std::move(signs)));
}

void Judge::add_to(Moment& moment, Index supply, Instant since) const {
  ++moment.supplies;
  moment.last = std::max(moment.last, since);
  moment.first = std::min(moment.first, known_lost(supply, since));
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  // A unit that lost its power with the supply cannot tell more.
  if (says(input, 0) && (status_tells(supply) || !held_above(supply))) moment.told = std::min(moment.told, input->from());
}

bool Judge::is_one(const Moment& moment) {
  return moment.supplies < 2 || (moment.first >= moment.last - one_moment && moment.told >= moment.last);
}

/// Of the two ways to its transfer switch one is gone.
bool Judge::lost_a_way(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  const auto ats = pdu ? site_.devices[*pdu].ats : std::nullopt;
  if (!ats) return false;
  const auto feed_gone = [&](Index feed) { return held(Verdict::feed_lost, &site::Site::element_of_feed, feed).has_value(); };
  return held(Verdict::path_redundancy_lost, &site::Site::element_of_ats, *ats) || std::ranges::any_of(site_.feeds_of_pdu(*pdu), feed_gone);
}

/// Who would tell of the supply and is not heard: its PDU, or the unit that reports it.
std::optional<Index> Judge::unheard_of(Index supply) const {
  for (const auto device : {site_.supplies[supply].pdu, site_.supplies[supply].status})
    if (device && unheard(*device)) return device;
  return std::nullopt;
}

/// Until when it is known that what was lost since then has not come back.
Instant Judge::known_lost(Index supply, Instant since) const {
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  if (status_tells(supply)) return says(input, 0) ? input->from() : held_above(supply) ? since : Instant::max();
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || !facts_.hearing(*pdu).answers()) return pdu ? since : Instant::max();
  if (const auto gone = voltage_gone(*pdu)) return gone->time - gone->uncertainty;
  const bool above = held(Verdict::pdu_dark, &site::Site::element_of_pdu, *pdu) || held_above(supply);
  if (above && !held_on_branch(supply)) return since;
  return says(input, 0) ? input->from() : Instant::max();  // the last word of a unit that fell silent
}

// The load's own batteries carry it on, until they are heard to give nothing since; of those that nobody hears nothing is known.
Judgement Judge::without_battery(Index load, Instant since, Judgement lost) const {
  const auto& batteries = site_.loads[load].batteries;
  const auto tracks = facts_.cabinet(load, Meaning::battery_carries);
  std::size_t resting = 0;
  bool awaited = false;
  for (const Track* carries : tracks) {
    if (says(carries, 1) && carries->fresh) return Judgement::fine({carries->sign(site_)});
    const bool rests = says(carries, 0) && carries->fresh && carries->from() > since;
    if (rests) ++resting, lost.signs.push_back(carries->sign(site_));
    awaited = awaited || (!rests && !facts_.hearing(carries->device).silent());
  }
  if (awaited) return {};
  if (resting < batteries.size()) lost.strength = std::min(lost.strength, Strength::probable);
  return lost;
}

// Path redundancy: the load's supplies grouped by feed; lost when at most one group still gives.
Judgement Judge::paths(Index load) const {
  struct Path {
    std::optional<Index> feed;
    bool fine = false, lost = true;
    Strength strength = Strength::proven;
    Moment moment = {};
  };
  std::vector<Path> paths;
  const bool wanted = matters(Verdict::path_redundancy_lost, &site::Site::element_of_load, load);
  std::vector<Sign> lost_signs, fine_signs;
  bool every_supply_fine = true;
  for (Index s : site_.loads[load].supplies) {
    auto supply = condition(s);
    const auto feed = site_.feed_of_supply(s);
    auto at = std::ranges::find(paths, feed, &Path::feed);
    if (at == paths.end()) at = paths.insert(at, Path{.feed = feed});
    Path& path = *at;
    const bool lost = supply.kind == Condition::Kind::lost;
    path.lost = path.lost && lost;
    path.fine = path.fine || supply.kind == Condition::Kind::fine;
    if (lost) path.strength = std::min(path.strength, supply.strength), add_to(path.moment, s, supply.sign->time);
    every_supply_fine = every_supply_fine && supply.kind == Condition::Kind::fine;
    if (lost || wanted) append(lost ? lost_signs : fine_signs, std::move(supply));
  }
  if (paths.size() < 2) return {};
  unsigned lost = 0, unseen = 0;
  Strength surest = Strength::unknown;
  Moment all;
  for (const Path& path : paths) {
    if (path.lost) ++lost, all.take_in(path.moment);
    if (path.lost) surest = std::max(surest, is_one(path.moment) ? path.strength : std::min(path.strength, Strength::probable));
    if (!path.lost && !path.fine) ++unseen;
  }
  if (paths.size() > 2 && !is_one(all)) surest = std::min(surest, Strength::probable);  // of three it takes two
  if (lost > 0 && paths.size() - lost <= 1) return Judgement::lost(surest, std::move(lost_signs));
  if (every_supply_fine) return Judgement::fine(std::move(fine_signs));
  const bool blind = unseen > 0 && std::any_of(site_.loads[load].supplies.begin(), site_.loads[load].supplies.end(), [&](Index s) {
                       const auto pdu = site_.supplies[s].pdu;
                       return pdu && unheard(*pdu) && condition(s).kind == Condition::Kind::cannot_tell;
                     });
  return blind && paths.size() - lost - unseen <= 1 ? Judgement::lost(Strength::unknown, std::move(lost_signs)) : Judgement{};
}

}  // namespace holdup::detect
