#pragma once

#include "hw-sim/scenario/faults.hpp"

// What stands between one device's agent and its readers: the servers ask it about every request. A recording's line has only the faults
// laid on it, a live device's also dies with its power.
namespace hwsim::agents {

class Line {
 public:
  virtual ~Line() = default;
  /// The fate of the next request; brings the device's values up to date.
  [[nodiscard]] virtual scenario::Fate next() = 0;
  /// Whether the device has power; without it a TCP connection is lost for good.
  [[nodiscard]] virtual bool powered() = 0;
};

}  // namespace hwsim::agents
