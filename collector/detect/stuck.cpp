#include "collector/detect/stuck.hpp"

#include <algorithm>
#include <array>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr unsigned readings = 20;   // at least, byte by byte the same
constexpr Duration longest = 2min;  // no card caches longer, where it does not say how long
constexpr unsigned refreshes = 5;   // … and so many of its own, where it does
constexpr std::array powers{Meaning::outlet_power, Meaning::outlet_current, Meaning::supply_output_power, Meaning::supply_input_power};

bool is_voltage(Meaning means) { return means == Meaning::input_voltage || means == Meaning::supply_input_voltage; }

}  // namespace

bool StuckWatch::heard(Index device) {
  if (!known_[device]) find_kin(device);
  const bool was = stuck_[device].kind == Judgement::Kind::lost;
  auto& suspects = suspects_[device];
  std::vector<const Kin*> found;
  for (const Kin& kin : kin_[device])
    if (is_stuck(kin)) found.push_back(&kin);
  if (found.size() > suspects.size()) return doubt(device, found), true;
  if (!was || std::ranges::any_of(suspects, &Track::stuck)) return false;
  suspects.clear();
  facts_.trust(device);
  stuck_[device] = moves_again(device);
  return true;
}

Judgement StuckWatch::moves_again(Index device) const {
  const auto element = site_.element_of_device(device);
  return Judgement::fine({sign_of_pattern(element, "its values move again", *facts_.hearing(device).last_answer)});
}

// Of one that stood open before a restart nothing is known but what is heard since.
Judgement StuckWatch::moved_since(Index device, Instant since) const {
  const bool moved = std::ranges::any_of(kin_[device], [&](const Kin& kin) { return kin.track->known() && kin.track->changed > since; });
  return moved && facts_.hearing(device).last_answer ? moves_again(device) : Judgement{};
}

// Cheap first: most tracks moved lately.
bool StuckWatch::is_stuck(const Kin& kin) const {
  const Track& track = *kin.track;
  if (track.same < readings || !track.fresh) return false;
  if (!is_voltage(track.means) && track.value() < floor_of(track)) return false;  // a supply that stands by
  const Duration patience = track.refresh() > Duration{} ? refreshes * track.refresh() : longest;
  const Instant third = kin.with->moves.back();
  // What moved back before this one can have been measured and read shows nowhere on it.
  const Duration shows = std::max(track.refresh(), (track.last->time - track.changed) / (track.same - 1));
  if (std::ranges::any_of(kin.with->stood, [&](Duration stood) { return stood < shows; })) return false;
  return track.last->time - track.changed >= patience && third > track.changed + track.refresh() && kin.with->fresh;
}

void StuckWatch::doubt(Index device, const std::vector<const Kin*>& found) {
  std::vector<Sign> signs;
  std::set<Index> witnesses;
  suspects_[device].clear();
  for (const Kin* kin : found) {
    facts_.distrust(device, *kin->track);
    suspects_[device].push_back(kin->track);
    auto still = kin->track->sign(site_), moves = kin->with->sign(site_);
    still.point += ": the same " + std::to_string(kin->track->same) + " times";
    moves.point += ": moves meanwhile";
    witnesses.insert(kin->with->device);
    signs.push_back(std::move(still)), signs.push_back(std::move(moves));
  }
  stuck_[device] = Judgement::lost(witnesses.size() > 1 ? Strength::proven : Strength::probable, std::move(signs));
}

// Whoever might be its kin must look again: what they pointed at is gone.
void StuckWatch::identified(Index device) {
  suspects_[device].clear();
  Round near{site_, facts_.neighbours()};
  near.add_device(device);
  for (const Index f : near.feeds.all())
    for (const Index pdu : facts_.neighbours().pdus_on(f)) near.add_device(pdu);
  for (const Index d : near.devices.all()) kin_[d].clear(), known_[d] = false;
}

void StuckWatch::find_kin(Index device) {
  for (const Index load : facts_.neighbours().loads(device)) find_kin_in_load(device, site_.loads[load]);
  if (site_.devices[device].feed) find_kin_on_feed(device, *site_.devices[device].feed);
  for (const Index s : facts_.neighbours().supplies_of(device))
    if (const auto pdu = site_.supplies[s].pdu) pair(device, facts_.status(s, Meaning::supply_input_voltage), only_inlet(*pdu));
  known_[device] = true;
}

// Both ends of a cord meter the same flow; of siblings only what is metered alike, where the load is shared.
void StuckWatch::find_kin_in_load(Index device, const site::Load& load) {
  for (const Index s : load.supplies) {
    for (const Meaning at_outlet : {Meaning::outlet_power, Meaning::outlet_current})
      for (const Meaning inside : {Meaning::supply_output_power, Meaning::supply_input_power})
        pair(device, facts_.outlet(s, at_outlet), facts_.status(s, inside));
    if (load.sharing != site::Sharing::active) continue;
    for (const Index sibling : load.supplies)
      for (const Meaning means : powers) {
        if (sibling <= s) continue;
        pair(device, facts_.outlet(s, means), facts_.outlet(sibling, means));
        pair(device, facts_.status(s, means), facts_.status(sibling, means));
      }
  }
}

// The voltage of the PDUs before and after it on the feed, and of the supplies that it feeds.
void StuckWatch::find_kin_on_feed(Index device, Index feed) {
  const Track* former = nullptr;
  for (const Index d : facts_.neighbours().pdus_on(feed)) {
    const Track* volts = only_inlet(d);
    if (volts == nullptr) continue;
    pair(device, former, volts);
    former = volts;
  }
  for (const Index s : facts_.supplies_on(device)) pair(device, only_inlet(device), facts_.status(s, Meaning::supply_input_voltage));
}

const Track* StuckWatch::only_inlet(Index pdu) const {
  const auto inlet = site_.devices[pdu].feed ? facts_.inlet(pdu, Meaning::input_voltage) : std::span<const Track* const>{};
  return inlet.size() == 1 ? inlet.front() : nullptr;
}

void StuckWatch::pair(Index device, const Track* a, const Track* b) {
  if (a == nullptr || b == nullptr || a->device == b->device) return;
  if (a->device == device) kin_[device].push_back({a, b});
  if (b->device == device) kin_[device].push_back({b, a});
}

}  // namespace holdup::detect
