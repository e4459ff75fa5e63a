#include "hw-sim/power/circuit.hpp"

#include <algorithm>
#include <cmath>

#include "hw-sim/power/noise.hpp"

namespace hwsim::power {
namespace {

using namespace std::chrono_literals;

// A supply's own losses as shares of its rating: fixed, linear, square. 94.0 % at half load (its peak), 92.4 % at 20 %, 93.1 % at full:
// between 80 PLUS Gold and Titanium at 230 V.
constexpr double fixed_loss = 0.01, linear_loss = 0.0238, square_loss = 0.04;
constexpr double input_floor = 0.75;        // of nominal: below it a supply lives from its store
constexpr double card_floor = 0.4;          // wide-range supplies of PDU cards
constexpr std::uint64_t word_supply = 300;  // of draw()
constexpr double least_drain = 0.1;         // of the rating: the converter's own take bounds hold-up to ten times its rated length
constexpr Duration flag_delay = 4ms;        // AC-fail detection of a supply
constexpr Duration start_delay = 500ms;     // input back to output
constexpr double fan_lag_seconds = 2;       // inertia of a 40 to 60 mm fan

double taken_watts(const Supply& supply, double output_watts, double losses) {
  const double lost = output_watts * (linear_loss + square_loss * output_watts / supply.rated_watts) + fixed_loss * supply.rated_watts;
  return output_watts + losses * lost;
}

/// A fan that follows takes its speed by the warmer of load and air: least without load at 20 degrees, all of it at 60 with half a load.
double duty_of(const Supply& supply, double load, double celsius) {
  const double wanted = std::clamp(load / 2 + (celsius - 20) / 40, 0.0, 1.0);
  return supply.fan_least + (1 - supply.fan_least) * wanted;
}

void take_due(SupplyState& supply, Instant now) {
  end_outage(supply.output, now);
  end_outage(supply.removal, now);
  end_outage(supply.wear.open, now);
  if (due(supply.empties, now)) supply.output_live = false, supply.stored_joules = 0, supply.empties.reset();
  if (due(supply.trips, now)) supply.output = {.on = true, .ends = {}}, supply.trips.reset();
  if (due(supply.starts, now)) supply.output_live = true, supply.starts.reset();
  if (due(supply.flag_follows, now)) supply.input_flag = supply.input_live, supply.flag_follows.reset();
}

std::array<bool, max_phases> on(const std::array<Outage, max_phases>& phases) { return {phases[0].on, phases[1].on, phases[2].on}; }

/// Nobody carries: the units of the load share what it takes.
double battery_share(const LoadState& load, const BatteryState& battery, double watts) {
  const auto ready = std::count_if(load.batteries.begin(), load.batteries.end(), [](const BatteryState& b) { return b.ready(); });
  return battery.ready() ? watts / static_cast<double>(ready) : 0;
}

void steer_fan(const Supply& supply, SupplyState& state, bool powered, double celsius, Instant now) {
  const double duty = duty_of(supply, state.output_watts / supply.rated_watts, celsius);
  const double target = powered ? supply.fan_rpm * state.fan.ratio * state.wear.fan_ratio * duty : 0;
  if (target == state.fan.target_rpm) return;
  state.fan.from_rpm = state.fan.rpm(now);
  state.fan.target_rpm = target;
  state.fan.since = now;
}

}  // namespace

double Fan::rpm(Instant at) const {
  return target_rpm + (from_rpm - target_rpm) * std::exp(-ground::seconds(at - since) / fan_lag_seconds);
}

Breaks FeedState::breaks() const { return {.line = on(phases), .neutral = neutral.on}; }

double LoadState::bus_ratio(const Load& load) const {
  constexpr double empty = 0.84, full = 0.96;  // 42 and 48 V of 50: a shelf's battery is below its supplies
  if (std::any_of(supplies.begin(), supplies.end(), [](const SupplyState& s) { return s.output_live; })) return 1;
  double best = 0;
  for (std::size_t b = 0; b < batteries.size(); ++b)
    if (batteries[b].ready()) best = std::max(best, batteries[b].stored_joules / batteries[b].full(load.batteries[b]));
  return carried ? empty + (full - empty) * best : 0;
}

double Circuit::full_store(const Supply& supply, const SupplyState& state) {
  const double watts = supply.holdup_watts > 0 ? supply.holdup_watts : supply.rated_watts;
  return watts * ground::seconds(supply.holdup) * state.wear.capacitance;
}

Circuit::Circuit(const Rack& rack, std::uint64_t seed) : seed_{seed} {
  for (const Feed& feed : rack.feeds) {
    FeedState& state = feeds.emplace_back();
    state.set_volts.fill(feed.nominal_volts);
    state.set_hertz = feed.frequency_hertz;
  }
  for (const Pdu& pdu : rack.pdus) {
    PduState& state = pdus.emplace_back();
    const auto banks = banks_of(pdu);
    state.banks.resize(banks.size());
    state.outlets.resize(pdu.outlets);
    for (std::size_t n = 1; n <= pdu.outlets; ++n) state.outlets[n - 1].tap = tap_of_outlet(rack, pdu, n);
    for (std::size_t b = 0; b < banks.size(); ++b)
      for (const std::size_t n : banks[b].outlets) state.outlets[n - 1].bank = b;
  }
  for (const Ups& ups : rack.upses) {
    const Feed& feed = rack.feeds[ups.feeds.front()];
    upses.push_back({.set_volts = feed.nominal_volts, .set_hertz = feed.frequency_hertz, .input_live = true});
    upses.back().stored_joules = full_battery(ups);
  }
  atses.resize(rack.atses.size());
  for (const Load& load : rack.loads) {
    cabinets.emplace_back().disks.resize(load.cabinet ? load.cabinet->disks : 0);
    LoadState& state = loads.emplace_back();
    state.watts = load.watts;
    for (const Battery& battery : load.batteries) state.batteries.emplace_back().stored_joules = full_battery(battery);
    for (const Supply& supply : load.supplies) {  // a rack in service: charged, started, fans at speed
      SupplyState& s = state.supplies.emplace_back();
      s.stored_joules = full_store(supply, s);
      s.wear.seed = draw(seed, {word_supply, loads.size(), state.supplies.size()});
      s.made = Instant{} - std::chrono::hours{24} * (200 + static_cast<std::int64_t>(s.wear.seed % 1800));
      s.warmth.target = s.warmth.from = state.celsius;
      s.output_live = s.input_live = s.input_flag = true;
      s.fan.target_rpm = s.fan.from_rpm = supply.fan_rpm;
    }
  }
  settle(rack, Instant{});
  for (LoadState& load : loads)
    for (SupplyState& supply : load.supplies) supply.fan.from_rpm = supply.fan.target_rpm, supply.warmth.from = supply.warmth.target;
}

void Circuit::integrate(const Rack& rack, Instant to) {
  const double span = ground::seconds(to - since_);
  for (PduState& pdu : pdus) {
    for (const double watts : pdu.watts) pdu.joules += watts * span;
    for (OutletState& outlet : pdu.outlets) outlet.joules += outlet.watts * span;
  }
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      SupplyState& supply = loads[l].supplies[s];
      supply.stored_joules =
          std::clamp(supply.stored_joules + supply.stored_flow * span, 0.0, full_store(rack.loads[l].supplies[s], supply));
    }
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t b = 0; b < loads[l].batteries.size(); ++b) loads[l].batteries[b].integrate(rack.loads[l].batteries[b], span);
  for (std::size_t u = 0; u < upses.size(); ++u) upses[u].integrate(rack.upses[u], span);
  since_ = to;
}

