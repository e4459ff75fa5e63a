#include "hw-sim/power/agent.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ground/expect.hpp"
#include "hw-sim/power/card_truth.hpp"
#include "hw-sim/power/noise.hpp"

namespace hwsim::power {
namespace {

// Words of draw() that are no quantity.
enum : std::uint64_t { word_phase = 1000, word_uptime, word_energy, word_losses, word_ripple };

bool counts(Quantity quantity) {
  switch (quantity) {
    case Quantity::inlet_energy:
    case Quantity::outlet_energy:
    case Quantity::input_loss_count:
    case Quantity::transfer_count:
      return true;
    default:
      return false;
  }
}

// Measured where the supply is: the same of a cabinet's as of one with a status unit of its own.
bool is_of_supply(Quantity quantity) {
  const bool one = quantity == Quantity::inlet_temperature || quantity == Quantity::supply_present;
  return one || (quantity >= Quantity::supply_input_ok && quantity <= Quantity::fan_speed);
}

// Open Rack v3, ours: a load line that grows with the series resistance of the output capacitors.
double droop_of(const Supply& rated, const SupplyState& supply) {
  constexpr double line = 0.004, by_resistance = 0.01;
  return (line + by_resistance * (supply.wear.esr - 1)) * supply.output_watts / rated.rated_watts;
}

constexpr double bulk_volts = 400, bulk_least = 320;  // what its converter still works from

/// Volts from the middle to the top of the ripple at twice the mains' frequency: P / (2 w C V), with the C that the hold-up needs.
double ripple_of(const Supply& rated, const SupplyState& supply) {
  const double farads = 2 * Circuit::full_store(rated, supply) / (bulk_volts * bulk_volts - bulk_least * bulk_least);
  return supply.output_watts / (2 * 2 * std::numbers::pi * 50 * farads * bulk_volts);
}

constexpr double made_joules_most = 3.6e10;  // 10 MWh: what a PDU in service may have counted

}  // namespace

Agent::Agent(const Device& device, const View& view, std::uint64_t seed) : device_{device}, seed_{seed} {
  period_ = device_.refresh, boot_time_ = device_.boot;
  switch (device_.kind) {
    case Device::Kind::pdu:
      lay_out_pdu(view);
      break;
    case Device::Kind::status_unit:
      lay_out_supply(view);
      break;
    case Device::Kind::battery_unit:
      lay_out_unit();
      break;
    case Device::Kind::ups:
      lay_out_ups(view);
      break;
    case Device::Kind::ats:
      lay_out_ats(view);
      break;
    case Device::Kind::cabinet:
      lay_out_cabinet(view);
      break;
  }
  HOLDUP_EXPECT(period_ > Duration::zero());
  const auto up_days = draw(seed_, {word_uptime}) % 400 + 1;
  offset_ = Duration{static_cast<std::int64_t>(draw(seed_, {word_phase}) % static_cast<std::uint64_t>(period_.count()))};
  started_ = Instant{} - std::chrono::hours{24} * static_cast<std::int64_t>(up_days);
  made_joules_ = unit_interval(draw(seed_, {word_energy})) * made_joules_most;
  made_losses_ = draw(seed_, {word_losses}) % 10;
  powered_ = up_ = powered(view);
  fill(view, Instant{});
}

void Agent::follow(const View& view, Instant now) {
  const bool has = powered(view);
  if (has == powered_) return;
  powered_ = has;
  up_ = false;
  boots_ = has ? std::optional{now + boot_time_} : std::nullopt;
}

void Agent::take_due(const View& view, Instant now) {
  if (!boots_ || *boots_ > now) return;
  boots_.reset();
  up_ = true;
  started_ = now;
  if (mode_ != Registers::frozen) fill(view, now);
}

void Agent::refresh(const View& view, Instant now) {
  if (!up_ || mode_ == Registers::frozen) return;
  const std::int64_t tick = tick_at(now);
  if (tick <= tick_) return;
  fill(view, Instant{offset_ + period_ * tick});
}

void Agent::reboot(Instant now, std::optional<Duration> boot) {
  up_ = false;
  if (powered_) boots_ = now + boot.value_or(boot_time_);
}

void Agent::replace(Instant now, std::optional<Duration> boot) {
  reboot(now, boot);
  renewed_ = true;
}

void Agent::set_registers(const View& view, Registers mode, Instant now) {
  if (mode == mode_) return;
  mode_ = mode;
  if (mode != Registers::frozen && up_) fill(view, now);
}

void Agent::warm(const View& view, Duration length, Instant now) {
  warms_ = length, warmed_ = now;
  if (up_) fill(view, now);
}

void Agent::mislead(const View& view, Lie lie, Instant now) {
  correct(view, lie.kind, now);
  lies_.push_back(std::move(lie));
  if (up_ && mode_ != Registers::frozen) fill(view, now);
}

void Agent::correct(const View& view, std::optional<LieKind> kind, Instant now) {
  const auto ended = std::erase_if(lies_, [&](const Lie& lie) { return !kind || lie.kind == *kind; });
  if (ended > 0 && up_ && mode_ != Registers::frozen) fill(view, now);
}

bool Agent::powered(const View& view) const {
  const Circuit& circuit = view.circuit;
  switch (device_.kind) {
    case Device::Kind::pdu:
      return circuit.pdus[device_.index].live;
    case Device::Kind::ups:
      return circuit.upses[device_.index].input_live || circuit.upses[device_.index].stored_joules > 0;
    case Device::Kind::ats:
      return circuit.atses[device_.index].good[0] || circuit.atses[device_.index].good[1];
    case Device::Kind::cabinet:
      return circuit.loads[device_.index].carried && circuit.cabinets[device_.index].serves();
    case Device::Kind::battery_unit:
      return circuit.loads[device_.index].carried && !circuit.loads[device_.index].batteries[device_.supply].outage.on;
    case Device::Kind::status_unit:
      break;
  }
  // A module's own unit is gone with it; the shelf's goes on and says so.
  const auto& supply = view.rack.loads[device_.index].supplies[device_.supply];
  const bool inside = supply.status->model == StatusModel::orv3_psu;
  if (inside && circuit.loads[device_.index].supplies[device_.supply].removal.on) return false;
  return circuit.loads[device_.index].carried;
}

std::int64_t Agent::tick_at(Instant now) const {
  const std::int64_t since = (now.time_since_epoch() - offset_).count();
  return since >= 0 ? since / period_.count() : -1;
}

void Agent::fill(const View& view, Instant at) {
  tick_ = tick_at(at);
  snapshot_.measured = at;
  const bool nothing = blank(at);
  if (renewed_) counted_.assign(plan_.size(), 0);
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    const bool zero = nothing && plan_[i].quantity != Quantity::uptime;
    const double measured = zero ? 0 : measure(view, plan_[i], at);
    if (renewed_ && counts(plan_[i].quantity)) counted_[i] = measured;
    snapshot_.values[i].value = told(i, counted_.empty() || zero ? measured : measured - counted_[i]);
  }
  renewed_ = renewed_ && nothing;
}

