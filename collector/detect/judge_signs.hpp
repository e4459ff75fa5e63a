#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"

// Small readings of the facts that several judgements share.
namespace holdup::detect {

inline constexpr double dead_line = 0.5;  // of nominal: back-feed leaves up to half on a dead line
// Of a plant's nominal voltage: it is cut off near 0.9; behind OR-ing diodes a blown fuse leaves tens of volts and no current.
inline constexpr double cut_off = 0.9, back_fed = 0.2;

// A meter's floor: what it shows below is no current.
inline constexpr double meter_floor_watts = 20, meter_floor_amperes = 0.2;

[[nodiscard]] inline Sign sign_of_pattern(const ground::Element& source, std::string text, Instant time) {
  return {.source = source, .point = std::move(text), .value = {}, .quality = Quality::good, .time = time, .uncertainty = {}};
}

/// What is stuck says nothing.
[[nodiscard]] inline bool says(const Track* track, double value) {
  return track != nullptr && track->known() && !track->stuck && track->value() == value;
}

/// 0 where there was something else before: only that is evidence.
[[nodiscard]] inline bool fell_to_zero(const Track* track) { return says(track, 0) && track->lived; }

[[nodiscard]] inline double floor_of(const Track& track) {
  return track.means == Meaning::outlet_current || track.means == Meaning::bank_current ? meter_floor_amperes : meter_floor_watts;
}
/// It has measured since `at` that something flows.
[[nodiscard]] inline bool carries_since(const Track* track, Instant at) {
  return track != nullptr && track->known() && !track->stuck && track->fresh && track->from() > at && track->value() >= floor_of(*track);
}

/// Between when a current or power was last seen, and first none; nothing where it still flows or never did lately.
[[nodiscard]] inline std::optional<Judge::Between> fall_of(const Track& track) {
  if (track.past.empty() || track.carried < track.past.front().first) return std::nullopt;
  const double floor = floor_of(track);
  const auto last = std::find_if(track.past.rbegin(), track.past.rend(), [&](const auto& entry) { return entry.second >= floor; });
  if (last == track.past.rend()) return std::nullopt;
  return Judge::Between{last->first, last.base() != track.past.end() ? last.base()->first : track.last->time, track.refresh()};
}

[[nodiscard]] inline Sign sign_of_contradiction(Sign sign, const std::string& why) {
  sign.point = "contradicts: " + sign.point + ": " + why;
  return sign;
}

/// Heard well since what is held began: only that can disprove it.
[[nodiscard]] inline bool fresh_since(const Track& track, const std::optional<Held>& held) {
  return track.fresh && !track.stuck && (!held || track.from() > held->since);
}

}  // namespace holdup::detect
