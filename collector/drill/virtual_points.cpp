#include "collector/drill/virtual_points.hpp"

#include <array>

namespace holdup::drill {
namespace {

using hwsim::power::Quantity;
using reading::Lane;
using reading::Meaning;

struct Shape {
  Quantity quantity;
  const char* metric;
  const char* part;
  Meaning means;
  Lane lane;
};

constexpr std::array shapes{
    Shape{Quantity::inlet_voltage, "rack_voltage_volts", "inlet", Meaning::input_voltage, Lane::hot},
    Shape{Quantity::inlet_current, "rack_current_amperes", "inlet", Meaning::inlet_current, Lane::hot},
    Shape{Quantity::inlet_power, "rack_power_watts", "inlet", Meaning::inlet_power, Lane::hot},
    Shape{Quantity::inlet_apparent_power, "rack_apparent_power_voltamperes", "inlet", Meaning::none, Lane::routine},
    Shape{Quantity::inlet_energy, "rack_energy_joules_total", "inlet", Meaning::none, Lane::routine},
    Shape{Quantity::frequency, "rack_frequency_hertz", "inlet", Meaning::frequency, Lane::routine},
    Shape{Quantity::phase_voltage, "rack_voltage_volts", "phase", Meaning::input_voltage, Lane::hot},
    Shape{Quantity::phase_current, "rack_current_amperes", "phase", Meaning::phase_current, Lane::hot},
    Shape{Quantity::phase_power, "rack_power_watts", "phase", Meaning::none, Lane::routine},
    Shape{Quantity::line_voltage, "rack_voltage_volts", "line", Meaning::line_voltage, Lane::hot},
    Shape{Quantity::residual_current, "rack_residual_current_amperes", "inlet", Meaning::residual_current, Lane::hot},
    Shape{Quantity::bank_current, "rack_current_amperes", "bank", Meaning::bank_current, Lane::hot},
    Shape{Quantity::outlet_state, "rack_state_code", "outlet", Meaning::outlet_state, Lane::hot},
    Shape{Quantity::outlet_voltage, "rack_voltage_volts", "outlet", Meaning::outlet_voltage, Lane::hot},
    Shape{Quantity::outlet_current, "rack_current_amperes", "outlet", Meaning::outlet_current, Lane::hot},
    Shape{Quantity::outlet_power, "rack_power_watts", "outlet", Meaning::outlet_power, Lane::hot},
    Shape{Quantity::outlet_energy, "rack_energy_joules_total", "outlet", Meaning::none, Lane::routine},
    Shape{Quantity::supply_input_ok, "rack_state_code", "supply", Meaning::supply_input_ok, Lane::hot},
    Shape{Quantity::supply_output_ok, "rack_state_code", "supply", Meaning::supply_output_ok, Lane::hot},
    Shape{Quantity::supply_input_voltage, "rack_voltage_volts", "supply", Meaning::supply_input_voltage, Lane::hot},
    Shape{Quantity::supply_input_current, "rack_current_amperes", "supply", Meaning::none, Lane::routine},
    Shape{Quantity::supply_input_power, "rack_power_watts", "supply", Meaning::supply_input_power, Lane::routine},
    Shape{Quantity::supply_output_voltage, "rack_voltage_volts", "supply", Meaning::supply_output_voltage, Lane::routine},
    Shape{Quantity::supply_output_current, "rack_current_amperes", "supply", Meaning::none, Lane::routine},
    Shape{Quantity::supply_output_power, "rack_power_watts", "supply", Meaning::supply_output_power, Lane::hot},
    Shape{Quantity::fan_speed, "rack_fan_speed_rpm", "fan", Meaning::fan_speed, Lane::routine},
    Shape{Quantity::inlet_temperature, "rack_temperature_celsius", "sensor", Meaning::temperature, Lane::routine},
    Shape{Quantity::input_loss_count, "rack_input_loss_total", "supply", Meaning::input_loss_count, Lane::routine},
    Shape{Quantity::supply_present, "rack_state_code", "supply", Meaning::supply_present, Lane::hot},
    Shape{Quantity::output_voltage, "rack_voltage_volts", "line", Meaning::outlet_voltage, Lane::hot},
    Shape{Quantity::output_current, "rack_current_amperes", "line", Meaning::none, Lane::routine},
    Shape{Quantity::output_power, "rack_power_watts", "line", Meaning::none, Lane::routine},
    Shape{Quantity::output_load, "rack_load_ratio", "system", Meaning::none, Lane::routine},
    Shape{Quantity::output_source, "rack_state_code", "system", Meaning::none, Lane::hot},
    Shape{Quantity::on_battery, "rack_state_code", "battery", Meaning::ups_on_battery, Lane::hot},
    Shape{Quantity::battery_test, "rack_state_code", "battery", Meaning::battery_test, Lane::hot},
    Shape{Quantity::bypassed, "rack_state_code", "system", Meaning::ups_bypass, Lane::hot},
    Shape{Quantity::battery_charge, "rack_charge_ratio", "battery", Meaning::battery_charge, Lane::routine},
    Shape{Quantity::battery_runtime, "rack_runtime_seconds", "battery", Meaning::battery_runtime, Lane::routine},
    Shape{Quantity::battery_voltage, "rack_voltage_volts", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::battery_seconds, "rack_duration_seconds", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::battery_current, "rack_current_amperes", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::discharging, "rack_state_code", "battery", Meaning::battery_carries, Lane::hot},
    Shape{Quantity::bus_voltage, "rack_voltage_volts", "line", Meaning::bus_voltage, Lane::hot},
    Shape{Quantity::source_voltage, "rack_voltage_volts", "inlet", Meaning::none, Lane::routine},
    Shape{Quantity::source_ok, "rack_state_code", "inlet", Meaning::source_ok, Lane::hot},
    Shape{Quantity::sources_good, "rack_quantity", "system", Meaning::none, Lane::routine},
    Shape{Quantity::selected_source, "rack_state_code", "system", Meaning::selected_source, Lane::hot},
    Shape{Quantity::transfer_count, "rack_transfers_total", "system", Meaning::transfer_count, Lane::routine},
    Shape{Quantity::supply_condition, "rack_state_code", "supply", Meaning::none, Lane::hot},
    Shape{Quantity::controller_ok, "rack_state_code", "controller", Meaning::none, Lane::hot},
    Shape{Quantity::controller_active, "rack_state_code", "controller", Meaning::none, Lane::routine},
    Shape{Quantity::cache_write_back, "rack_state_code", "controller", Meaning::cache_write_back, Lane::hot},
    Shape{Quantity::battery_ok, "rack_state_code", "battery", Meaning::battery_ok, Lane::routine},
    Shape{Quantity::disk_ok, "rack_state_code", "disk", Meaning::none, Lane::routine},
    Shape{Quantity::disks_failed, "rack_quantity", "system", Meaning::none, Lane::routine},
    Shape{Quantity::parts_failed, "rack_quantity", "system", Meaning::none, Lane::routine},
    Shape{Quantity::uptime, "rack_uptime_seconds", "system", Meaning::uptime, Lane::routine},
    Shape{Quantity::outlet_temperature, "rack_temperature_celsius", "sensor", Meaning::none, Lane::routine},
    Shape{Quantity::bulk_voltage, "rack_voltage_volts", "supply", Meaning::none, Lane::routine},
    Shape{Quantity::operating_seconds, "rack_operating_seconds", "supply", Meaning::none, Lane::slow},
    Shape{Quantity::battery_health, "rack_health_ratio", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::battery_test_result, "rack_quantity", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::battery_resistance, "rack_resistance_ohms", "battery", Meaning::none, Lane::routine},
    Shape{Quantity::neutral_current, "rack_current_amperes", "neutral", Meaning::none, Lane::routine},
};
static_assert(shapes.size() == hwsim::power::quantity_names.size());

/// Volts, amperes and watts of one part have one name: by that the core holds them against each other.
std::string_view name_of(Quantity quantity) {
  const auto name = hwsim::power::name(quantity);
  for (const std::string_view tail : {"_voltage", "_current", "_apparent_power", "_power"})
    if (name.ends_with(tail)) return name.substr(0, name.size() - tail.size());
  return name;
}

}  // namespace

std::vector<reading::Point> points_of(const hwsim::power::Snapshot& snapshot, ground::Duration refresh) {
  std::vector<reading::Point> points;
  for (const auto& measurement : snapshot.values) {
    const Shape& shape = shapes[static_cast<std::size_t>(measurement.quantity)];
    std::vector<reading::Label> labels{{"part", shape.part}};
    if (!measurement.index.empty()) labels.emplace_back("index", measurement.index);
    labels.emplace_back("name", name_of(measurement.quantity));
    points.push_back({.metric = shape.metric,
                      .labels = std::move(labels),
                      .source = std::string{name(measurement.quantity)} + ":" + measurement.index,
                      .means = shape.means,
                      .lane = shape.lane,
                      .refresh = refresh,
                      .states = nullptr});
  }
  return points;
}

}  // namespace holdup::drill
