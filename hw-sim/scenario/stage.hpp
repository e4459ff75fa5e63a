#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ground/json_writer.hpp"
#include "ground/result.hpp"
#include "hw-sim/power/world.hpp"
#include "hw-sim/scenario/command.hpp"
#include "hw-sim/scenario/faults.hpp"

// The world and the faults on its wires, driven by one set of commands: what the simulator's `run` and `holdup drill` both play on.
namespace hwsim::scenario {

class Stage {
 public:
  Stage(power::Rack rack, std::uint64_t seed);

  [[nodiscard]] power::World& world() { return world_; }
  [[nodiscard]] const power::World& world() const { return world_; }
  /// Performs a command at world().now(); unsupported when the rack has no such element or it cannot do that.
  /// Status, Trap and Maintenance do nothing here but look at their element: the host answers the one and sends the other, and tells its
  /// watcher of the third.
  [[nodiscard]] ground::Result<void> perform(const Command& command);
  /// The fate of the device's next request: none while its agent is unpowered or booting.
  [[nodiscard]] Fate fate(std::size_t device);
  /// See Faults::laid().
  [[nodiscard]] std::optional<Laid> laid(std::size_t device, FaultKind kind) const { return faults_.laid(device, kind, world_.now()); }

 private:
  [[nodiscard]] ground::Result<std::size_t> device_of(const ground::Element& element) const;
  [[nodiscard]] ground::Result<std::vector<std::size_t>> contacts_of(const ground::Element& element) const;
  [[nodiscard]] ground::Result<void> begin(const Fault& fault);
  [[nodiscard]] ground::Result<void> mislead(std::size_t device, const Fault& fault);
  [[nodiscard]] ground::Result<void> end(const Clear& clear);
  /// Of what has no electricity to lose, a network switch or the wires of contacts: a failure, or its end; nothing where it is neither.
  [[nodiscard]] std::optional<ground::Result<void>> turn(const ground::Element& element, const power::Outage& outage);
  [[nodiscard]] bool is_reached(std::size_t device) const;
  void end_due();

  power::World world_;
  Faults faults_;
  std::vector<power::Outage> switches_;  // as the rack's
  std::vector<std::pair<ground::Instant, Clear>> ends_;
};

/// The "elements" object of `status`: {"feed/A":{"live":true,"volts":[230]},"pdu-a":{…},…}, every element of the rack.
void write_elements(const power::World& world, ground::JsonWriter& json);

}  // namespace hwsim::scenario