void Circuit::take_due(Instant now) {
  for (FeedState& feed : feeds) {
    for (Outage& phase : feed.phases) end_outage(phase, now);
    end_outage(feed.neutral, now);
  }
  for (PduState& pdu : pdus) {
    end_outage(pdu.breaker, now);
    for (Outage& phase : pdu.phases) end_outage(phase, now);
    for (Outage& bank : pdu.banks) end_outage(bank, now);
    for (OutletState& outlet : pdu.outlets) end_outage(outlet.fuse, now);
  }
  for (LoadState& load : loads) {
    end_outage(load.stopped, now);
    if (due(load.shuts_down, now)) load.stopped = {.on = true, .ends = {}}, load.shuts_down.reset();
    for (SupplyState& supply : load.supplies) power::take_due(supply, now);
    for (BatteryState& battery : load.batteries) battery.take_due(now);
  }
  for (UpsState& ups : upses) ups.take_due(now);
  for (AtsState& ats : atses) end_outage(ats.output, now), end_outage(ats.moving, now);
  for (CabinetState& cabinet : cabinets) cabinet.take_due(now);
}

void Circuit::settle(const Rack& rack, Instant now) {
  settle_days(rack, now);
  settle_wear(rack, now);
  settle_feeds(rack, now);
  settle_transfers(rack, now);
  settle_voltages(rack);
  for (std::size_t l = 0; l < loads.size(); ++l) {
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      const Supply& supply = rack.loads[l].supplies[s];
      settle_supply(supply, loads[l].supplies[s], nominal_at(rack, rack.pdus[supply.pdu], supply.outlet), now);
    }
    settle_load(rack.loads[l], loads[l], now);
  }
  settle_currents(rack);
  settle_batteries(rack, now);
  settle_warmth(rack, now);
}

