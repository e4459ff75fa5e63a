#pragma once

#include <filesystem>

#include "drivers/profile/library.hpp"
#include "ground/problem.hpp"

// Reads the folder of firmware profiles from disk; main and the verbs use it once at start.
namespace holdup::profile {

/// The profiles of this build: the installed folder where it exists, else the source tree's.
[[nodiscard]] std::filesystem::path default_folder();
/// Every *.yaml of the folder, by name. A folder or file that cannot be read is a problem.
[[nodiscard]] Library load_folder(const std::filesystem::path& folder, ground::Problems& problems);

}  // namespace holdup::profile
