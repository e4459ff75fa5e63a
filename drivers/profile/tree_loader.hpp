#pragma once

#include <string>
#include <vector>

#include "drivers/profile/rule_loader.hpp"

// Reads the entries of scalars, tables and registers; loader.cpp uses it. Pure.
namespace holdup::profile {

[[nodiscard]] Scalar load_scalar(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
[[nodiscard]] Table load_table(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
/// One entry; several registers where it lists `bits`.
void load_register(const ground::yaml::Node& node, const std::string& path, const FileScope& scope, std::vector<Register>& out);
/// What a register must say for the profile to fit.
[[nodiscard]] RegisterSign load_register_sign(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);

}  // namespace holdup::profile
