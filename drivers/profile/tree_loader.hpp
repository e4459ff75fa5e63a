#pragma once

#include <string>

#include "drivers/profile/rule_loader.hpp"

// Reads the entries of scalars and tables; loader.cpp uses it. Pure.
namespace holdup::profile {

[[nodiscard]] Scalar load_scalar(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);
[[nodiscard]] Table load_table(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);

}  // namespace holdup::profile
