#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "ground/yaml/mapping.hpp"
#include "hw-sim/power/rack.hpp"

// The keys of the power chain that stand in the site file proper and under `sim:` alike: banks and phases of a PDU, ratings of a supply,
// battery units and cooling of a load. Used by the rack reader and by the reader of `sim:`.
namespace hwsim::scenario {

namespace ground = holdup::ground;

constexpr std::size_t most_outlets = 64;  // the longest strips sold have 54

/// `phase: 1`, `banks: {1: {outlets: 1-8, phase: 1}}`; the PDU has at least those outlets.
void read_pdu_chain(ground::yaml::Mapping& map, power::System system, power::Pdu& pdu);
/// `rated_watts`, `holdup` (one value, or by volts and by watts), `input_min_volts`, `input_max_volts`; `nominal_volts` of its outlet.
void read_supply_chain(ground::yaml::Mapping& map, double nominal_volts, power::Supply& supply);
/// `cooling`, `shutdown_after`, `batteries: {bbu1: {status: DEVICE}}`.
void read_load_chain(ground::yaml::Mapping& map, power::Load& load);
/// "1-8", "1,3,5", "1-4, 9" or a list of these; reports what is none.
[[nodiscard]] std::vector<std::size_t> read_outlets(ground::yaml::Mapping& map, std::string_view key);

}  // namespace hwsim::scenario
