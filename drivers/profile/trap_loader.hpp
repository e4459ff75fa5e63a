#pragma once

#include <string>

#include "drivers/profile/rule_loader.hpp"
#include "drivers/profile/trap.hpp"

// Reads one entry of a profile's `traps:`; loader.cpp uses it. Pure.
namespace holdup::profile {

[[nodiscard]] TrapRule load_trap(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);

}  // namespace holdup::profile
