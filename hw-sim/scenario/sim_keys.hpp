#pragma once

#include "ground/yaml/mapping.hpp"
#include "hw-sim/power/rack.hpp"

// The `sim:` part of a site file: how each element of an already read rack behaves where that is no business of holdup's. Strict, since
// nobody else reads it. Used by the rack reader.
namespace hwsim::scenario {

namespace ground = holdup::ground;

/// sim: {feed/A: {frequency_hertz}, pdu-a: {model, refresh, boot, outlets, traps}, cab1: {watts}, cab1/psu1: {model, refresh, boot,
/// fan_rpm}}
void read_sim(const ground::yaml::Node& node, const ground::yaml::Report& report, power::Rack& rack);

}  // namespace hwsim::scenario
