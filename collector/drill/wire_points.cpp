#include "collector/drill/wire_points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

namespace holdup::drill {
namespace {

using hwsim::power::Quantity;
using reading::Lane;
using reading::Meaning;

/// `index` and `name` with '#' for the quantity's own index, '@' for it as a letter.
struct Shown {
  std::optional<Quantity> quantity;
  const char* metric;
  const char* part;
  const char* index;
  const char* name;
  double step = 0;
  Meaning means = Meaning::none;
  Lane lane = Lane::routine;
  double factor = 1;
  std::array<double, 4> codes{};
  double fixed = 0;
  std::optional<Quantity> beside = {};  // only of a device that measures that
};

using enum Quantity;
constexpr auto hot = Lane::hot, routine = Lane::routine, slow = Lane::slow;
constexpr auto none = Meaning::none;

constexpr std::array raritan{
    Shown{inlet_current, "rack_current_amperes", "inlet", "1", "I1", 0.001, Meaning::inlet_current, hot},
    Shown{inlet_voltage, "rack_voltage_volts", "inlet", "1", "I1", 1, Meaning::input_voltage, hot},
    Shown{inlet_power, "rack_power_watts", "inlet", "1", "I1", 1, Meaning::inlet_power, hot},
    Shown{inlet_apparent_power, "rack_apparent_power_voltamperes", "inlet", "1", "I1", 1},
    Shown{inlet_energy, "rack_energy_joules_total", "inlet", "1", "I1", 3600},
    Shown{frequency, "rack_frequency_hertz", "inlet", "1", "I1", 0.1, Meaning::frequency},
    Shown{residual_current, "rack_residual_current_amperes", "inlet", "1", "I1", 0.001, Meaning::residual_current},
    Shown{{}, "rack_current_rating_amperes", "inlet", "1", "I1", 0, none, slow, 1, {}, 32},
    Shown{{}, "rack_residual_current_high_warning_amperes", "inlet", "1", "I1", 0, none, slow, 1, {}, 0.016},
    Shown{{}, "rack_residual_current_high_critical_amperes", "inlet", "1", "I1", 0, none, slow, 1, {}, 0.024},
    Shown{phase_current, "rack_current_amperes", "phase", "#", "Phase #", 0.001, Meaning::phase_current, hot, 1, {}, 0, neutral_current},
    Shown{phase_voltage, "rack_voltage_volts", "phase", "#", "Phase #", 1, Meaning::input_voltage, hot, 1, {}, 0, neutral_current},
    Shown{phase_power, "rack_power_watts", "phase", "#", "Phase #", 1, none, routine, 1, {}, 0, neutral_current},
    Shown{neutral_current, "rack_current_amperes", "neutral", "1", "Neutral of inlet 1", 0.001},
    Shown{outlet_current, "rack_current_amperes", "outlet", "#", "#", 0.001, Meaning::outlet_current, hot},
    Shown{outlet_voltage, "rack_voltage_volts", "outlet", "#", "#", 1, Meaning::outlet_voltage},
    Shown{outlet_power, "rack_power_watts", "outlet", "#", "#", 1, Meaning::outlet_power, hot},
    Shown{outlet_energy, "rack_energy_joules_total", "outlet", "#", "#", 3600},
    Shown{outlet_state, "rack_outlet_on", "outlet", "#", "#", 1, Meaning::outlet_state, hot},
    Shown{uptime, "rack_uptime_seconds", "system", "", "", 0.01, Meaning::uptime},
};

constexpr std::array equallogic{
    Shown{inlet_temperature, "rack_temperature_celsius", "sensor", "1", "Backplane sensor 0", 1, Meaning::temperature},
    Shown{{}, "rack_temperature_high_warning_celsius", "sensor", "1", "Backplane sensor 0", 0, none, slow, 1, {}, 50},
    Shown{{}, "rack_temperature_high_critical_celsius", "sensor", "1", "Backplane sensor 0", 0, none, slow, 1, {}, 55},
    Shown{fan_speed, "rack_fan_speed_rpm", "fan", "#", "Power Cooling Module # Fan", 1, Meaning::fan_speed},
    Shown{supply_input_ok, "rack_supply_input_ok", "supply", "#", "Power Cooling Module #", 1, Meaning::supply_input_ok, hot},
    Shown{uptime, "rack_uptime_seconds", "system", "", "", 0.01, Meaning::uptime},
};

constexpr std::array ccpower{
    Shown{output_voltage, "rack_voltage_volts", "supply", "", "Rectifiers", 0.1, Meaning::supply_output_voltage, hot},
    Shown{output_current, "rack_current_amperes", "supply", "", "Rectifiers", 1, none, hot},
    Shown{battery_current, "rack_current_amperes", "battery", "", "Battery", 1},
    Shown{inlet_temperature, "rack_temperature_celsius", "battery", "", "Battery", 1, Meaning::temperature},
    Shown{battery_resistance, "rack_resistance_ohms", "battery", "", "Battery", 0.0001},
    Shown{phase_power, "rack_supply_input_ok", "inlet", "", "AC failure", 1, Meaning::supply_input_ok, hot, 1, {0, 1, 1, 1}},
    Shown{uptime, "rack_uptime_seconds", "system", "", "", 0.01, Meaning::uptime},
};

constexpr std::array orv3_psu{
    Shown{supply_input_ok, "rack_supply_input_ok", "supply", "", "AC_Not_OK", 1, Meaning::supply_input_ok, hot},
    Shown{supply_output_ok, "rack_supply_output_ok", "supply", "", "DCDC_Fail", 1, Meaning::supply_output_ok, hot},
    Shown{supply_input_voltage, "rack_voltage_volts", "supply", "", "input", 1.0 / 64, Meaning::supply_input_voltage, hot},
    Shown{supply_input_power, "rack_power_watts", "supply", "", "input", 1.0 / 8, Meaning::supply_input_power, hot},
    Shown{supply_output_power, "rack_power_watts", "supply", "", "output", 1.0 / 8, Meaning::supply_output_power, hot},
    Shown{supply_output_voltage, "rack_voltage_volts", "supply", "", "output", 1.0 / 1024, Meaning::supply_output_voltage},
    Shown{supply_output_current, "rack_current_amperes", "supply", "", "output", 1.0 / 64},
    Shown{bulk_voltage, "rack_voltage_volts", "supply", "", "bulk capacitor", 1.0 / 64},
    Shown{frequency, "rack_frequency_hertz", "supply", "", "input", 1},
    Shown{supply_input_current, "rack_current_amperes", "supply", "", "input", 1.0 / 1024},
    Shown{fan_speed, "rack_fan_speed_rpm", "fan", "#", "", 1, Meaning::fan_speed},
    Shown{inlet_temperature, "rack_temperature_celsius", "sensor", "", "inlet", 1.0 / 128, Meaning::temperature},
    Shown{outlet_temperature, "rack_temperature_celsius", "sensor", "", "outlet", 1.0 / 128, Meaning::temperature},
    Shown{uptime, "rack_uptime_seconds", "supply", "", "", 1, Meaning::uptime},
    Shown{operating_seconds, "rack_operating_seconds", "supply", "", "", 1, none, slow},
    Shown{input_loss_count, "rack_input_losses_total", "supply", "", "", 1, Meaning::input_loss_count},
};

constexpr std::array orv3_bbu{
    Shown{discharging, "rack_ups_on_battery", "battery", "", "Discharging", 1, Meaning::ups_on_battery, hot},
    Shown{discharging, "rack_battery_carries", "battery", "", "Discharging", 1, Meaning::battery_carries, hot},
    Shown{battery_charge, "rack_charge_ratio", "battery", "", "", 0.01},
    Shown{battery_charge, "rack_charge_absolute_ratio", "battery", "", "", 0.01},
    Shown{battery_voltage, "rack_voltage_volts", "battery", "", "", 0.001},
    Shown{battery_current, "rack_quantity", "battery", "", "Battery_Current", 1, none, routine, -100},
    Shown{battery_runtime, "rack_quantity", "battery", "", "Run_Time_To_Empty", 1, none, routine, 1.0 / 60},
    Shown{battery_health, "rack_health_ratio", "battery", "", "", 0.01},
    Shown{bus_voltage, "rack_quantity", "battery", "", "Shelf_Busbar_Voltage", 1, none, routine, 1000},
};

constexpr std::array rfc1628{
    Shown{battery_seconds, "rack_on_battery_seconds", "battery", "", "Time on battery", 1, Meaning::seconds_on_battery, hot},
    Shown{battery_runtime, "rack_runtime_seconds", "battery", "", "Time remaining", 60},
    Shown{battery_charge, "rack_charge_ratio", "battery", "", "Charge", 0.01},
    Shown{battery_voltage, "rack_voltage_volts", "battery", "", "Battery", 0.1},
    Shown{battery_current, "rack_current_amperes", "battery", "", "Battery", 0.1},
    Shown{inlet_temperature, "rack_temperature_celsius", "battery", "", "Battery", 1, Meaning::temperature},
    Shown{input_loss_count, "rack_input_losses_total", "inlet", "", "Times out of tolerance", 1, Meaning::input_loss_count},
    Shown{on_battery, "rack_ups_on_battery", "outlet", "", "Output source", 1, Meaning::ups_on_battery, hot},
    Shown{bypassed, "rack_ups_bypass", "outlet", "", "Output source", 1, Meaning::ups_bypass, hot},
    Shown{battery_test, "rack_battery_test", "battery", "", "Last test", 1, Meaning::battery_test},
    Shown{battery_test_result, "rack_state_code", "battery", "", "Last test", 1, none, routine, 1, {6, 1, 3, 5}},
    Shown{{}, "rack_runtime_low_critical_seconds", "battery", "", "Time remaining", 1, none, slow, 1, {}, 120},
    Shown{phase_voltage, "rack_voltage_volts", "inlet", "#", "Input #", 1, Meaning::input_voltage, hot},
    Shown{phase_current, "rack_current_amperes", "inlet", "#", "Input #", 0.1, Meaning::inlet_current, hot},
    Shown{phase_power, "rack_power_watts", "inlet", "#", "Input #", 1, Meaning::inlet_power, hot},
    Shown{frequency, "rack_frequency_hertz", "inlet", "1", "Input 1", 0.1, Meaning::frequency},
    Shown{output_voltage, "rack_voltage_volts", "outlet", "#", "Output #", 1, Meaning::outlet_voltage},
    Shown{output_current, "rack_current_amperes", "outlet", "#", "Output #", 0.1, Meaning::outlet_current, hot},
    Shown{output_power, "rack_power_watts", "outlet", "#", "Output #", 1, Meaning::outlet_power, hot},
    Shown{output_load, "rack_load_ratio", "outlet", "1", "Output 1", 0.01},
    Shown{uptime, "rack_uptime_seconds", "system", "", "", 0.01, Meaning::uptime},
};

constexpr std::array apc_ats{
    Shown{selected_source, "rack_state_code", "system", "", "Selected source", 1, Meaning::selected_source, hot, 1, {0, 1, 2}},
    Shown{sources_good, "rack_state_code", "system", "", "Redundancy", 1, none, hot, 1, {1, 1, 2}},
    Shown{source_ok, "rack_supply_input_ok", "inlet", "@", "Source @", 1, Meaning::supply_input_ok, hot},
    Shown{source_ok, "rack_source_ok", "inlet", "@", "Source @", 1, Meaning::source_ok, hot},
    Shown{source_voltage, "rack_voltage_volts", "inlet", "#.1", "Input # phase 1", 1, Meaning::input_voltage, hot},
    Shown{frequency, "rack_frequency_hertz", "outlet", "1", "Output 1", 1},
    Shown{output_voltage, "rack_voltage_volts", "phase", "1.#", "Output 1 phase #", 1, Meaning::outlet_voltage, hot},
    Shown{output_current, "rack_current_amperes", "phase", "1.#", "Output 1 phase #", 0.1, Meaning::phase_current, hot},
    Shown{uptime, "rack_uptime_seconds", "system", "", "", 0.01, Meaning::uptime},
};

struct Model {
  std::string_view name, profile;
  std::span<const Shown> shapes;
};
constexpr std::array models{Model{"raritan-px3", "raritan-px", raritan},
                            Model{"orv3-psu", "orv3-psu", orv3_psu},
                            Model{"orv3-bbu", "orv3-bbu", orv3_bbu},
                            Model{"rfc1628-ups", "rfc1628-ups", rfc1628},
                            Model{"ccpower-commander", "ccpower-commander", ccpower},
                            Model{"apc-ats", "apc-ats", apc_ats},
                            Model{"equallogic", "dell-equallogic", equallogic}};

const Model* model_named(std::string_view name) {
  const auto* const at = std::find_if(models.begin(), models.end(), [&](const Model& model) { return model.name == name; });
  return at == models.end() ? nullptr : at;
}

bool measures(const hwsim::power::Snapshot& snapshot, Quantity quantity) {
  const auto is_it = [&](const auto& measurement) { return measurement.quantity == quantity; };
  return std::any_of(snapshot.values.begin(), snapshot.values.end(), is_it);
}

std::string filled(std::string text, const std::string& index) {
  if (const auto at = text.find('#'); at != std::string::npos) text.replace(at, 1, index);
  if (const auto at = text.find('@'); at != std::string::npos) text.replace(at, 1, 1, index == "2" ? 'B' : 'A');
  return text;
}

WirePoint point_of(const Shown& shape, const std::string& own, ground::Duration refresh) {
  std::vector<reading::Label> labels{{"part", shape.part}};
  if (auto index = filled(shape.index, own); !index.empty()) labels.emplace_back("index", std::move(index));
  if (auto name = filled(shape.name, own); !name.empty()) labels.emplace_back("name", std::move(name));
  const auto source = shape.quantity ? std::string{name(*shape.quantity)} : std::string{"fixed"};
  WirePoint out{.point = {.metric = shape.metric,
                          .labels = std::move(labels),
                          .source = source + ":" + own,
                          .means = shape.means,
                          .lane = shape.lane,
                          .refresh = refresh,
                          .states = nullptr},
                .factor = shape.factor,
                .step = shape.step,
                .fixed = shape.fixed};
  if (shape.codes != std::array<double, 4>{}) out.codes.assign(shape.codes.begin(), shape.codes.end());
  return out;
}

}  // namespace

double WirePoint::shown(double measured) const {
  if (!place) return fixed;
  if (!codes.empty()) return codes[static_cast<std::size_t>(std::clamp(std::lround(measured), 0L, static_cast<long>(codes.size()) - 1))];
  const double value = measured * factor;
  return step > 0 ? std::round(value / step) * step : value;
}

std::vector<WirePoint> wire_points_of(std::string_view model, const hwsim::power::Snapshot& snapshot, ground::Duration refresh) {
  std::vector<WirePoint> out;
  const Model* known = model_named(model);
  if (known == nullptr) return out;
  for (const Shown& shape : known->shapes) {
    if (shape.beside && !measures(snapshot, *shape.beside)) continue;
    if (!shape.quantity) out.push_back(point_of(shape, "", refresh));
    for (std::size_t place = 0; place < snapshot.values.size(); ++place) {
      if (shape.quantity != snapshot.values[place].quantity) continue;
      out.push_back(point_of(shape, snapshot.values[place].index, refresh));
      out.back().place = place;
    }
  }
  return out;
}

std::string_view profile_of_model(std::string_view model) {
  const Model* known = model_named(model);
  return known == nullptr ? std::string_view{} : known->profile;
}

}  // namespace holdup::drill
