#pragma once

#include <string>
#include <vector>

#include "drivers/profile/rule_loader.hpp"

// Reads what holds a row back; tree_loader.cpp and text_loader.cpp use it. Pure.
namespace holdup::profile {

[[nodiscard]] Condition load_condition(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
/// The conditions under `where`.
[[nodiscard]] std::vector<Condition> load_where(ground::yaml::Mapping& map, const FileScope& scope);

}  // namespace holdup::profile
