#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/cli/verbs.hpp"
#include "ground/result.hpp"

// What the loads of a site draw just now, by what their outlets or supplies were last measured at.
namespace holdup::cli {

/// By load, in watts; nothing where a corded supply of it is not measured. Asks a running daemon, or reads a store file.
[[nodiscard]] ground::Result<std::vector<std::optional<double>>> measured_watts(const site::Site& site, const Source& source);

}  // namespace holdup::cli