void Circuit::settle_feeds(const Rack& rack, Instant now) {
  std::vector<std::array<double, max_phases>> volts;
  for (FeedState& feed : feeds) {
    volts.push_back(feed.set_volts);
    for (double& v : volts.back()) v *= feed.wander;
    feed.hertz = feed.set_hertz;
  }
  for (std::size_t u = 0; u < upses.size(); ++u) {
    const double nominal = rack.feeds[rack.upses[u].feeds.front()].nominal_volts;
    upses[u].settle_output(nominal, now);
    double ratio = upses[u].output_live ? 1 : 0;
    if (upses[u].output_live && upses[u].passes()) ratio = upses[u].volts() / nominal;
    if (upses[u].output_live && rack.system == System::dc) ratio = upses[u].plant_ratio(rack.upses[u]);
    for (const std::size_t feed : rack.upses[u].feeds) {
      for (double& v : volts[feed]) v = ratio == 1 ? v : v * ratio;
      if (upses[u].passes()) feeds[feed].hertz = upses[u].set_hertz;
    }
  }
  for (std::size_t f = 0; f < feeds.size(); ++f) {
    FeedState& feed = feeds[f];
    feed.lines = Lines{rack.system, volts[f]};
    feed.lines.open(feed.breaks(), feed.draw);
    for (std::size_t p = 0; p < phases(rack.system); ++p) {
      feed.volts[p] = feed.lines.phase_volts(p);
      feed.up[p] = !feed.phases[p].on && volts[f][p] > 0;
    }
  }
}

void Circuit::settle_transfers(const Rack& rack, Instant now) {
  for (std::size_t a = 0; a < atses.size(); ++a)
    atses[a].settle(rack.atses[a], is_good(rack, rack.pdus[rack.atses[a].pdu].feed), is_good(rack, rack.atses[a].alternate), now);
}

void Circuit::settle_batteries(const Rack& rack, Instant now) {
  for (std::size_t u = 0; u < upses.size(); ++u) {
    double watts = 0;
    for (std::size_t p = 0; p < pdus.size(); ++p) {
      const auto& fed = rack.upses[u].feeds;
      if (std::find(fed.begin(), fed.end(), source_of(rack, p)) == fed.end()) continue;
      for (const double phase : pdus[p].watts) watts += phase;
    }
    upses[u].settle_battery(rack.upses[u], watts, now);
    if (rack.system != System::dc) upses[u].sinks.reset();
  }
}

bool Circuit::is_good(const Rack& rack, std::size_t feed) const {
  const auto& volts = feeds[feed].volts;
  const double floor = good_source * rack.feeds[feed].nominal_volts;
  return std::all_of(volts.begin(), volts.begin() + static_cast<std::ptrdiff_t>(phases(rack.system)), [&](double v) { return v >= floor; });
}

std::size_t Circuit::source_of(const Rack& rack, std::size_t pdu) const {
  for (std::size_t a = 0; a < atses.size(); ++a)
    if (rack.atses[a].pdu == pdu && atses[a].selected == 1) return rack.atses[a].alternate;
  return rack.pdus[pdu].feed;
}

