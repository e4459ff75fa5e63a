#pragma once

#include <string>
#include <vector>

#include "collector/core/learning.hpp"

// Since when a store has the series by which devices and their parts are known. `run` hands it to the core at its start.
namespace holdup::cli {

/// To the hour where it is long ago; nothing of a store that cannot be read.
[[nodiscard]] std::vector<core::KnownSeries> known_series(const std::string& store_path, ground::Utc now);

}  // namespace holdup::cli