bool Agent::blank(Instant at) const {
  return mode_ == Registers::zeros || (warms_ > Duration::zero() && at - std::max(started_, warmed_) < warms_);
}

double Agent::told(std::size_t place, double truth) const {
  for (const Lie& lie : lies_)
    if (lie.concerns(snapshot_.values[place])) truth = lie.told(snapshot_.values[place].value, truth);
  return truth;
}

double Agent::measure(const View& view, const Register& what, Instant at) const {
  if (what.quantity == Quantity::uptime) return ground::seconds(at - started_);
  switch (device_.kind) {
    case Device::Kind::pdu:
      return measure_pdu(view, what, at);
    case Device::Kind::status_unit:
      return measure_supply(view, what, at);
    default:
      return measure_card(view, what, at);
  }
}

double Agent::measure_card(const View& view, const Register& what, Instant at) const {
  const Look look{.quantity = what.quantity, .place = what.place, .at = at};
  double truth = 0;
  switch (device_.kind) {
    case Device::Kind::ups:
      truth = truth_of_ups(view, device_.index, look);
      break;
    case Device::Kind::battery_unit:
      truth = truth_of_unit(view, device_.index, device_.supply, look);
      break;
    case Device::Kind::ats:
      truth = truth_of_ats(view, device_.index, look);
      break;
    default:
      if (is_of_supply(what.quantity)) return measure_supply(view, what, at);
      truth = truth_of_cabinet(view, device_.index, look);
      break;
  }
  if (counts(what.quantity)) return truth + static_cast<double>(made_losses_);
  return is_metered(what.quantity) ? noisy(truth, what.quantity, what.place, at) : truth;
}