void Circuit::settle_lines(const Rack& rack, std::size_t index) {
  PduState& pdu = pdus[index];
  const Pdu& built = rack.pdus[index];
  const FeedState& feed = feeds[source_of(rack, index)];
  const bool switched_off = std::any_of(rack.atses.begin(), rack.atses.end(), [&](const Ats& ats) {
    return ats.pdu == index && atses[static_cast<std::size_t>(&ats - rack.atses.data())].output.on;
  });
  const System system = system_of(rack, built);
  pdu.lines = feed.lines;
  if (built.tap) pdu.lines = Lines{system, {feed.lines.volts(*built.tap)}};
  if (pdu.breaker.on || switched_off) pdu.lines = Lines{system, {}};
  pdu.lines.open({.line = on(pdu.phases)}, pdu.draw);
  const double floor = card_floor * rack.feeds[built.feed].nominal_volts;
  pdu.live = false;
  for (std::size_t p = 0; p < phases(system); ++p) {
    pdu.volts[p] = pdu.lines.phase_volts(p);
    pdu.live = pdu.live || (built.card_line.value_or(p) == p && pdu.volts[p] >= floor);
  }
}

void Circuit::settle_voltages(const Rack& rack) {
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    settle_lines(rack, i);
    // Its card rides through a transfer, what hangs on its outlets lives from its store.
    const bool moves = std::any_of(rack.atses.begin(), rack.atses.end(), [&](const Ats& ats) {
      return ats.pdu == i && atses[static_cast<std::size_t>(&ats - rack.atses.data())].moving.on;
    });
    for (OutletState& outlet : pdus[i].outlets) {
      const bool broken = moves || outlet.fuse.on || (outlet.bank && pdus[i].banks[*outlet.bank].on);
      outlet.volts = outlet.on && !broken ? pdus[i].lines.volts(outlet.tap) : 0;
      outlet.fed_back = false;
    }
  }
  if (rack.system == System::dc) feed_back(rack);
}

// Behind a blown fuse the diodes of the load leave volts without current, from its other inputs.
void Circuit::feed_back(const Rack& rack) {
  constexpr double leaks = 0.7;
  const auto outlet_of = [this](const Supply& supply) -> OutletState& { return pdus[supply.pdu].outlets[supply.outlet - 1]; };
  for (const Load& load : rack.loads) {
    double most = 0;
    for (const Supply& supply : load.supplies) most = std::max(most, outlet_of(supply).volts);
    for (const Supply& supply : load.supplies) {
      OutletState& outlet = outlet_of(supply);
      outlet.fed_back = outlet.on && outlet.volts == 0 && pdus[supply.pdu].live;
      if (outlet.fed_back) outlet.volts = leaks * most;
    }
  }
}

void Circuit::settle_supply(const Supply& rack_supply, SupplyState& supply, double nominal_volts, Instant now) const {
  const OutletState& outlet = pdus[rack_supply.pdu].outlets[rack_supply.outlet - 1];
  const bool open = supply.wear.open.on || supply.wear.contact.ended(now);
  supply.input_volts = open ? 0 : outlet.volts;
  const bool enough = supply.input_volts >= rack_supply.input_min_volts.value_or(input_floor * nominal_volts) && supply.input_volts > 0;
  const bool too_much = rack_supply.input_max_volts && supply.input_volts > *rack_supply.input_max_volts;
  const bool live = enough && !too_much && !outlet.fed_back && !supply.removal.on;
  if (supply.input_live && !live && !supply.removal.on) ++supply.input_losses;
  supply.input_live = live;
  if (supply.input_flag == live)
    supply.flag_follows.reset();
  else if (!supply.flag_follows)
    supply.flag_follows = now + flag_delay;
  if (supply.removal.on) supply.stored_joules = 0;
  if (supply.output.on || supply.removal.on) supply.output_live = false;
  if (!live || supply.output.on || supply.output_live)
    supply.starts.reset();
  else if (!supply.starts)
    supply.starts = now + start_delay;
}

