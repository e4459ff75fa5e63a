#pragma once

#include <vector>

#include "drivers/profile/trap.hpp"
#include "hw-sim/scenario/command.hpp"

// The values of a timeline's `trap` as a trap port would hear them. Used by the drill. Pure.
namespace holdup::drill {

[[nodiscard]] std::vector<profile::TrapValue> values_of(const hwsim::scenario::Trap& trap);

}  // namespace holdup::drill
