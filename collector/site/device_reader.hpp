#pragma once

#include <span>
#include <string>

#include "collector/site/site.hpp"
#include "ground/yaml/mapping.hpp"

// Reads `devices:` of the site file: how each is reached and asked, and, of a PDU, what it hangs on and its banks.
namespace holdup::site {

/// After the feeds. `profiles` are the names that a device's `profile:` may give.
void read_devices(ground::yaml::Mapping& top, std::span<const std::string> profiles, Site& site);

}  // namespace holdup::site
