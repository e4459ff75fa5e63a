#include <algorithm>

#include "collector/detect/judge.hpp"
#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {

Judgement Judge::ups(Index device) const {
  const auto tracks = facts_.inlet(device, Meaning::ups_on_battery);
  const auto held = held_(Verdict::ups_on_battery, site_.element_of_pdu(device));
  const auto on = std::find_if(tracks.begin(), tracks.end(), [](const Track* track) { return says(track, 1); });
  if (on != tracks.end()) return Judgement::lost(Strength::proven, {(*on)->sign(site_)});
  const bool off =
      std::all_of(tracks.begin(), tracks.end(), [&](const Track* track) { return says(track, 0) && fresh_since(*track, held); });
  return off && !tracks.empty() ? Judgement::fine({tracks.front()->sign(site_)}) : Judgement{};
}

}  // namespace holdup::detect
