#pragma once

#include <string_view>

#include "collector/detect/verdict.hpp"

// What the ledger makes of the sorts of verdicts. Its own.
namespace holdup::incident {

/// The last event of an incident that was part of another.
inline constexpr std::string_view folded_word = "folded";

/// A verdict on a load says what a loss led to; it is never what an incident is traced to while anything else is.
[[nodiscard]] inline bool is_consequence(detect::Verdict verdict) { return sort(verdict) == detect::Sort::consequence; }

/// A meter that is wrong is no loss of power, and no loss may hide behind it.
[[nodiscard]] inline bool stands_alone(detect::Verdict verdict) { return sort(verdict) == detect::Sort::ticket; }

/// A sign which says that what is unknown has been so for too long.
[[nodiscard]] inline bool is_loud(std::string_view point) { return point == detect::unknown_for_long; }

/// What stands above brings about what stands below: a loss does, and silence does silence. A UPS that runs from its battery takes
/// nothing from anybody, so that a loss below it is a page of its own.
[[nodiscard]] inline bool brings_about(detect::Verdict above, detect::Verdict below) {
  return is_loss(above) || above == detect::Verdict::wrong_side || above == detect::Verdict::neutral_lost || above == below;
}

}  // namespace holdup::incident
