#include <array>

#include "hw-sim/power/agent.hpp"

// Which registers a device has, in a fixed order: what its model measures of what the rack is made of.
namespace hwsim::power {

void Agent::lay_out(Quantity quantity, std::size_t places, std::size_t first_index) {
  for (std::size_t place = 0; place < places; ++place) {
    plan_.push_back({quantity, place});
    snapshot_.values.push_back({quantity, std::to_string(place + first_index)});
  }
}

void Agent::lay_out(Quantity quantity) {
  plan_.push_back({quantity, 0});
  snapshot_.values.push_back({quantity, {}});
}

void Agent::lay_out_lines(std::size_t count) {
  constexpr std::array<const char*, 3> pairs{"12", "23", "31"};
  for (std::size_t pair = 0; pair < (count == 2 ? 1 : count); ++pair) {
    plan_.push_back({Quantity::line_voltage, pair});
    snapshot_.values.push_back({Quantity::line_voltage, pairs[pair]});
  }
}

void Agent::lay_out_banks(const std::vector<Bank>& banks) {
  for (std::size_t b = 0; b < banks.size(); ++b) {
    plan_.push_back({Quantity::bank_current, b});
    snapshot_.values.push_back({Quantity::bank_current, banks[b].name});
  }
}

void Agent::lay_out_pdu(const View& view) {
  using enum Quantity;
  const Pdu& pdu = view.rack.pdus[device_.index];
  for (const Quantity q : {inlet_voltage, inlet_current, inlet_power, inlet_apparent_power, inlet_energy, frequency}) lay_out(q);
  const System system = system_of(view.rack, pdu);
  for (const Quantity q : {phase_voltage, phase_current, phase_power}) lay_out(q, phases(system), 1);
  if (system == System::wye || system == System::split_phase) lay_out_lines(phases(system));
  if (pdu.model == PduModel::raritan_px3) lay_out(residual_current);
  if (pdu.model == PduModel::raritan_px3 && (system == System::wye || system == System::split_phase)) lay_out(neutral_current);
  if (pdu.model == PduModel::apc_rpdu2 || !pdu.banks.empty()) lay_out_banks(banks_of(pdu));
  lay_out(outlet_state, pdu.outlets, 1);
  if (pdu.model != PduModel::apc_rpdu2)
    for (const Quantity q : {outlet_voltage, outlet_current, outlet_power, outlet_energy}) lay_out(q, pdu.outlets, 1);
  lay_out(uptime);
}

void Agent::lay_out_supply(const View& view) {
  using enum Quantity;
  for (const Quantity q : {supply_input_ok, supply_output_ok, supply_input_voltage, supply_input_current, supply_input_power,
                           supply_output_voltage, supply_output_current, supply_output_power, frequency})
    lay_out(q);
  lay_out(fan_speed, 2, 0);
  for (const Quantity q : {inlet_temperature, outlet_temperature, bulk_voltage, operating_seconds, input_loss_count}) lay_out(q);
  if (view.rack.loads[device_.index].supplies[device_.supply].status->model == StatusModel::shelf_psu) lay_out(supply_present);
  lay_out(uptime);
}

void Agent::lay_out_unit() {
  using enum Quantity;
  for (const Quantity q :
       {discharging, battery_charge, battery_runtime, battery_voltage, battery_current, bus_voltage, battery_ok, battery_health, uptime})
    lay_out(q);
}

void Agent::lay_out_ups(const View& view) {
  using enum Quantity;
  const auto lines = phases(view.rack.system);
  for (const Quantity q : {phase_voltage, phase_current, phase_power, output_voltage, output_current, output_power}) lay_out(q, lines, 1);
  for (const Quantity q :
       {frequency, output_load, output_source, on_battery, battery_test, bypassed, battery_charge, battery_runtime, battery_voltage,
        battery_seconds, battery_current, battery_health, battery_test_result, inlet_temperature, input_loss_count, uptime})
    lay_out(q);
  if (view.rack.upses[device_.index].model == UpsModel::ccpower) lay_out(battery_resistance);
}

void Agent::lay_out_ats(const View& view) {
  using enum Quantity;
  for (const Quantity q : {source_voltage, source_ok}) lay_out(q, 2, 1);
  for (const Quantity q : {output_voltage, output_current, output_power}) lay_out(q, phases(view.rack.system), 1);
  for (const Quantity q : {frequency, sources_good, selected_source, transfer_count, uptime}) lay_out(q);
}

void Agent::lay_out_cabinet(const View& view) {
  using enum Quantity;
  const Load& load = view.rack.loads[device_.index];
  for (const Quantity q :
       {supply_present, supply_input_ok, supply_output_ok, supply_condition, supply_input_voltage, supply_output_power, fan_speed})
    lay_out(q, load.supplies.size(), 1);
  for (const Quantity q : {controller_ok, controller_active}) lay_out(q, Cabinet::controllers, 1);
  lay_out(disk_ok, load.cabinet->disks, 1);
  for (const Quantity q : {cache_write_back, battery_ok, battery_charge, disks_failed, parts_failed, inlet_temperature, uptime}) lay_out(q);
}

}  // namespace hwsim::power
