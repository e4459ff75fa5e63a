#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/power/battery.hpp"
#include "hw-sim/power/cabinet.hpp"
#include "hw-sim/power/lines.hpp"
#include "hw-sim/power/outage.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/power/upstream.hpp"
#include "hw-sim/power/wear.hpp"

// The electricity of a rack between two changes: who has voltage, who carries what, what stored energy is left. World tells it when
// something changes; it says what follows and when the next change comes by itself. First order: no transients, unity balance.
namespace hwsim::power {

struct FeedState {
  std::array<double, max_phases> set_volts{};
  double set_hertz = 0;
  double wander = 1;  // of its volts, with the days
  std::array<Outage, max_phases> phases;
  Outage neutral;
  Draw draw;  // what hung on it when it was last whole
  Lines lines;
  std::array<double, max_phases> volts{};  // of its phases as they are metered
  std::array<bool, max_phases> up{};       // that phase has its source
  double hertz = 0;

  [[nodiscard]] Breaks breaks() const;
};

struct OutletState {
  Tap tap;
  std::optional<std::size_t> bank;
  bool on = true;
  Outage fuse;
  bool fed_back = false;  // its volts come from behind, through the diodes of what is plugged in
  double volts = 0;
  double amperes = 0;
  double watts = 0;
  double joules = 0;
};

struct PduState {
  Outage breaker;
  std::array<Outage, max_phases> phases;
  std::vector<Outage> banks;
  Draw draw;  // what hung on it when its phases were last whole
  Lines lines;
  std::array<double, max_phases> volts{};
  std::array<double, max_phases> amperes{};
  std::array<double, max_phases> watts{};
  double neutral_amperes = 0;
  double residual_amperes = 0;  // as set
  Wear insulation;
  double leak_amperes = 0;  // what that lets through
  double joules = 0;
  std::vector<OutletState> outlets;
  bool live = false;  // enough for its card
};

/// A first-order lag toward its target.
struct Fan {
  double ratio = 1;  // wear: what is left of its nominal speed
  double target_rpm = 0;
  double from_rpm = 0;
  Instant since{};
  [[nodiscard]] double rpm(Instant at) const;
};

/// The air that leaves a supply: a first-order lag toward its target.
struct Warmth {
  double target = 0, from = 0;  // degrees Celsius
  Instant since{};
  [[nodiscard]] double celsius(Instant at) const;
  /// When it will be that hot; nothing where it never will, or is already.
  [[nodiscard]] std::optional<Instant> reaches(double celsius) const;
};

/// What wears of one supply and its cord, and what that makes of it now.
struct SupplyWear {
  Wear fan, capacitor, efficiency, contact, dust, sharing;
  double fan_ratio = 1, capacitance = 1, esr = 1, losses = 1, air = 1, share = 1;  // of new
  double ohms = 0;                                                                 // of its plug
  std::uint64_t openings = 0;                                                      // of its plug, so far
  Outage open;
  std::uint64_t seed = 0;
};

struct SupplyState {
  Outage output;   // failed although its input is good
  Outage removal;  // the module is out of its bay
  bool standby = false;
  double input_volts = 0;
  double input_watts = 0;
  double input_amperes = 0;
  double output_watts = 0;
  bool input_live = false;
  bool output_live = false;
  std::optional<Instant> starts;   // output follows
  std::optional<Instant> empties;  // stored energy gone
  double stored_joules = 0;
  double stored_flow = 0;  // watts into the store; negative on hold-up
  bool input_flag = false;
  std::optional<Instant> flag_follows;
  std::uint64_t input_losses = 0;
  Fan fan;
  SupplyWear wear;
  Warmth warmth;
  std::optional<Instant> trips;  // it gets too hot
  Instant made{};                // it has run since
};

struct LoadState {
  double watts = 0;     // what it takes while carried
  double celsius = 25;  // of the air that it takes in, as set
  double day = 1;       // of its watts, with the days
  Outage stopped;       // it crashed, or shut down: it takes nothing
  std::optional<Instant> shuts_down;
  bool carried = false;
  std::vector<SupplyState> supplies;
  std::vector<BatteryState> batteries;

  /// The volts of its common output as a share of nominal: the supplies', or what the batteries still have.
  [[nodiscard]] double bus_ratio(const Load& load) const;
};

class Circuit {
 public:
  explicit Circuit(const Rack& rack, std::uint64_t seed = 0);

  /// Energies up to `to`; call before anything changes at `to`.
  void integrate(const Rack& rack, Instant to);
  /// What is due at `now` happens.
  void take_due(Instant now);
  /// Works out the state that follows from the switches; call after any change.
  void settle(const Rack& rack, Instant now);
  [[nodiscard]] std::optional<Instant> next_change() const;
  /// When the energies were last brought up to date.
  [[nodiscard]] Instant since() const { return since_; }

  std::vector<FeedState> feeds;
  std::vector<PduState> pdus;
  std::vector<LoadState> loads;
  std::vector<UpsState> upses;
  std::vector<AtsState> atses;
  std::vector<CabinetState> cabinets;  // one a load, whatever it is

  /// By how many degrees the air is warmer than where no weather is played.
  [[nodiscard]] double warmer() const { return warmer_; }
  /// Joules in a supply's bulk capacitor when charged, as old as it is.
  [[nodiscard]] static double full_store(const Supply& supply, const SupplyState& state);

  /// Every phase of it is good enough for a transfer switch.
  [[nodiscard]] bool is_good(const Rack& rack, std::size_t feed) const;
  /// Where the PDU takes its power from: its feed, or what its transfer switch selected.
  [[nodiscard]] std::size_t source_of(const Rack& rack, std::size_t pdu) const;
  /// What hangs between the conductors of a feed, of a PDU.
  [[nodiscard]] Draw draw_of_feed(const Rack& rack, std::size_t feed) const;
  [[nodiscard]] Draw draw_of_pdu(std::size_t pdu) const;

 private:
  void settle_feeds(const Rack& rack, Instant now);
  void settle_transfers(const Rack& rack, Instant now);
  void settle_days(const Rack& rack, Instant now);
  void settle_wear(const Rack& rack, Instant now);
  void settle_warmth(const Rack& rack, Instant now);

  void settle_batteries(const Rack& rack, Instant now);
  void settle_voltages(const Rack& rack);
  void settle_lines(const Rack& rack, std::size_t pdu);
  void feed_back(const Rack& rack);
  void settle_supply(const Supply& rack_supply, SupplyState& supply, double nominal_volts, Instant now) const;
  void settle_load(const Load& rack_load, LoadState& load, Instant now) const;
  void settle_share(const Load& rack_load, LoadState& load, double watts) const;
  void settle_currents(const Rack& rack);

  Instant since_{};
  std::uint64_t seed_ = 0;
  double warmer_ = 0;
  std::optional<Instant> next_day_, next_step_, next_end_;  // the days go on, wear shows anew, a part comes to its end
};

}  // namespace hwsim::power
