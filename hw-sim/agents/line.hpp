#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "hw-sim/agents/variation.hpp"
#include "hw-sim/scenario/faults.hpp"

// What stands between one device's agent and its readers: the servers ask it about every request. A recording's line has only the faults
// laid on it, a live device's also dies with its power.
namespace hwsim::agents {

/// How things stand with a device while it answers.
struct Moment {
  static constexpr auto first_on_objects = static_cast<std::size_t>(scenario::FaultKind::no_bulk);
  static constexpr auto kinds_on_objects = static_cast<std::size_t>(scenario::FaultKind::trap_storm) + 1 - first_on_objects;

  AskedAt asked;
  bool up = true;                      // powered, and its agent has started
  ground::Duration uptime{};           // of the agent, in the device's own time
  std::int32_t engine_seconds = 0;     // in real time since it last started
  std::uint32_t restarts = 0;          // of the agent since the simulator began
  bool frozen = false, zeros = false;  // of a recording: a live device's registers have these of their own
  bool shows_uptime = false;           // a recording that was restarted: its sysUpTime counts from there
  std::array<std::optional<scenario::Laid>, kinds_on_objects> laid{};

  [[nodiscard]] const std::optional<scenario::Laid>& of(scenario::FaultKind kind) const {
    return laid[static_cast<std::size_t>(kind) - first_on_objects];
  }
  [[nodiscard]] bool undisturbed() const {
    for (const auto& fault : laid)
      if (fault) return false;
    return !frozen && !zeros && !shows_uptime;
  }
};

class Line {
 public:
  virtual ~Line() = default;
  /// The fate of the next request; brings the device's values up to date.
  [[nodiscard]] virtual scenario::Fate next() = 0;
  /// Whether the device has power; without it a TCP connection is lost for good.
  [[nodiscard]] virtual bool powered() = 0;
  [[nodiscard]] virtual Moment moment() = 0;
  /// A fault that lies on the device, while it does; of the kinds before frozen.
  [[nodiscard]] virtual std::optional<scenario::Laid> laid(scenario::FaultKind kind) = 0;
};

}  // namespace hwsim::agents
