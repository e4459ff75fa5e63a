#pragma once

#include <vector>

#include "drivers/reading/point.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/power/snapshot.hpp"

// What a driver would make of a simulated device: its quantities as points, in the order of the snapshot. Used by the drill's virtual
// transport, which has no wire and so no profile.
namespace holdup::drill {

[[nodiscard]] std::vector<reading::Point> points_of(const hwsim::power::Snapshot& snapshot, ground::Duration refresh);

}  // namespace holdup::drill
