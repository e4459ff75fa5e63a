#pragma once

#include <vector>

#include "collector/site/site.hpp"
#include "ground/yaml/mapping.hpp"

// Reads `loads:` of the site file: what they need, their supplies and batteries.
namespace holdup::site {

/// A supply that has neither cord nor status, and where the file says so: a contact may still see it.
struct Unseen {
  Index supply;
  int line;
  std::string key;
};

/// After the devices.
[[nodiscard]] std::vector<Unseen> read_loads(ground::yaml::Mapping& top, Site& site);

}  // namespace holdup::site
