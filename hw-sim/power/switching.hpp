#pragma once

#include <cstddef>
#include <optional>

#include "ground/element.hpp"
#include "ground/result.hpp"
#include "hw-sim/power/circuit.hpp"
#include "hw-sim/power/command.hpp"
#include "hw-sim/power/rack.hpp"

// Turns a Command into thrown switches of a Circuit; World settles what follows.
namespace hwsim::power {

/// Where an element stands in the rack's lists.
struct Place {
  enum class Kind { feed, pdu, phase, bank, outlet, load, supply, unit, ups, ups_input, ats, controller, disk, cache, battery };
  Kind kind;
  std::size_t index = 0;  // feed, PDU, UPS, transfer switch or load
  std::size_t part = 0;   // phase, bank, outlet (from 0), supply, battery unit, controller or disk
};
[[nodiscard]] std::optional<Place> locate(const Rack& rack, const ground::Element& element);

/// unsupported, and nothing changed, when the element is unknown or cannot do that.
[[nodiscard]] ground::Result<void> perform(const Command& command, const Rack& rack, Circuit& circuit, Instant now);

}  // namespace hwsim::power
