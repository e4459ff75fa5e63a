#include <algorithm>
#include <cmath>

#include "hw-sim/power/circuit.hpp"

// What time does to the circuit: the days' load and weather, parts that wear, heat that builds up.
namespace hwsim::power {
namespace {

constexpr double warmth_lag_seconds = 300;
constexpr double rise = 12;         // degrees, of the air through a supply at full load and full speed
constexpr double still_air = 0.05;  // share of the air that moves without a fan
constexpr double too_hot = 85;      // degrees, where a supply switches off
constexpr Duration longest_step = std::chrono::minutes{10}, shortest_step = std::chrono::milliseconds{20};
constexpr double healthy_leak = 0.0008;  // amperes, of the filters of a supply: 0.5 to 1.2 mA
constexpr int steps_a_life = 2000;

Duration step_of(const Wear& wear) { return std::clamp(wear.life / steps_a_life, shortest_step, longest_step); }

/// Goes on at the pace of now; tells when what it shows is worth another look, and when it ends.
struct Clock {
  Instant now;
  std::optional<Instant> step = {}, end = {};

  double age(Wear& wear, WearKind kind, double celsius) {
    if (!wear.on()) return 0;
    wear.go_on(now, pace_of(kind, celsius));
    if (wear.spent < 1) sooner(step, now + step_of(wear)), sooner(end, wear.reaches(1));
    return wear.spent;
  }
};

std::ptrdiff_t plugged_in(const Rack& rack, std::size_t pdu) {
  std::ptrdiff_t count = 0;
  for (const Load& load : rack.loads)
    count += std::count_if(load.supplies.begin(), load.supplies.end(), [&](const Supply& supply) { return supply.pdu == pdu; });
  return count;
}

void age_supply(SupplyState& supply, Clock& clock, double celsius) {
  SupplyWear& wear = supply.wear;
  wear.fan_ratio = fan_ratio(clock.age(wear.fan, WearKind::fan, celsius));
  const double dried = clock.age(wear.capacitor, WearKind::capacitor, celsius);
  wear.capacitance = capacitance_ratio(dried), wear.esr = esr_ratio(dried);
  wear.losses = loss_ratio(clock.age(wear.efficiency, WearKind::efficiency, celsius));
  wear.air = air_ratio(clock.age(wear.dust, WearKind::dust, celsius));
  wear.share = share_ratio(clock.age(wear.sharing, WearKind::sharing, celsius));
  if (wear.efficiency.ended(clock.now) || wear.sharing.ended(clock.now)) supply.output = {.on = true, .ends = {}};
  const double loose = clock.age(wear.contact, WearKind::contact, celsius);
  wear.ohms = wear.contact.on() ? contact_ohms(loose) : 0;
  for (auto share = opening_share(wear.seed, wear.openings); share && loose >= *share; share = opening_share(wear.seed, wear.openings))
    wear.open = {.on = true, .ends = clock.now + opening_length(wear.seed, wear.openings++)};
  if (const auto share = opening_share(wear.seed, wear.openings)) sooner(clock.end, wear.contact.reaches(*share));
}

}  // namespace

double Warmth::celsius(Instant at) const { return target + (from - target) * std::exp(-ground::seconds(at - since) / warmth_lag_seconds); }

std::optional<Instant> Warmth::reaches(double celsius) const {
  if (target <= celsius || from >= celsius) return std::nullopt;
  const double seconds = warmth_lag_seconds * std::log((target - from) / (target - celsius));
  return since + Duration{std::llround(std::ceil(seconds * 1e9))};
}

void Circuit::settle_days(const Rack& rack, Instant now) {
  if (!rack.days) return;
  const Days& days = *rack.days;
  const auto slot = now.time_since_epoch() / days.every;
  const Instant at{days.every * slot};
  next_day_ = at + days.every;
  warmer_ = air_celsius(days, seed_, at) - LoadState{}.celsius;
  for (std::size_t l = 0; l < loads.size(); ++l) loads[l].day = load_ratio(days, seed_, l, at);
  for (std::size_t f = 0; f < feeds.size(); ++f) feeds[f].wander = line_ratio(days, seed_, f, at);
  for (std::size_t u = 0; u < upses.size(); ++u) {
    upses[u].wander = line_ratio(days, seed_, feeds.size() + u, at);
    for (const std::size_t feed : rack.upses[u].feeds) feeds[feed].wander = 1;
  }
}

void Circuit::settle_wear(const Rack& rack, Instant now) {
  Clock clock{.now = now};
  for (LoadState& load : loads) {
    for (SupplyState& supply : load.supplies) age_supply(supply, clock, load.celsius + warmer_);
    for (BatteryState& battery : load.batteries) {
      const double spent = clock.age(battery.wear, WearKind::battery, load.celsius + warmer_);
      battery.capacity = capacity_ratio(spent), battery.resistance = resistance_ratio(spent);
    }
  }
  for (UpsState& ups : upses) {
    const double spent = clock.age(ups.wear, WearKind::battery, LoadState{}.celsius + warmer_);
    ups.capacity = capacity_ratio(spent), ups.resistance = resistance_ratio(spent);
    ups.charging = charger_ratio(clock.age(ups.charger, WearKind::charger, LoadState{}.celsius + warmer_));
  }
  for (std::size_t p = 0; p < pdus.size(); ++p) {
    PduState& pdu = pdus[p];
    pdu.leak_amperes = rack.days ? healthy_leak * static_cast<double>(plugged_in(rack, p)) : 0;
    if (pdu.insulation.on()) pdu.leak_amperes += leak_amperes(clock.age(pdu.insulation, WearKind::insulation, LoadState{}.celsius));
    if (pdu.insulation.ended(now)) pdu.breaker = {.on = true, .ends = {}};
  }
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t b = 0; b < loads[l].batteries.size(); ++b) loads[l].batteries[b].integrate(rack.loads[l].batteries[b], 0);
  for (std::size_t u = 0; u < upses.size(); ++u) upses[u].integrate(rack.upses[u], 0);
  next_step_ = clock.step, next_end_ = clock.end;
}

// Less air carries the same heat: what stands gets hot, and switches off before it burns.
void Circuit::settle_warmth(const Rack& rack, Instant now) {
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      const Supply& rated = rack.loads[l].supplies[s];
      SupplyState& supply = loads[l].supplies[s];
      const double air = rated.fan_rpm > 0 ? std::max(supply.wear.air * supply.fan.target_rpm / rated.fan_rpm, still_air) : 1;
      const double target = loads[l].celsius + warmer_ + rise * supply.output_watts / rated.rated_watts / air;
      if (target != supply.warmth.target) supply.warmth = {.target = target, .from = supply.warmth.celsius(now), .since = now};
      supply.trips = supply.output_live ? supply.warmth.reaches(too_hot) : std::nullopt;
    }
}

}  // namespace hwsim::power
