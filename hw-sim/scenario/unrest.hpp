#pragma once

#include <cstdint>
#include <vector>

#include "hw-sim/power/world.hpp"
#include "hw-sim/scenario/command.hpp"

// What a network that is not at rest does to answers: of each device some get lost, come slowly or too late, and arrive cut or with
// another's number. Seeded; nothing of it lies.
namespace hwsim::scenario {

[[nodiscard]] std::vector<Fault> unrest(const power::World& world, std::uint64_t seed);

}  // namespace hwsim::scenario
