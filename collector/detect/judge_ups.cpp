#include <algorithm>

#include "collector/detect/judge.hpp"
#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {

Judgement Judge::ups(Index device) const {
  const auto tracks = facts_.inlet(device, Meaning::ups_on_battery);
  const auto held = this->held(Verdict::ups_on_battery, &site::Site::element_of_source, device);
  // A battery of a load is judged with the load's inputs.
  if (std::ranges::any_of(site_.batteries, [&](const site::Battery& battery) { return battery.status == device; })) return {};
  // Its own test of the battery is no loss of its input.
  if (const auto test = this->held(Verdict::battery_test, &site::Site::element_of_source, device))
    return Judgement::fine({sign_of_pattern(site_.element_of_source(device), "battery_test", test->since)});
  if (tracks.empty()) return by_seconds(device, held);
  const auto on = std::find_if(tracks.begin(), tracks.end(), [](const Track* track) { return says(track, 1); });
  if (on != tracks.end()) return Judgement::lost(Strength::proven, {(*on)->sign(site_)});
  const bool off =
      std::all_of(tracks.begin(), tracks.end(), [&](const Track* track) { return says(track, 0) && fresh_since(*track, held); });
  return off ? Judgement::fine({tracks.front()->sign(site_)}) : Judgement{};
}

// A UPS that does not tell where its output comes from may still count how long it has lived on its battery.
Judgement Judge::by_seconds(Index device, const std::optional<Held>& held) const {
  const auto tracks = facts_.inlet(device, Meaning::seconds_on_battery);
  if (tracks.empty() || !tracks.front()->known()) return {};
  const Track& seconds = *tracks.front();
  if (seconds.value() > 0) return Judgement::lost(Strength::proven, {seconds.sign(site_)});
  return fresh_since(seconds, held) ? Judgement::fine({seconds.sign(site_)}) : Judgement{};
}

}  // namespace holdup::detect
