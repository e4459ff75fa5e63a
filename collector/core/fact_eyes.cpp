#include "collector/core/fact_eyes.hpp"

namespace holdup::core {

std::vector<incident::Told> FactEyes::of_device(site::Index device, reading::Meaning means) const {
  std::vector<incident::Told> out;
  for (const auto* track : facts_.said(device, means)) out.push_back(told(*track));
  return out;
}

std::vector<incident::Told> FactEyes::of_outlet(const site::Cord& cord, reading::Meaning means) const {
  for (site::Index s = 0; s < site_.supplies.size(); ++s)
    if (site_.cord_of_supply(s) == cord)
      if (const auto* track = facts_.outlet(s, means); track != nullptr && track->known()) return {told(*track)};
  return {};
}

incident::Told FactEyes::told(const detect::Track& track) const {
  return {.source = site_.element_of_device(track.device),
          .point = track.point,
          .value = track.value(),
          .fresh = track.fresh && !facts_.hearing(track.device).silent(),
          .time = ground::utc(track.last->time, moment_.utc_offset)};
}

}  // namespace holdup::core
