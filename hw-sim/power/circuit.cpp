#include "hw-sim/power/circuit.hpp"

#include <algorithm>
#include <cmath>

namespace hwsim::power {
namespace {

using namespace std::chrono_literals;

// A supply's own losses as shares of its rating: fixed, linear, square. 94.0 % at half load (its peak), 92.4 % at 20 %, 93.1 % at full:
// between 80 PLUS Gold and Titanium at 230 V.
constexpr double fixed_loss = 0.01, linear_loss = 0.0238, square_loss = 0.04;
constexpr double ac_power_factor = 0.98;
constexpr double input_floor = 0.75;     // of nominal: below it a supply lives from its store
constexpr double card_floor = 0.4;       // wide-range supplies of PDU cards
constexpr double card_watts = 8;         // what a PDU takes for itself
constexpr double least_drain = 0.1;      // of the rating: the converter's own take bounds hold-up to ten times its rated length
constexpr Duration flag_delay = 4ms;     // AC-fail detection of a supply
constexpr Duration start_delay = 500ms;  // input back to output
constexpr double fan_lag_seconds = 2;    // inertia of a 40 to 60 mm fan

double full_store(const Supply& supply) { return supply.rated_watts * ground::seconds(supply.holdup); }

double taken_watts(const Supply& supply, double output_watts) {
  return output_watts * (1 + linear_loss + square_loss * output_watts / supply.rated_watts) + fixed_loss * supply.rated_watts;
}

void take_due(SupplyState& supply, Instant now) {
  end_outage(supply.output, now);
  if (due(supply.empties, now)) supply.output_live = false, supply.stored_joules = 0, supply.empties.reset();
  if (due(supply.starts, now)) supply.output_live = true, supply.starts.reset();
  if (due(supply.flag_follows, now)) supply.input_flag = supply.input_live, supply.flag_follows.reset();
}

double outlet_volts(System system, const PduState& pdu, std::size_t phase) {
  if (system != System::delta) return pdu.volts[phase];
  const double other = pdu.volts[(phase + 1) % max_phases];  // between two lines: none without both
  return pdu.volts[phase] > 0 && other > 0 ? (pdu.volts[phase] + other) / 2 : 0;
}

void steer_fan(const Supply& supply, SupplyState& state, bool powered, Instant now) {
  const double target = powered ? supply.fan_rpm * state.fan.ratio : 0;
  if (target == state.fan.target_rpm) return;
  state.fan.from_rpm = state.fan.rpm(now);
  state.fan.target_rpm = target;
  state.fan.since = now;
}

}  // namespace

double Fan::rpm(Instant at) const {
  return target_rpm + (from_rpm - target_rpm) * std::exp(-ground::seconds(at - since) / fan_lag_seconds);
}

Circuit::Circuit(const Rack& rack) {
  for (const Feed& feed : rack.feeds) feeds.push_back({.set_volts = feed.nominal_volts});
  for (const Pdu& pdu : rack.pdus) pdus.emplace_back().outlets.resize(pdu.outlets);
  for (const Ups& ups : rack.upses)
    upses.push_back({.set_volts = rack.feeds[ups.feeds.front()].nominal_volts, .input_live = true, .stored_joules = full_battery(ups)});
  atses.resize(rack.atses.size());
  for (const Load& load : rack.loads) {
    cabinets.emplace_back().disks.resize(load.cabinet ? load.cabinet->disks : 0);
    LoadState& state = loads.emplace_back();
    state.watts = load.watts;
    for (const Supply& supply : load.supplies) {  // a rack in service: charged, started, fans at speed
      SupplyState& s = state.supplies.emplace_back();
      s.stored_joules = full_store(supply);
      s.output_live = s.input_live = s.input_flag = true;
      s.fan.target_rpm = s.fan.from_rpm = supply.fan_rpm;
    }
  }
  settle(rack, Instant{});
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
      supply.stored_joules = std::clamp(supply.stored_joules + supply.stored_flow * span, 0.0, full_store(rack.loads[l].supplies[s]));
    }
  for (std::size_t u = 0; u < upses.size(); ++u) upses[u].integrate(rack.upses[u], span);
  since_ = to;
}

void Circuit::take_due(Instant now) {
  for (FeedState& feed : feeds)
    for (Outage& phase : feed.phases) end_outage(phase, now);
  for (PduState& pdu : pdus) {
    end_outage(pdu.breaker, now);
    for (OutletState& outlet : pdu.outlets) end_outage(outlet.fuse, now);
  }
  for (LoadState& load : loads)
    for (SupplyState& supply : load.supplies) power::take_due(supply, now);
  for (UpsState& ups : upses) ups.take_due(now);
  for (AtsState& ats : atses) end_outage(ats.output, now);
  for (CabinetState& cabinet : cabinets) cabinet.take_due(now);
}

void Circuit::settle(const Rack& rack, Instant now) {
  settle_feeds(rack, now);
  settle_transfers(rack);
  settle_voltages(rack);
  for (std::size_t l = 0; l < loads.size(); ++l) {
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      const Supply& supply = rack.loads[l].supplies[s];
      settle_supply(supply, loads[l].supplies[s], rack.feeds[rack.pdus[supply.pdu].feed].nominal_volts, now);
    }
    settle_load(rack.loads[l], loads[l], now);
  }
  settle_currents(rack);
  settle_batteries(rack, now);
}

void Circuit::settle_feeds(const Rack& rack, Instant now) {
  for (FeedState& feed : feeds)
    for (std::size_t p = 0; p < phases(rack.system); ++p) feed.volts[p] = feed.phases[p].on ? 0 : feed.set_volts;
  for (std::size_t u = 0; u < upses.size(); ++u) {
    upses[u].settle_output(rack.feeds[rack.upses[u].feeds.front()].nominal_volts, now);
    if (upses[u].output_live) continue;
    for (const std::size_t feed : rack.upses[u].feeds) feeds[feed].volts = {};
  }
}

