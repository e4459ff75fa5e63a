#include "collector/detect/standing.hpp"

#include <algorithm>
#include <set>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {

Standings::Standings(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held)
    : site_{site},
      facts_{facts},
      judge_{judge},
      held_{std::move(held)},
      supplies_(site.supplies.size()),
      paths_(site.loads.size()),
      modules_(site.loads.size()) {}

void Standings::judge(std::span<const Index> supplies, std::span<const Index> loads) {
  for (const Index s : supplies) note(Standing::Of::supply_on, supplies_, s, supply(s));
  for (const Index l : loads) {
    note(Standing::Of::path, paths_, l, paths(l));
    note(Standing::Of::module, modules_, l, modules(l));
  }
}

void Standings::note(Standing::Of of, std::vector<Good>& all, Index index, Good good) {
  if (std::exchange(all[index], good) != good) changed_.push_back({of, index, good});
}

/// Its device was heard, and is not silent since: one answer that is lost changes nothing.
bool Standings::tells(const Track* track) const { return track != nullptr && track->known() && !facts_.hearing(track->device).silent(); }

Standings::Good Standings::supply(Index supply) const {
  const auto& element = site_.element_of_supply(supply);
  for (const Verdict v : {Verdict::supply_removed, Verdict::supply_input_lost, Verdict::supply_output_failed, Verdict::supply_off_commanded,
                          Verdict::supply_lost})
    if (held_(v, element)) return false;
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  if (judge_.held_above(supply) && !(tells(input) && says(input, 1))) return false;
  const Track* seen = input != nullptr ? input : facts_.outlet(supply, Meaning::outlet_current);
  if (!tells(seen)) return std::nullopt;
  const auto denies = [&](Meaning means) { return says(facts_.status(supply, means), 0); };
  const bool good = input != nullptr ? says(input, 1) && !denies(Meaning::supply_output_ok) && !denies(Meaning::supply_present)
                                     : seen->value() >= meter_floor_amperes;
  return good ? Good{true} : std::nullopt;
}

/// Of a load whose ways are all on one feed there is nothing to lose, and nothing that is redundant.
Standings::Good Standings::paths(Index load) const {
  std::set<std::optional<Index>> feeds;
  for (const Index s : site_.loads[load].supplies) feeds.insert(site_.feed_of_supply(s));
  return feeds.size() < 2 ? Good{false} : redundancy(load, Verdict::path_redundancy_lost);
}

/// Where nobody says what the load needs, nobody can tell whether one supply less would give it.
Standings::Good Standings::modules(Index load) const {
  const auto& of = site_.loads[load];
  if (!of.needs_watts) return std::nullopt;
  return of.supplies.size() < 2 ? Good{false} : redundancy(load, Verdict::module_redundancy_lost);
}

Standings::Good Standings::redundancy(Index load, Verdict lost) const {
  for (const Verdict v : {Verdict::load_down, lost})
    if (const auto held = held_(v, site_.element_of_load(load))) return held->strength == Strength::unknown ? std::nullopt : Good{false};
  const auto on = [&](Index s) { return supplies_[s] == true; };
  return std::ranges::all_of(site_.loads[load].supplies, on) ? Good{true} : std::nullopt;
}

}  // namespace holdup::detect
