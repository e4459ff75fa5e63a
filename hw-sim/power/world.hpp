#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "hw-sim/power/cabinet.hpp"
#include "hw-sim/power/command.hpp"
#include "hw-sim/power/contact_front.hpp"
#include "hw-sim/power/lie.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/power/snapshot.hpp"
#include "hw-sim/power/upstream.hpp"

// A rack under power: first-order electrical truth, hold-up, cards that die with their inlet, registers that refresh on their own grid,
// small seeded noise. Time starts at Instant{} and moves only by advance(). Same rack, seed and commands at the same times: the same
// bytes, however finely advance() is called and whatever is read. Used by the simulator's agents, by `holdup drill` and by world tests.
namespace hwsim::power {

enum class Registers : std::uint8_t {
  live,
  frozen,  // stay as they were last refreshed, the agent answers on
  zeros,   // every measured value reads 0
};

/// One network agent: a PDU's card (device name = PDU name), the status unit of a supply or a battery unit, the card of a UPS, a transfer
/// switch or a cabinet.
struct Device {
  enum class Kind : std::uint8_t { pdu, status_unit, battery_unit, ups, ats, cabinet };
  std::string name;
  Kind kind = Kind::pdu;
  std::size_t index = 0;   // PDU, load, UPS, transfer switch or (cabinet) load
  std::size_t supply = 0;  // of that load, for a status unit; its battery unit for that
  std::string_view model;  // whose look it has on the wire
  ground::Duration refresh{};
  ground::Duration boot{};
  bool traps = false;
};

/// What is true of a supply, without noise or delay.
struct SupplyTruth {
  bool input_live = false;
  bool output_live = false;
  double input_volts = 0;
  double input_watts = 0;
  double input_amperes = 0;
  double output_watts = 0;
  std::optional<ground::Instant> output_ends;  // on stored energy: when it will be gone
};

struct PduTruth {
  bool live = false;  // any phase at its inlet
  double watts = 0;
  double amperes = 0;  // sum over the phases
};

class World {
 public:
  /// Aborts when the rack's references or numbers make no rack.
  World(Rack rack, std::uint64_t seed);
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;

  [[nodiscard]] const Rack& rack() const;
  [[nodiscard]] ground::Instant now() const;
  /// Moves time; never backwards.
  void advance(ground::Instant to);
  /// When the world next changes by itself (hold-up ends, `for=` ends, a flag follows, a card has booted, a contact moves). Refreshes do
  /// not count.
  [[nodiscard]] std::optional<ground::Instant> next_change() const;

  /// Performs a command at now(). unsupported: no such element, or it cannot do that.
  [[nodiscard]] ground::Result<void> apply(const Command& command);

  /// PDUs in the rack's order, status units in the order of loads and supplies, UPSes, transfer switches, cabinets; the index names the
  /// device below.
  [[nodiscard]] std::span<const Device> devices() const;
  [[nodiscard]] std::optional<std::size_t> find_device(std::string_view name) const;
  /// Its agent is powered and booted.
  [[nodiscard]] bool answers(std::size_t device) const;
  /// When it last did; before Instant{} for agents that were up already.
  [[nodiscard]] ground::Instant started(std::size_t device) const;
  /// Its registers as of its last refresh; valid until the next call that is not const.
  [[nodiscard]] const Snapshot& read(std::size_t device);
  /// Restarts the agent, nothing else: silent for `boot` (default: the device's own), uptime from 0.
  void reboot(std::size_t device, std::optional<ground::Duration> boot = {});
  /// Of the device, or of the module that it is in: "SIM100004"; "SIM100004-2" when a second stands in its place.
  [[nodiscard]] std::string serial(std::size_t device) const;
  void set_registers(std::size_t device, Registers mode);
  [[nodiscard]] Registers registers(std::size_t device) const;
  /// Another device under the same address: as reboot(), and what it counts begins at 0.
  void replace(std::size_t device, std::optional<ground::Duration> boot = {});
  /// Numbers read 0 for so long from now, and after each start of the agent.
  void warm(std::size_t device, ground::Duration length);
  /// Lays a lie on single registers, or takes those of one kind off (all, unless told).
  void mislead(std::size_t device, Lie lie);
  void correct(std::size_t device, std::optional<LieKind> kind = {});

  [[nodiscard]] bool contact_closed(std::size_t contact) const { return front(contact).closed(); }
  /// Its wires: both sides, and how often they moved.
  [[nodiscard]] const ContactFront& front(std::size_t contact) const;
  [[nodiscard]] std::optional<std::size_t> find_contact(std::string_view name) const;
  void disturb(std::size_t contact, Disturbance kind, std::optional<Duration> period = {});
  void calm(std::size_t contact, std::optional<Disturbance> kind);
  /// Contact edges since the last call, oldest first, with their exact instants.
  [[nodiscard]] std::vector<Edge> take_edges();

  // The truth, for status, tests and drills.
  /// Volts of a feed's phase (0-based) as it is metered: to the neutral, in a delta to the next line. 0 or above whatever the sign.
  [[nodiscard]] double feed_volts(std::size_t feed, std::size_t phase = 0) const;
  [[nodiscard]] PduTruth pdu(std::size_t pdu) const;
  /// Outlets count from 1. Volts, 0 when dead.
  [[nodiscard]] double outlet_volts(std::size_t pdu, std::size_t outlet) const;
  [[nodiscard]] bool outlet_on(std::size_t pdu, std::size_t outlet) const;
  [[nodiscard]] SupplyTruth supply(std::size_t load, std::size_t supply) const;
  [[nodiscard]] double fan_rpm(std::size_t load, std::size_t supply) const;
  /// Any of its supplies or battery units has output.
  [[nodiscard]] bool load_carried(std::size_t load) const;
  [[nodiscard]] double load_watts(std::size_t load) const;
  [[nodiscard]] const UpsState& ups(std::size_t ups) const;
  [[nodiscard]] const AtsState& ats(std::size_t ats) const;
  /// Of a load that is a cabinet.
  [[nodiscard]] const CabinetState& cabinet(std::size_t load) const;
  /// feed: every phase up, and its neutral · PDU, its phase, outlet: has voltage · bank: its breaker is closed · battery unit: can carry ·
  /// supply, UPS, transfer switch: has output · UPS input: good · load: carried · cache:
  /// writes back · controller, disk, battery: works · contact: closed · device: answers.
  /// Nothing for an element the rack does not have.
  [[nodiscard]] std::optional<bool> live(const ground::Element& element) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hwsim::power