double Agent::measure_pdu(const View& view, const Register& what, Instant at) const {
  switch (what.quantity) {
    case Quantity::phase_voltage:
    case Quantity::phase_current:
    case Quantity::phase_power:
      return phase(view, what.quantity, what.place, at);
    case Quantity::line_voltage:
      return noisy(view.circuit.pdus[device_.index].lines.volts({what.place, (what.place + 1) % phases(view.rack.system)}), what.quantity,
                   what.place, at);
    case Quantity::bank_current:
    case Quantity::outlet_state:
    case Quantity::outlet_voltage:
    case Quantity::outlet_current:
    case Quantity::outlet_power:
    case Quantity::outlet_energy:
      return measure_outlet(view, what, at);
    default:
      return measure_inlet(view, what.quantity, at);
  }
}

double Agent::measure_inlet(const View& view, Quantity quantity, Instant at) const {
  const System system = system_of(view.rack, view.rack.pdus[device_.index]);
  const std::size_t count = phases(system);
  double volts = 0, amperes = 0, watts = 0, apparent = 0;
  for (std::size_t p = 0; p < count; ++p) {
    const double v = phase(view, Quantity::phase_voltage, p, at), a = phase(view, Quantity::phase_current, p, at);
    volts += v, amperes += a, apparent += std::abs(v) * a;
    watts += phase(view, Quantity::phase_power, p, at);
  }
  const PduState& pdu = view.circuit.pdus[device_.index];
  switch (quantity) {
    case Quantity::inlet_voltage:
      return volts / static_cast<double>(count);  // with its sign
    case Quantity::inlet_current:
      return amperes / static_cast<double>(count);
    case Quantity::inlet_power:
      return watts;
    case Quantity::inlet_apparent_power:
      return std::max(system == System::delta ? apparent / std::numbers::sqrt3 : apparent, watts);
    case Quantity::frequency:
      return volts > 0 ? noisy(source_hertz(view, device_.index), quantity, 0, at) : 0;
    case Quantity::neutral_current:
      return noisy(pdu.neutral_amperes, quantity, 0, at);
    case Quantity::residual_current:
      return noisy(pdu.residual_amperes + pdu.leak_amperes, quantity, 0, at);
    default:
      break;
  }
  double now_watts = 0;
  for (const double w : pdu.watts) now_watts += w;
  return made_joules_ + pdu.joules + now_watts * ground::seconds(at - view.circuit.since());
}

double Agent::measure_outlet(const View& view, const Register& what, Instant at) const {
  const auto& outlets = view.circuit.pdus[device_.index].outlets;
  if (what.quantity == Quantity::bank_current) {
    double amperes = 0;
    for (const OutletState& outlet : outlets) amperes += outlet.bank == what.place ? outlet.amperes : 0;
    return noisy(amperes, what.quantity, what.place, at);
  }
  const OutletState& outlet = outlets[what.place];
  switch (what.quantity) {
    case Quantity::outlet_state:
      return outlet.on ? 1 : 0;
    case Quantity::outlet_voltage:
      return noisy(signed_volts(view, outlet.volts), what.quantity, what.place, at);
    case Quantity::outlet_current:
      return noisy(outlet.amperes, what.quantity, what.place, at);
    case Quantity::outlet_power:
      return noisy(outlet.watts, what.quantity, what.place, at);
    default:
      return outlet.joules + outlet.watts * ground::seconds(at - view.circuit.since());
  }
}

