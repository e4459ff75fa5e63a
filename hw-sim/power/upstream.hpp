#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hw-sim/power/outage.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/power/wear.hpp"

// What stands before the PDUs: a UPS that carries feeds from its battery, a transfer switch that takes a PDU to another feed. First order:
// both change over within any supply's hold-up, a battery gives what it got; the volts of a dc plant sink in steps of ten seconds. Circuit
// settles them with the rest.
namespace hwsim::power {

/// Below this share of nominal a source is no good to a UPS or a transfer switch.
inline constexpr double good_source = 0.85;

enum class UpsMode : std::uint8_t {
  normal,  // its input is converted, the battery carries when that is lost
  eco,     // its input passes through while that is good
  bypass,  // its input passes through whatever that is: the battery stands aside
  test,    // the battery carries although the input is good, until it is empty
};
inline constexpr std::array<std::string_view, 4> ups_mode_names{"normal", "eco", "bypass", "test"};

enum class BatteryTest : std::uint8_t { none, passed, failed };

struct UpsState {
  double set_volts = 0;  // at its input
  double set_hertz = 50;
  double wander = 1;  // of its input's volts, with the days
  UpsMode mode = UpsMode::normal;
  Outage input, output;
  bool input_live = false;
  bool output_live = false;
  double load_watts = 0;
  double stored_joules = 0;
  double stored_flow = 0;             // watts into the battery; negative while it carries
  std::optional<Instant> empties;     // the battery, at the load of now
  std::optional<Instant> sinks;       // a plant's volts, by another step
  std::optional<Instant> on_battery;  // since
  std::uint64_t input_losses = 0;
  Wear wear, charger;                                 // of its battery, of what charges that
  double capacity = 1, resistance = 1, charging = 1;  // of new, as they wear
  bool tested = false;                                // a test is under way
  BatteryTest last_test = BatteryTest::none;

  /// Before the feeds are settled: whether there is output.
  void settle_output(double nominal_volts, Instant now);
  /// Behind them: what it carries, and how long that goes.
  void settle_battery(const Ups& ups, double watts, Instant now);
  /// What a plant shows of nominal: its float, or what its battery still has.
  [[nodiscard]] double plant_ratio(const Ups& ups) const;
  void integrate(const Ups& ups, double seconds);
  void take_due(Instant now);
  void find_next(std::optional<Instant>& least) const;

  [[nodiscard]] double volts() const { return input.on ? 0 : set_volts * wander; }
  /// Its input is its output.
  [[nodiscard]] bool passes() const { return mode == UpsMode::bypass || (mode == UpsMode::eco && input_live); }
  /// Joules of its battery, as old as that is.
  [[nodiscard]] double full(const Ups& ups) const;
  /// What its battery shows: it sinks with its charge and, by its resistance, with what it gives.
  [[nodiscard]] double battery_volts(const Ups& ups, double joules) const;
  /// Between its battery's terminals, as old as it is.
  [[nodiscard]] double battery_ohms(const Ups& ups) const;
  /// Its battery as of that moment, which is not before the last integrate().
  [[nodiscard]] double joules(const Ups& ups, double seconds_since) const;
};

[[nodiscard]] double full_battery(const Ups& ups);

struct AtsState {
  Outage output;
  Outage moving;             // it changes over
  std::size_t selected = 0;  // 0 the preferred source, 1 the alternate
  bool good[2] = {true, true};
  std::uint64_t transfers = 0;

  /// Takes the source that is good, the preferred one before the other; stays where neither is.
  void settle(const Ats& ats, bool preferred_good, bool alternate_good, Instant now);
};

}  // namespace hwsim::power
