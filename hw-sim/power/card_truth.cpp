#include "hw-sim/power/card_truth.hpp"

#include <algorithm>

namespace hwsim::power {
namespace {

constexpr double conversion_loss = 0.05;               // of a double conversion UPS, of what it carries
constexpr double empty_volts = 42, full_volts = 54.4;  // a 48 V lead battery
constexpr double unit_sag = 1.5;                       // of a new battery unit at its rating, volts
constexpr double battery_celsius = 24;                 // of a UPS, where no weather is played

// What the PDUs behind a UPS take on one phase.
struct Taken {
  double watts = 0;
  double amperes = 0;
};

Taken taken_from(const View& view, const Ups& ups, std::size_t phase) {
  Taken out;
  for (std::size_t p = 0; p < view.circuit.pdus.size(); ++p) {
    if (std::find(ups.feeds.begin(), ups.feeds.end(), view.circuit.source_of(view.rack, p)) == ups.feeds.end()) continue;
    const auto& tap = view.rack.pdus[p].tap;  // of a single-phase PDU: what it takes, it takes there
    if (tap && tap->line != phase) continue;
    out.watts += view.circuit.pdus[p].watts[tap ? 0 : phase];
    out.amperes += view.circuit.pdus[p].amperes[tap ? 0 : phase];
  }
  return out;
}

double joules_at(const View& view, std::size_t ups, Instant at) {
  return view.circuit.upses[ups].joules(view.rack.upses[ups], ground::seconds(at - view.circuit.since()));
}

double input_watts(const View& view, std::size_t ups, const Look& look) {
  const UpsState& state = view.circuit.upses[ups];
  const Ups& rated = view.rack.upses[ups];
  if (!state.input_live) return 0;
  const double charging = joules_at(view, ups, look.at) < state.full(rated) ? std::max(state.stored_flow, 0.0) : 0;
  const auto lines = static_cast<double>(phases(view.rack.system));
  return taken_from(view, rated, look.place).watts * (1 + conversion_loss) + charging / lines;
}

double output_volts(const View& view, std::size_t ups) {
  const UpsState& state = view.circuit.upses[ups];
  const double nominal = view.rack.feeds[view.rack.upses[ups].feeds.front()].nominal_volts;
  if (!state.output_live) return 0;
  if (state.passes()) return state.volts();
  return view.rack.system == System::dc ? nominal * state.plant_ratio(view.rack.upses[ups]) : nominal;
}

double output_source(const UpsState& state) {
  if (!state.output_live) return 0;
  if (state.on_battery) return state.mode == UpsMode::test && state.input_live ? 4 : 5;
  return state.mode == UpsMode::bypass ? 3 : state.passes() ? 2 : 1;
}

double ups_amperes(const UpsState& state, bool takes, double volts) {
  return takes || state.stored_flow < 0 ? -state.stored_flow / volts : 0;
}

double battery_of_ups(const View& view, std::size_t ups, const Look& look) {
  const UpsState& state = view.circuit.upses[ups];
  const Ups& rated = view.rack.upses[ups];
  const double joules = joules_at(view, ups, look.at);
  const double charge = joules / state.full(rated);
  switch (look.quantity) {
    case Quantity::battery_charge:
      return charge;
    case Quantity::battery_runtime:
      return joules / std::max(state.load_watts, 0.01 * rated.rated_watts);
    case Quantity::battery_voltage:
      return state.battery_volts(rated, joules);
    case Quantity::battery_resistance:
      return state.battery_ohms(rated);
    case Quantity::battery_current:
      return ups_amperes(state, joules < state.full(rated), state.battery_volts(rated, joules));
    default:
      return state.on_battery ? ground::seconds(look.at - *state.on_battery) : 0;
  }
}

}  // namespace

double source_hertz(const View& view, std::size_t pdu) { return view.circuit.feeds[view.circuit.source_of(view.rack, pdu)].hertz; }

double truth_of_ups(const View& view, std::size_t ups, const Look& look) {
  const UpsState& state = view.circuit.upses[ups];
  const Ups& rated = view.rack.upses[ups];
  const double sign = view.rack.feeds[rated.feeds.front()].negative ? -1 : 1;
  switch (look.quantity) {
    case Quantity::phase_voltage:
      return state.volts() * sign;
    case Quantity::phase_current:
      return state.input_live ? input_watts(view, ups, look) / state.volts() : 0;
    case Quantity::phase_power:
      return input_watts(view, ups, look);
    case Quantity::frequency:
      return state.volts() > 0 ? state.set_hertz : 0;
    case Quantity::output_voltage:
      return view.circuit.feeds[rated.feeds.front()].up[look.place] ? output_volts(view, ups) * sign : 0;
    case Quantity::output_current:
      return taken_from(view, rated, look.place).amperes;
    case Quantity::output_power:
      return taken_from(view, rated, look.place).watts;
    case Quantity::output_load:
      return state.load_watts / rated.rated_watts;
    case Quantity::output_source:
      return output_source(state);
    case Quantity::on_battery:
      return state.on_battery ? 1 : 0;
    case Quantity::battery_test:
      return state.on_battery && state.mode == UpsMode::test && state.input_live ? 1 : 0;
    case Quantity::bypassed:
      return state.mode == UpsMode::bypass ? 1 : 0;
    case Quantity::inlet_temperature:
      return battery_celsius + view.circuit.warmer();
    case Quantity::battery_test_result:
      return state.on_battery && state.tested ? 3 : static_cast<double>(state.last_test);
    case Quantity::battery_health:
      return state.capacity;
    case Quantity::input_loss_count:
      return static_cast<double>(state.input_losses);
    default:
      return battery_of_ups(view, ups, look);
  }
}

double truth_of_unit(const View& view, std::size_t load, std::size_t unit, const Look& look) {
  const LoadState& carried = view.circuit.loads[load];
  const BatteryState& state = carried.batteries[unit];
  const Battery& rated = view.rack.loads[load].batteries[unit];
  const double joules = state.joules(rated, ground::seconds(look.at - view.circuit.since()));
  const double bus = bus_volts * carried.bus_ratio(view.rack.loads[load]);
  switch (look.quantity) {
    case Quantity::discharging:
      return state.output_watts > 0 ? 1 : 0;
    case Quantity::battery_charge:
      return joules / state.full(rated);
    case Quantity::battery_health:
      return state.capacity;
    case Quantity::battery_runtime:
      return joules / std::max(state.output_watts, 0.01 * rated.rated_watts);
    case Quantity::battery_voltage:
      return empty_volts + (full_volts - empty_volts) * joules / state.full(rated) -
             unit_sag * state.resistance * state.output_watts / rated.rated_watts;
    case Quantity::battery_current:
      return joules < state.full(rated) || state.stored_flow < 0 ? -state.stored_flow / bus_volts : 0;
    case Quantity::bus_voltage:
      return bus;
    default:
      return state.outage.on ? 0 : 1;
  }
}

double truth_of_ats(const View& view, std::size_t ats, const Look& look) {
  const Ats& rack_ats = view.rack.atses[ats];
  const AtsState& state = view.circuit.atses[ats];
  const std::size_t preferred = view.rack.pdus[rack_ats.pdu].feed;
  const PduState& pdu = view.circuit.pdus[rack_ats.pdu];
  const double sign = view.rack.feeds[preferred].negative ? -1 : 1;
  const auto& chosen = view.circuit.feeds[view.circuit.source_of(view.rack, rack_ats.pdu)];
  switch (look.quantity) {
    case Quantity::source_voltage:
      return view.circuit.feeds[look.place == 0 ? preferred : rack_ats.alternate].volts[0] * sign;
    case Quantity::source_ok:
      return state.good[look.place] ? 1 : 0;
    case Quantity::sources_good:
      return (state.good[0] ? 1 : 0) + (state.good[1] ? 1 : 0);
    case Quantity::selected_source:
      return static_cast<double>(state.selected + 1);
    case Quantity::transfer_count:
      return static_cast<double>(state.transfers);
    case Quantity::frequency:
      return chosen.volts[0] > 0 ? chosen.hertz : 0;
    case Quantity::output_voltage:
      return state.output.on ? 0 : chosen.volts[look.place] * sign;
    case Quantity::output_current:
      return pdu.amperes[look.place];
    default:
      return pdu.watts[look.place];
  }
}

double condition_of(const SupplyState& supply) {
  if (supply.removal.on) return 3;
  return !supply.input_flag ? 1 : supply.output_live ? 0 : 2;
}

double parts_failed(const View& view, std::size_t load) {
  const CabinetState& cabinet = view.circuit.cabinets[load];
  const auto count = [](const auto& parts, auto is_failed) { return std::count_if(parts.begin(), parts.end(), is_failed); };
  const auto failed = [](const Outage& part) { return part.on; };
  const auto not_in_order = [](const SupplyState& supply) { return condition_of(supply) != 0; };
  return static_cast<double>(count(view.circuit.loads[load].supplies, not_in_order) + count(cabinet.controllers, failed) +
                             count(cabinet.disks, failed) + (cabinet.cache.on ? 1 : 0) + (cabinet.battery.on ? 1 : 0));
}

double truth_of_cabinet(const View& view, std::size_t load, const Look& look) {
  const CabinetState& state = view.circuit.cabinets[load];
  switch (look.quantity) {
    case Quantity::supply_condition:
      return condition_of(view.circuit.loads[load].supplies[look.place]);
    case Quantity::parts_failed:
      return parts_failed(view, load);
    case Quantity::controller_ok:
      return state.controllers[look.place].on ? 0 : 1;
    case Quantity::controller_active:
      return state.leader() == look.place ? 1 : 0;
    case Quantity::cache_write_back:
      return state.writes_back(look.at) ? 1 : 0;
    case Quantity::battery_ok:
      return state.battery.on ? 0 : 1;
    case Quantity::battery_charge:
      return state.battery.on ? 0 : state.charge_at(look.at);
    case Quantity::disk_ok:
      return state.disks[look.place].on ? 0 : 1;
    default:
      return static_cast<double>(state.disks_failed());
  }
}

bool is_metered(Quantity quantity) {
  switch (quantity) {
    case Quantity::phase_voltage:
    case Quantity::phase_current:
    case Quantity::phase_power:
    case Quantity::frequency:
    case Quantity::output_voltage:
    case Quantity::output_current:
    case Quantity::output_power:
    case Quantity::output_load:
    case Quantity::battery_voltage:
    case Quantity::source_voltage:
    case Quantity::inlet_temperature:
    case Quantity::battery_current:
    case Quantity::battery_resistance:
    case Quantity::bus_voltage:
      return true;
    default:
      return false;
  }
}

}  // namespace hwsim::power