double Agent::measure_supply(const View& view, const Register& what, Instant at) const {
  const bool inside = device_.kind == Device::Kind::cabinet;
  const std::size_t which = !inside ? device_.supply : what.quantity == Quantity::inlet_temperature ? 0 : what.place;
  const SupplyState& supply = view.circuit.loads[device_.index].supplies[which];
  const Supply& rated = view.rack.loads[device_.index].supplies[which];
  const LoadState& load = view.circuit.loads[device_.index];
  const double bus = bus_volts * load.bus_ratio(view.rack.loads[device_.index]);
  switch (what.quantity) {
    case Quantity::supply_input_ok:
      return supply.input_flag ? 1 : 0;
    case Quantity::supply_output_ok:
      return supply.output_live ? 1 : 0;
    case Quantity::supply_input_voltage:
      return supply.removal.on ? 0 : noisy(signed_volts(view, supply.input_volts), what.quantity, 0, at);
    case Quantity::supply_input_current:
      return noisy(supply.input_amperes, what.quantity, 0, at);
    case Quantity::supply_input_power:
      return noisy(supply.input_watts, what.quantity, 0, at);
    case Quantity::supply_output_voltage:
      return noisy(supply.output_live || !load.batteries.empty() ? bus * (1 - droop_of(rated, supply)) : 0, what.quantity, 0, at);
    case Quantity::supply_output_current:
      return noisy(supply.output_watts / bus_volts, what.quantity, 0, at);
    case Quantity::supply_output_power:
      return noisy(supply.output_watts, what.quantity, 0, at);
    case Quantity::frequency:
      return supply.input_live ? noisy(source_hertz(view, rated.pdu), what.quantity, 0, at) : 0;
    case Quantity::supply_present:
      return supply.removal.on ? 0 : 1;
    case Quantity::fan_speed:
      return noisy(supply.fan.rpm(at), what.quantity, what.place, at);
    case Quantity::inlet_temperature:
      return noisy(load.celsius + view.circuit.warmer() + 4 * supply.output_watts / rated.rated_watts, what.quantity, 0, at);
    case Quantity::outlet_temperature:
      return noisy(supply.warmth.celsius(at), what.quantity, 0, at);
    case Quantity::bulk_voltage:
      return supply.output_live ? bulk_volts + rippling(what.quantity, at) * ripple_of(rated, supply) : 0;
    case Quantity::operating_seconds:
      return ground::seconds(at - supply.made);
    default:
      return static_cast<double>(made_losses_ + supply.input_losses);
  }
}

// Where in the ripple it looks.
double Agent::rippling(Quantity channel, Instant at) const {
  const auto moment = static_cast<std::uint64_t>(at.time_since_epoch().count());
  return std::sin(2 * std::numbers::pi * unit_interval(draw(seed_, {word_ripple, static_cast<std::uint64_t>(channel), moment})));
}

double Agent::signed_volts(const View& view, double volts) const {
  const bool negative = std::any_of(view.rack.feeds.begin(), view.rack.feeds.end(), [](const Feed& feed) { return feed.negative; });
  return negative ? -volts : volts;
}

double Agent::phase(const View& view, Quantity quantity, std::size_t phase, Instant at) const {
  const PduState& pdu = view.circuit.pdus[device_.index];
  const double truth = quantity == Quantity::phase_voltage   ? signed_volts(view, pdu.volts[phase])
                       : quantity == Quantity::phase_current ? pdu.amperes[phase]
                                                             : pdu.watts[phase];
  return noisy(truth, quantity, phase, at);
}

double Agent::noisy(double truth, Quantity channel, std::size_t place, Instant at) const {
  constexpr double share = 0.003;             // metering class of the models played, about 0.5 %
  constexpr double frequency_share = 0.0002;  // 10 mHz at 50 Hz
  const auto moment = static_cast<std::uint64_t>(at.time_since_epoch().count());
  const double x = 2 * unit_interval(draw(seed_, {static_cast<std::uint64_t>(channel), place, moment})) - 1;
  return truth * (1 + x * (channel == Quantity::frequency ? frequency_share : share));
}

}  // namespace hwsim::power
