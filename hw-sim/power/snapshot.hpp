#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"

// The registers of one device as it last refreshed them, in base units and full precision; the agents round and encode as the real
// model does. Which quantities stand there depends on the model, and never changes for one device.
namespace hwsim::power {

namespace ground = holdup::ground;

enum class Quantity : std::uint8_t {
  // PDU, whole inlet, index ""
  inlet_voltage,         // volts, mean of the phases
  inlet_current,         // amperes, mean of the phases
  inlet_power,           // watts
  inlet_apparent_power,  // volt-amperes
  inlet_energy,          // joules, counts up
  frequency,             // hertz; also of a supply's input
  // PDU, index = phase "1".."3"
  phase_voltage,
  phase_current,
  phase_power,
  line_voltage,      // between two lines, index "12", "23", "31"; of a wye or split feed, volts
  residual_current,  // amperes, index ""; raritan-px3
  bank_current,      // index as the bank's name; where the rack names banks, and of apc-rpdu2
  // PDU, index = outlet number
  outlet_state,    // 1 on, 0 off (as commanded)
  outlet_voltage,  // raritan-px3
  outlet_current,  // raritan-px3
  outlet_power,    // raritan-px3
  outlet_energy,   // raritan-px3, joules
  // supply, index "" but fans "0", "1"
  supply_input_ok,   // 1 or 0, at most 5 ms behind the truth
  supply_output_ok,  // 1 or 0
  supply_input_voltage,
  supply_input_current,
  supply_input_power,
  supply_output_voltage,
  supply_output_current,
  supply_output_power,
  fan_speed,          // rpm
  inlet_temperature,  // degrees Celsius
  input_loss_count,   // since the unit was made; also of a UPS
  supply_present,     // 1 in its bay; shelf-psu, and of a cabinet by index
  // UPS: its input as a PDU's inlet and phases, its output by phase
  output_voltage,  // index "1".."3"; also of a transfer switch
  output_current,
  output_power,
  output_load,      // ratio of its rating
  output_source,    // 0 none, 1 its input, 2 that without conversion (eco), 3 maintenance bypass, 4 a battery test, 5 its battery
  on_battery,       // 1 while the battery carries, for whatever reason
  battery_test,     // 1
  bypassed,         // 1 in maintenance bypass: the battery stands aside
  battery_charge,   // ratio; also of a cabinet's cache battery
  battery_runtime,  // seconds at the load of now
  battery_voltage,  // volts
  battery_seconds,  // since it went on battery, 0 while it is not
  battery_current,  // amperes out of a battery unit; below 0 while it is charged
  discharging,      // 1 while a battery unit carries, for whatever reason
  bus_voltage,      // of the common output that a battery unit hangs on
  // transfer switch, index = source "1" (preferred), "2"
  source_voltage,
  source_ok,
  sources_good,     // how many, index ""
  selected_source,  // 1 or 2, index ""
  transfer_count,   // index ""
  // storage cabinet; its supplies as a supply's quantities, index "1".., fans too
  supply_condition,   // 0 in order, 1 without input, 2 failed although it has input, 3 gone; index as the supply's
  controller_ok,      // index "1", "2"
  controller_active,  // 1 for the one that leads
  cache_write_back,   // 1, or 0 while every write goes through
  battery_ok,         // of the cache
  disk_ok,            // index "1"..
  disks_failed,       // how many
  parts_failed,       // of its supplies, controllers, disks, cache and battery: how many are not in order
  // any device, index ""
  uptime,  // seconds since its agent started
  // of parts that wear
  outlet_temperature,   // degrees Celsius, of the air that leaves a supply
  bulk_voltage,         // volts at a supply's bulk capacitor, at the moment of the look: its ripple with it
  operating_seconds,    // of a supply since it was made
  battery_health,       // ratio: what it holds of what it held when new
  battery_test_result,  // of a UPS's last test: 0 none yet, 1 passed, 2 failed, 3 one is under way
  battery_resistance,   // ohms of a plant's battery; ccpower-commander
  neutral_current,      // amperes of a PDU's neutral, index ""; raritan-px3 on several phases
};

inline constexpr std::array<std::string_view, 65> quantity_names{"inlet_voltage",
                                                                 "inlet_current",
                                                                 "inlet_power",
                                                                 "inlet_apparent_power",
                                                                 "inlet_energy",
                                                                 "frequency",
                                                                 "phase_voltage",
                                                                 "phase_current",
                                                                 "phase_power",
                                                                 "line_voltage",
                                                                 "residual_current",
                                                                 "bank_current",
                                                                 "outlet_state",
                                                                 "outlet_voltage",
                                                                 "outlet_current",
                                                                 "outlet_power",
                                                                 "outlet_energy",
                                                                 "supply_input_ok",
                                                                 "supply_output_ok",
                                                                 "supply_input_voltage",
                                                                 "supply_input_current",
                                                                 "supply_input_power",
                                                                 "supply_output_voltage",
                                                                 "supply_output_current",
                                                                 "supply_output_power",
                                                                 "fan_speed",
                                                                 "inlet_temperature",
                                                                 "input_loss_count",
                                                                 "supply_present",
                                                                 "output_voltage",
                                                                 "output_current",
                                                                 "output_power",
                                                                 "output_load",
                                                                 "output_source",
                                                                 "on_battery",
                                                                 "battery_test",
                                                                 "bypassed",
                                                                 "battery_charge",
                                                                 "battery_runtime",
                                                                 "battery_voltage",
                                                                 "battery_seconds",
                                                                 "battery_current",
                                                                 "discharging",
                                                                 "bus_voltage",
                                                                 "source_voltage",
                                                                 "source_ok",
                                                                 "sources_good",
                                                                 "selected_source",
                                                                 "transfer_count",
                                                                 "supply_condition",
                                                                 "controller_ok",
                                                                 "controller_active",
                                                                 "cache_write_back",
                                                                 "battery_ok",
                                                                 "disk_ok",
                                                                 "disks_failed",
                                                                 "parts_failed",
                                                                 "uptime",
                                                                 "outlet_temperature",
                                                                 "bulk_voltage",
                                                                 "operating_seconds",
                                                                 "battery_health",
                                                                 "battery_test_result",
                                                                 "battery_resistance",
                                                                 "neutral_current"};

[[nodiscard]] constexpr std::string_view name(Quantity quantity) { return quantity_names[static_cast<std::size_t>(quantity)]; }

struct Measurement {
  Quantity quantity;
  std::string index;
  double value = 0;
};

struct Snapshot {
  ground::Instant measured{};       // when the device refreshed these registers
  std::vector<Measurement> values;  // fixed order, the same at every refresh

  [[nodiscard]] std::optional<double> find(Quantity quantity, std::string_view index = {}) const;
};

}  // namespace hwsim::power
