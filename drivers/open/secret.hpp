#pragma once

#include <string>

#include "ground/result.hpp"

// Reads what must not stand in arguments or environment: communities now, SNMPv3 passwords later. The site's devices and the verbs use it.
namespace holdup::drivers {

/// The first line of the file. Refused when others than its owner may read it, when it is no plain file, empty, or over 1 KiB.
[[nodiscard]] ground::Result<std::string> read_secret(const std::string& path);

}  // namespace holdup::drivers
