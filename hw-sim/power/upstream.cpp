#include "hw-sim/power/upstream.hpp"

#include <algorithm>
#include <cmath>

namespace hwsim::power {
namespace {

constexpr double least_drain = 0.01;                                                        // of the rating: what the UPS takes for itself
constexpr double float_ratio = 54.0 / 48, full_ratio = 50.0 / 48, empty_ratio = 43.2 / 48;  // of a -48 V plant with lead cells
constexpr Duration plant_step = std::chrono::seconds{10};
constexpr double charge_share = 0.1;  // of the rating: a battery is full again after ten times its runtime
constexpr double battery_nominal = 48;
constexpr double sag_volts = 1.5;  // of a new 48 V lead battery at the rated load

}  // namespace

double full_battery(const Ups& ups) { return ups.rated_watts * ground::seconds(ups.runtime); }

double UpsState::full(const Ups& ups) const { return capacity * full_battery(ups); }

double UpsState::battery_volts(const Ups& ups, double joules) const {
  constexpr double empty = 42, floats = 54.4;  // a 48 V lead battery
  const double given = on_battery ? load_watts / ups.rated_watts : 0;
  return empty + (floats - empty) * joules / full(ups) - sag_volts * resistance * given;
}

double UpsState::battery_ohms(const Ups& ups) const { return sag_volts * resistance / (ups.rated_watts / battery_nominal); }

void UpsState::settle_output(double nominal_volts, Instant now) {
  const bool live = volts() >= good_source * nominal_volts;
  if (input_live && !live) ++input_losses;
  input_live = live;
  const bool empty = stored_joules <= 0;
  if (mode == UpsMode::test && empty) mode = UpsMode::normal;
  if (tested && mode != UpsMode::test) last_test = empty ? BatteryTest::failed : BatteryTest::passed;
  tested = mode == UpsMode::test;
  const bool drains = mode != UpsMode::bypass && (!live || mode == UpsMode::test);
  output_live = !output.on && (passes() ? volts() > 0 : live || stored_joules > 0);
  if (!drains || !output_live)
    on_battery.reset();
  else if (!on_battery)
    on_battery = now;
}

void UpsState::settle_battery(const Ups& ups, double watts, Instant now) {
  load_watts = output_live ? watts : 0;
  const bool drains = on_battery.has_value(), charges = input_live && mode != UpsMode::bypass;
  stored_flow = drains    ? -std::max(load_watts, least_drain * ups.rated_watts)
                : charges ? charging * charge_share * ups.rated_watts / resistance
                          : 0;
  empties.reset(), sinks.reset();
  if (!drains) return;
  empties = now + Duration{std::llround(std::ceil(stored_joules / -stored_flow * 1e9))};
  sinks = now + plant_step;
}

double UpsState::plant_ratio(const Ups& ups) const {
  if (!on_battery) return float_ratio;
  return empty_ratio + (full_ratio - empty_ratio) * stored_joules / full(ups);
}

void UpsState::integrate(const Ups& ups, double seconds) { stored_joules = joules(ups, seconds); }

double UpsState::joules(const Ups& ups, double seconds_since) const {
  return std::clamp(stored_joules + stored_flow * seconds_since, 0.0, full(ups));
}

void UpsState::take_due(Instant now) {
  end_outage(input, now);
  end_outage(output, now);
  if (due(empties, now)) stored_joules = 0, empties.reset();
  if (due(sinks, now)) sinks.reset();
}

void UpsState::find_next(std::optional<Instant>& least) const {
  for (const auto& at : {input.ends, output.ends, empties, sinks}) sooner(least, at);
}

void AtsState::settle(const Ats& ats, bool preferred_good, bool alternate_good, Instant now) {
  good[0] = preferred_good, good[1] = alternate_good;
  const std::size_t wanted = preferred_good ? 0 : alternate_good ? 1 : selected;
  if (wanted != selected) ++transfers;
  if (wanted != selected && ats.transfer > Duration::zero()) moving = {.on = true, .ends = now + ats.transfer};
  selected = wanted;
}

}  // namespace hwsim::power
