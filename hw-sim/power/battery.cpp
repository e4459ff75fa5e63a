#include "hw-sim/power/battery.hpp"

#include <algorithm>
#include <cmath>

namespace hwsim::power {
namespace {

constexpr double charge_share = 0.1;  // of the rating

}  // namespace

double full_battery(const Battery& battery) { return battery.rated_watts * ground::seconds(battery.runtime); }

double BatteryState::full(const Battery& battery) const { return capacity * full_battery(battery); }

double BatteryState::tested_watts(const Battery& battery, double load_watts) const {
  return test && ready() ? std::min(battery.rated_watts, load_watts / 2) : 0;
}

void BatteryState::settle(const Battery& battery, double watts, bool charges, Instant now) {
  output_watts = ready() ? watts : 0;
  stored_flow = output_watts > 0 ? -output_watts : charges && !outage.on ? charge_share * battery.rated_watts / resistance : 0;
  empties.reset();
  if (output_watts > 0) empties = now + Duration{std::llround(std::ceil(stored_joules / output_watts * 1e9))};
}

void BatteryState::integrate(const Battery& battery, double seconds) { stored_joules = joules(battery, seconds); }

double BatteryState::joules(const Battery& battery, double seconds_since) const {
  return std::clamp(stored_joules + stored_flow * seconds_since, 0.0, full(battery));
}

void BatteryState::take_due(Instant now) {
  end_outage(outage, now);
  if (due(empties, now)) stored_joules = 0, test = false, empties.reset();
}

void BatteryState::find_next(std::optional<Instant>& least) const {
  for (const auto& at : {outage.ends, empties}) sooner(least, at);
}

}  // namespace hwsim::power
