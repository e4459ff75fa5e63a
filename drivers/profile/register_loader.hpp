#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/profile/rule_loader.hpp"

// Reads what a profile says of Modbus: registers, SunSpec models, and what registers must say for it to fit; loader.cpp uses it. Pure.
namespace holdup::profile {

/// One entry of `registers`; several registers where it lists `bits` or repeats.
void load_register(const ground::yaml::Node& node, const std::string& path, const FileScope& scope, std::vector<Register>& out);
/// One entry of `models`.
[[nodiscard]] ModelTable load_model(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
/// `sunspec: [40000, …]`: where a chain may begin.
[[nodiscard]] std::vector<std::uint16_t> load_chain_starts(ground::yaml::Mapping& map);
/// What a register must say for the profile to fit.
[[nodiscard]] RegisterSign load_register_sign(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
/// What stands in registers, or in the device identification, of an identity.
[[nodiscard]] TextSource load_register_text(ground::yaml::Mapping& map);

}  // namespace holdup::profile