void Circuit::settle_load(const Load& rack_load, LoadState& load, Instant now) const {
  const double watts = load.stopped.on ? 0 : load.watts * load.day;
  const bool supplied = std::any_of(load.supplies.begin(), load.supplies.end(), [](const SupplyState& s) { return s.output_live; });
  load.carried = supplied || std::any_of(load.batteries.begin(), load.batteries.end(), [](const BatteryState& b) { return b.ready(); });
  double tested = 0;
  for (std::size_t b = 0; b < load.batteries.size(); ++b) {
    const double part = supplied ? load.batteries[b].tested_watts(rack_load.batteries[b], watts - tested) : 0;
    tested += part;
    load.batteries[b].settle(rack_load.batteries[b], supplied ? part : battery_share(load, load.batteries[b], watts), supplied, now);
  }
  settle_share(rack_load, load, watts - tested);
  bool incomplete = false;
  for (std::size_t i = 0; i < load.supplies.size(); ++i) {
    const Supply& rated = rack_load.supplies[i];
    SupplyState& supply = load.supplies[i];
    incomplete = incomplete || supply.removal.on;
    supply.input_watts = supply.input_live ? taken_watts(rated, supply.output_watts, supply.wear.losses) : 0;
    supply.stored_flow = supply.input_live ? rated.rated_watts : -std::max(supply.output_watts, least_drain * rated.rated_watts);
    supply.empties.reset();
    if (!supply.input_live && supply.output_live)
      supply.empties = now + Duration{std::llround(std::ceil(supply.stored_joules / -supply.stored_flow * 1e9))};
    steer_fan(rated, supply, load.carried && !supply.removal.on, load.celsius + warmer_, now);
  }
  if (!incomplete) load.shuts_down.reset();
  if (incomplete && !load.shuts_down && rack_load.shutdown_after && !load.stopped.on) load.shuts_down = now + *rack_load.shutdown_after;
}

// Those that stand by carry nothing while another is there to do it; in a load whose supplies stand by, the first carries alone.
void Circuit::settle_share(const Load& rack_load, LoadState& load, double watts) const {
  const auto ready = [](const SupplyState& s) { return s.output_live && !s.standby; };
  const bool any = std::any_of(load.supplies.begin(), load.supplies.end(), ready);
  const auto may = [&](const SupplyState& s) { return any ? ready(s) : s.output_live; };
  double shares = 0;
  for (const SupplyState& supply : load.supplies) shares += may(supply) ? supply.wear.share : 0;
  const bool alone = rack_load.sharing == Sharing::standby;
  bool first = true;
  for (SupplyState& supply : load.supplies) {
    const bool carries = may(supply) && (!alone || first);
    if (may(supply)) first = false;
    supply.output_watts = !carries ? 0 : alone ? watts : watts * supply.wear.share / shares;
  }
}

std::optional<Instant> Circuit::next_change() const {
  std::optional<Instant> least;
  for (const FeedState& feed : feeds) {
    for (const Outage& phase : feed.phases) sooner(least, phase.ends);
    sooner(least, feed.neutral.ends);
  }
  for (const PduState& pdu : pdus) {
    sooner(least, pdu.breaker.ends);
    for (const Outage& phase : pdu.phases) sooner(least, phase.ends);
    for (const Outage& bank : pdu.banks) sooner(least, bank.ends);
    for (const OutletState& outlet : pdu.outlets) sooner(least, outlet.fuse.ends);
  }
  for (const LoadState& load : loads) {
    for (const auto& at : {load.stopped.ends, load.shuts_down}) sooner(least, at);
    for (const SupplyState& supply : load.supplies)
      for (const auto& at : {supply.output.ends, supply.removal.ends, supply.starts, supply.empties, supply.flag_follows,
                             supply.wear.open.ends, supply.trips})
        sooner(least, at);
    for (const BatteryState& battery : load.batteries) battery.find_next(least);
  }
  for (const UpsState& ups : upses) ups.find_next(least);
  for (const AtsState& ats : atses) sooner(least, ats.output.ends), sooner(least, ats.moving.ends);
  for (const auto& at : {next_day_, next_step_, next_end_}) sooner(least, at);
  for (const CabinetState& cabinet : cabinets) cabinet.find_next(least);
  return least;
}

}  // namespace hwsim::power
