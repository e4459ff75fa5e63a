#pragma once

#include <optional>

#include "hw-sim/power/outage.hpp"
#include "hw-sim/power/rack.hpp"
#include "hw-sim/power/wear.hpp"

// A battery unit on a load's common output: it carries the load when no supply does, or its part of it while it is tested. Circuit
// settles it with the load.
namespace hwsim::power {

struct BatteryState {
  Outage outage;
  Wear wear;
  double capacity = 1, resistance = 1;  // of new, as it wears
  bool test = false;                    // discharges although the supplies are there: a test, or peak shaving
  double stored_joules = 0;
  double stored_flow = 0;  // watts into it; negative while it carries
  double output_watts = 0;
  std::optional<Instant> empties;  // at the load of now

  /// Joules, as old as it is.
  [[nodiscard]] double full(const Battery& battery) const;
  [[nodiscard]] bool ready() const { return !outage.on && stored_joules > 0; }
  /// What a tested unit takes off the supplies: at most its rating, and half of the load.
  [[nodiscard]] double tested_watts(const Battery& battery, double load_watts) const;
  void settle(const Battery& battery, double watts, bool charges, Instant now);
  void integrate(const Battery& battery, double seconds);
  void take_due(Instant now);
  void find_next(std::optional<Instant>& least) const;
  /// As of that moment, which is not before the last integrate().
  [[nodiscard]] double joules(const Battery& battery, double seconds_since) const;
};

[[nodiscard]] double full_battery(const Battery& battery);

}  // namespace hwsim::power
