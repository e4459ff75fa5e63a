#pragma once

#include <optional>
#include <string>
#include <utility>

#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"

// Small readings of the facts that several judgements share.
namespace holdup::detect {

// A meter's floor: what it shows below is no current.
inline constexpr double meter_floor_watts = 20, meter_floor_amperes = 0.2;

[[nodiscard]] inline Sign sign_of_pattern(const ground::Element& source, std::string text, Instant time) {
  return {.source = source, .point = std::move(text), .value = {}, .quality = Quality::good, .time = time, .uncertainty = {}};
}

[[nodiscard]] inline bool says(const Track* track, double value) { return track != nullptr && track->known() && track->value() == value; }

/// Heard well since what is held began: only that can disprove it.
[[nodiscard]] inline bool fresh_since(const Track& track, const std::optional<Held>& held) {
  return track.fresh && (!held || track.from() > held->since);
}

}  // namespace holdup::detect
