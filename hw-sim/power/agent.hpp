#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/power/circuit.hpp"
#include "hw-sim/power/lie.hpp"
#include "hw-sim/power/snapshot.hpp"
#include "hw-sim/power/world.hpp"

// The network agent of one device: powered, booting or up, and its registers, refreshed on a grid of its own. World keeps one for each
// device and calls refresh() before anything changes, so that a register holds what was true at its tick.
namespace hwsim::power {

/// What an agent looks at when it refreshes.
struct View {
  const Rack& rack;
  const Circuit& circuit;
};

class Agent {
 public:
  Agent(const Device& device, const View& view, std::uint64_t seed);

  /// Follows its power: dies at once, boots for its boot time.
  void follow(const View& view, Instant now);
  /// The boot ends, if it is due.
  void take_due(const View& view, Instant now);
  /// Brings the registers to the last tick at or before `now`. Requires that nothing changed between that tick and `now`.
  void refresh(const View& view, Instant now);
  void reboot(Instant now, std::optional<Duration> boot);
  void replace(Instant now, std::optional<Duration> boot);
  void set_registers(const View& view, Registers mode, Instant now);
  void warm(const View& view, Duration length, Instant now);
  void mislead(const View& view, Lie lie, Instant now);
  void correct(const View& view, std::optional<LieKind> kind, Instant now);

  [[nodiscard]] bool up() const { return up_; }
  [[nodiscard]] std::optional<Instant> boots() const { return boots_; }
  [[nodiscard]] Instant started() const { return started_; }
  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] Registers registers() const { return mode_; }

 private:
  struct Register {  // beside snapshot_.values: what to measure, without text
    Quantity quantity;
    std::size_t place;  // phase, bank, outlet, fan, supply of a cabinet…, from 0
  };

  void lay_out_pdu(const View& view);
  void lay_out_supply(const View& view);
  void lay_out_unit();
  void lay_out_ups(const View& view);
  void lay_out_ats(const View& view);
  void lay_out_cabinet(const View& view);
  void lay_out_lines(std::size_t count);
  void lay_out_banks(const std::vector<Bank>& banks);
  void lay_out(Quantity quantity, std::size_t places, std::size_t first_index);
  void lay_out(Quantity quantity);
  [[nodiscard]] bool powered(const View& view) const;
  [[nodiscard]] std::int64_t tick_at(Instant now) const;
  void fill(const View& view, Instant at);
  [[nodiscard]] bool blank(Instant at) const;
  [[nodiscard]] double told(std::size_t place, double truth) const;
  [[nodiscard]] double measure(const View& view, const Register& what, Instant at) const;
  [[nodiscard]] double measure_pdu(const View& view, const Register& what, Instant at) const;
  [[nodiscard]] double measure_inlet(const View& view, Quantity quantity, Instant at) const;
  [[nodiscard]] double measure_outlet(const View& view, const Register& what, Instant at) const;
  [[nodiscard]] double measure_supply(const View& view, const Register& what, Instant at) const;
  [[nodiscard]] double measure_card(const View& view, const Register& what, Instant at) const;
  [[nodiscard]] double signed_volts(const View& view, double volts) const;
  [[nodiscard]] double phase(const View& view, Quantity quantity, std::size_t phase, Instant at) const;
  /// -1 to 1.
  [[nodiscard]] double rippling(Quantity channel, Instant at) const;
  /// `truth` with this device's noise of that channel at that moment; 0 stays 0.
  [[nodiscard]] double noisy(double truth, Quantity channel, std::size_t place, Instant at) const;

  Device device_;
  std::uint64_t seed_;
  Duration period_{};
  Duration offset_{};
  Duration boot_time_{};
  bool powered_ = true;
  bool up_ = true;
  std::optional<Instant> boots_;
  Instant started_{};  // before 0 for agents that were up already
  double made_joules_ = 0;
  std::uint64_t made_losses_ = 0;
  Registers mode_ = Registers::live;
  std::vector<Lie> lies_;
  Duration warms_{};
  Instant warmed_ = Instant::min();  // when the fault began
  bool renewed_ = false;             // what it counts begins anew with its next start
  std::vector<double> counted_;      // what each register had counted then
  std::int64_t tick_ = 0;
  std::vector<Register> plan_;
  Snapshot snapshot_;
};

}  // namespace hwsim::power
