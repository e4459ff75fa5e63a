#pragma once

#include <span>
#include <vector>

#include "collector/drill/drill.hpp"

// Holds what was said against what a scenario expects. Used by the drill.
namespace holdup::drill {

/// One a expectation, in order. `events` carry `at` counted from the start of the timeline.
[[nodiscard]] std::vector<Verdict> weigh(std::span<const hwsim::scenario::Expectation> expectations, std::span<const record::Event> events);

}  // namespace holdup::drill