void Circuit::settle_transfers(const Rack& rack) {
  for (std::size_t a = 0; a < atses.size(); ++a)
    atses[a].settle(is_good(rack, rack.pdus[rack.atses[a].pdu].feed), is_good(rack, rack.atses[a].alternate));
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

void Circuit::settle_voltages(const Rack& rack) {
  const std::size_t count = phases(rack.system);
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    PduState& pdu = pdus[i];
    const FeedState& feed = feeds[source_of(rack, i)];
    const bool switched_off = std::any_of(rack.atses.begin(), rack.atses.end(), [&](const Ats& ats) {
      return ats.pdu == i && atses[static_cast<std::size_t>(&ats - rack.atses.data())].output.on;
    });
    const double floor = card_floor * rack.feeds[rack.pdus[i].feed].nominal_volts;
    pdu.live = false;
    for (std::size_t p = 0; p < count; ++p) {
      pdu.volts[p] = pdu.breaker.on || switched_off ? 0 : feed.volts[p];
      pdu.live = pdu.live || pdu.volts[p] >= floor;
    }
    for (std::size_t n = 0; n < pdu.outlets.size(); ++n) {
      OutletState& outlet = pdu.outlets[n];
      outlet.volts = outlet.on && !outlet.fuse.on ? outlet_volts(rack.system, pdu, n % count) : 0;
    }
  }
}

void Circuit::settle_supply(const Supply& rack_supply, SupplyState& supply, double nominal_volts, Instant now) const {
  supply.input_volts = pdus[rack_supply.pdu].outlets[rack_supply.outlet - 1].volts;
  const bool live = supply.input_volts >= input_floor * nominal_volts;
  if (supply.input_live && !live) ++supply.input_losses;
  supply.input_live = live;
  if (supply.input_flag == live)
    supply.flag_follows.reset();
  else if (!supply.flag_follows)
    supply.flag_follows = now + flag_delay;
  if (supply.output.on) supply.output_live = false;
  if (!live || supply.output.on || supply.output_live)
    supply.starts.reset();
  else if (!supply.starts)
    supply.starts = now + start_delay;
}

void Circuit::settle_load(const Load& rack_load, LoadState& load, Instant now) const {
  const auto is_live = [](const SupplyState& s) { return s.output_live; };
  const auto live = static_cast<std::size_t>(std::count_if(load.supplies.begin(), load.supplies.end(), is_live));
  load.carried = live > 0;
  bool first = true;
  for (std::size_t i = 0; i < load.supplies.size(); ++i) {
    const Supply& rated = rack_load.supplies[i];
    SupplyState& supply = load.supplies[i];
    const bool carries = supply.output_live && (rack_load.sharing != Sharing::standby || first);
    const std::size_t sharers = rack_load.sharing == Sharing::standby ? 1 : live;
    supply.output_watts = carries ? load.watts / static_cast<double>(sharers) : 0;
    if (supply.output_live) first = false;
    supply.input_watts = supply.input_live ? taken_watts(rated, supply.output_watts) : 0;
    supply.stored_flow = supply.input_live ? rated.rated_watts : -std::max(supply.output_watts, least_drain * rated.rated_watts);
    supply.empties.reset();
    if (!supply.input_live && supply.output_live)
      supply.empties = now + Duration{std::llround(std::ceil(supply.stored_joules / -supply.stored_flow * 1e9))};
    steer_fan(rated, supply, load.carried, now);
  }
}

void Circuit::settle_currents(const Rack& rack) {
  const double power_factor = rack.system == System::dc ? 1 : ac_power_factor;
  for (PduState& pdu : pdus) {
    pdu.watts = {}, pdu.amperes = {};
    for (OutletState& outlet : pdu.outlets) outlet.watts = outlet.amperes = 0;
    const auto source = std::max_element(pdu.volts.begin(), pdu.volts.end());
    if (!pdu.live) continue;
    const auto p = static_cast<std::size_t>(source - pdu.volts.begin());
    pdu.watts[p] = card_watts;
    pdu.amperes[p] = card_watts / (*source * power_factor);
  }
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      const Supply& plugged = rack.loads[l].supplies[s];
      SupplyState& supply = loads[l].supplies[s];
      PduState& pdu = pdus[plugged.pdu];
      OutletState& outlet = pdu.outlets[plugged.outlet - 1];
      const std::size_t phase = (plugged.outlet - 1) % phases(rack.system);
      supply.input_amperes = supply.input_live ? supply.input_watts / (supply.input_volts * power_factor) : 0;
      outlet.watts = supply.input_watts, outlet.amperes = supply.input_amperes;
      pdu.watts[phase] += supply.input_watts, pdu.amperes[phase] += supply.input_amperes;
    }
}

std::optional<Instant> Circuit::next_change() const {
  std::optional<Instant> least;
  for (const FeedState& feed : feeds)
    for (const Outage& phase : feed.phases) sooner(least, phase.ends);
  for (const PduState& pdu : pdus) {
    sooner(least, pdu.breaker.ends);
    for (const OutletState& outlet : pdu.outlets) sooner(least, outlet.fuse.ends);
  }
  for (const LoadState& load : loads)
    for (const SupplyState& supply : load.supplies) {
      for (const auto& at : {supply.output.ends, supply.starts, supply.empties, supply.flag_follows}) sooner(least, at);
    }
  for (const UpsState& ups : upses) ups.find_next(least);
  for (const AtsState& ats : atses) sooner(least, ats.output.ends);
  for (const CabinetState& cabinet : cabinets) cabinet.find_next(least);
  return least;
}

}  // namespace hwsim::power
