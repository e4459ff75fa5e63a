#pragma once

#include "collector/site/site.hpp"
#include "ground/yaml/mapping.hpp"

// Reads `contacts:` of the site file: which line of which chip, how it is wired, and which supply it speaks of.
namespace holdup::site {

/// After the loads.
void read_contacts(ground::yaml::Mapping& top, Site& site);

}  // namespace holdup::site
