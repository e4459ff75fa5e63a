#pragma once

#include <span>
#include <vector>

#include "collector/drill/drill.hpp"

// Holds what was said against what a scenario expects. Used by the drill.
namespace holdup::drill {

/// One an expectation, in order. `events` carry `at` counted from the start of the timeline. `slack`: by how much a `by` may be missed;
/// where there is any, those that ask for a steady network are left out. `fired`: for expectations of
/// rules.
[[nodiscard]] std::vector<Verdict> weigh(std::span<const hwsim::scenario::Expectation> expectations, std::span<const record::Event> events,
                                         std::span<const Fired> fired = {}, Duration slack = {});

}  // namespace holdup::drill
