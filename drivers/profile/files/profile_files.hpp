#pragma once

#include <string>
#include <vector>

#include "drivers/profile/library.hpp"
#include "ground/problem.hpp"

// Reads the folders of firmware profiles from disk; main and the verbs use it once at start.
namespace holdup::profile {

/// The profiles of this build (the installed folder where it exists, else the source tree's), then the operator's own where there are any.
[[nodiscard]] std::vector<std::string> default_folders();
/// Every *.yaml of the folders, by name. What a later folder says takes the place of what an earlier one says. A folder or file that cannot
/// be read is a problem.
[[nodiscard]] Library load_folders(const std::vector<std::string>& folders, ground::Problems& problems);

}  // namespace holdup::profile
