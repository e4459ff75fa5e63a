#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/scenario/sim_keys.hpp"

// The simulator's own reader of a site file: what it needs of rack, system, feeds, devices, contacts, loads, and all of `sim:`. Keys that
// only holdup acts on are left to holdup's reader, which is the strict one.
namespace hwsim::scenario {

namespace ground = holdup::ground;

/// Where the site file says a device is reached, in the order of World::devices().
struct Address {
  std::string device;
  std::string url;
  int line = 0;
  Wire wire = {};
};

struct RackFile {
  power::Rack rack;
  std::vector<Address> addresses;
  /// Every element that a command or an expectation may name: the rack's, its banks and phases, what devices stand `via:`, what contacts
  /// share, self.
  std::vector<ground::Element> elements;
};

/// Usable only when problems.ok().
[[nodiscard]] RackFile read_rack(const ground::yaml::Node& root, const std::string& file, ground::Problems& problems);
[[nodiscard]] RackFile parse_rack(std::string_view text, const std::string& file, ground::Problems& problems);

}  // namespace hwsim::scenario
