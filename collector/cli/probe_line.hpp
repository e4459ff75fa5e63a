#pragma once

#include "collector/cli/verbs.hpp"

// `holdup probe gpio://CHIP/LINE`: a contact's line, read once as it stands.
namespace holdup::cli {

/// Asks the kernel for the line with its bias left as it is, and lets go of it again.
[[nodiscard]] int probe_line(const ProbeOptions& options);

}  // namespace holdup::cli
