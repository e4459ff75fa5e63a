#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "drivers/reading/point.hpp"
#include "hw-sim/power/snapshot.hpp"

// A simulated device's quantities as a driver finds them on the wire: named as its firmware profile names them, in the steps in which its
// model shows them. Used by drills of rules, whose expressions go by those names.
namespace holdup::drill {

struct WirePoint {
  reading::Point point;
  std::optional<std::size_t> place = {};  // in the snapshot; nothing of what never changes
  double factor = 1, step = 0;            // value = measured × factor, to the nearest step (0: as it is)
  std::vector<double> codes = {};         // instead: the device's code by the measured whole number
  double fixed = 0;

  [[nodiscard]] double shown(double measured) const;
};

/// Empty for a model that has no names here: it is read as without a wire.
[[nodiscard]] std::vector<WirePoint> wire_points_of(std::string_view model, const hwsim::power::Snapshot& snapshot,
                                                    ground::Duration refresh);

/// The firmware profile that reads a model; empty as above.
[[nodiscard]] std::string_view profile_of_model(std::string_view model);

}  // namespace holdup::drill
