#pragma once

#include <optional>
#include <string>

#include "drivers/profile/profile.hpp"
#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"

// Reads one profile file; Library uses it. Pure.
namespace holdup::profile {

/// Nothing when the file has an error; `extends` is not resolved yet.
[[nodiscard]] std::optional<Profile> load_profile(const std::string& file, const ground::yaml::Node& root, ground::Problems& problems);

}  // namespace holdup::profile
