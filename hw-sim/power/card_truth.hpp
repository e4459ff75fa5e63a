#pragma once

#include <cstddef>

#include "ground/instant.hpp"
#include "hw-sim/power/agent.hpp"
#include "hw-sim/power/snapshot.hpp"

// What is true of a UPS, a battery unit, a transfer switch or the inside of a cabinet when its card looks, before the noise of its meters.
// Agent asks.
namespace hwsim::power {

inline constexpr double bus_volts = 50;  // Open Rack v3 output

/// Of what a PDU takes its power from.
[[nodiscard]] double source_hertz(const View& view, std::size_t pdu);

struct Look {
  Quantity quantity;
  std::size_t place = 0;  // phase, source, controller or disk, from 0
  Instant at{};
};

[[nodiscard]] double truth_of_ups(const View& view, std::size_t ups, const Look& look);
/// Of a load's battery unit.
[[nodiscard]] double truth_of_unit(const View& view, std::size_t load, std::size_t unit, const Look& look);
[[nodiscard]] double truth_of_ats(const View& view, std::size_t ats, const Look& look);
[[nodiscard]] double truth_of_cabinet(const View& view, std::size_t load, const Look& look);
/// Comes from a meter, and so with its noise; the others are states, counts and estimates.
[[nodiscard]] bool is_metered(Quantity quantity);

}  // namespace hwsim::power
