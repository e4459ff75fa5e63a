#pragma once

#include <string>

#include "ground/result.hpp"

// Asks a daemon over its control socket, as the verbs do. Blocks, under a deadline.
namespace holdup::control {

/// One JSON object to it and its answer back, without the newline. refused: nobody listens there, or we may not ask; timeout.
[[nodiscard]] ground::Result<std::string> ask(const std::string& path, const std::string& request);

}  // namespace holdup::control
