#pragma once

#include <string_view>

#include "drivers/profile/rule_loader.hpp"

// Reads where a name, an index or an identity's text comes from; loader.cpp and tree_loader.cpp use it. Pure.
namespace holdup::profile {

/// A text source, or a list of them.
[[nodiscard]] TextSources load_texts(ground::yaml::Mapping& map, std::string_view key, const FileScope& scope);

/// One entry of `parts`.
[[nodiscard]] Plate load_plate(const ground::yaml::Node& node, const std::string& path, const FileScope& scope);

}  // namespace holdup::profile
