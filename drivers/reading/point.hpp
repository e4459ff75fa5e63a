#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/instant.hpp"

// What a device can tell: one Point a value it measures, as its firmware profile and its own answers describe it. The drivers
// make points when they identify a device; plan, detect and the series registry read them. Pure.
namespace holdup::reading {

/// What a value says about the power chain: all that detect ever knows of a device. Closed list; profiles write these words in `means:`.
enum class Meaning : std::uint8_t {
  none,
  supply_input_ok,   // 1 = the supply's AC (or DC) input is good, 0 = it reports input loss
  supply_output_ok,  // 1 = its output is good, 0 = it reports output failure
  supply_present,    // 1 = seated
  supply_input_voltage,
  supply_input_power,
  supply_output_voltage,
  supply_output_power,
  input_voltage,  // of the device's own inlet, or of its inlet phase
  inlet_current,
  inlet_power,
  outlet_voltage,
  outlet_current,
  outlet_power,
  outlet_state,  // 1 = on, 0 = off
  phase_current,
  bank_current,
  ups_on_battery,  // 1 = the load runs from the battery
  fan_speed,
  temperature,
  uptime,              // of the agent or card, seconds
  input_loss_count,    // counts the losses of the input; latched: it tells of one that fell between two polls
  transfer_count,      // counts the transfers from one source to another; latched
  input_fail_cause,    // why the input failed last, the device's own code; latched
  seconds_on_battery,  // 0 while the input carries the load
  line_voltage,        // between two phases of the inlet: index 1-2, 2-3, 3-1
  neutral_current,
  residual_current,
  frequency,  // of the inlet
  bank_voltage,
  breaker_closed,    // 1 = closed, 0 = tripped or open; of the bank, phase or inlet that its part and index name
  ups_bypass,        // 1 = the load runs past the inverter
  ups_eco,           // 1 = running past the inverter is its normal way
  battery_test,      // 1 = a test of the battery is under way
  battery_ok,        // 1 = the battery would carry the load, 0 = missing, faulty, to be replaced or flat
  battery_charge,    // ratio
  battery_runtime,   // seconds at the present load
  battery_carries,   // 1 = a battery in the rack gives current to the bus
  bus_voltage,       // of a shelf's or plant's DC bus; negative where the plant is
  selected_source,   // of a transfer switch: 1 = the preferred, 2 = the alternate
  source_ok,         // of a transfer switch, index 1 or 2: 1 = good
  source_voltage,    // of a transfer switch, index 1 or 2
  supply_standby,    // 1 = in order and standing by
  cache_write_back,  // 1 = writes are acknowledged from the cache, 0 = they go through
  unsaved_data,      // 1 = the cache holds what is not on its disks yet
};

inline constexpr std::array<std::string_view, 45> meaning_names{"none",
                                                                "supply_input_ok",
                                                                "supply_output_ok",
                                                                "supply_present",
                                                                "supply_input_voltage",
                                                                "supply_input_power",
                                                                "supply_output_voltage",
                                                                "supply_output_power",
                                                                "input_voltage",
                                                                "inlet_current",
                                                                "inlet_power",
                                                                "outlet_voltage",
                                                                "outlet_current",
                                                                "outlet_power",
                                                                "outlet_state",
                                                                "phase_current",
                                                                "bank_current",
                                                                "ups_on_battery",
                                                                "fan_speed",
                                                                "temperature",
                                                                "uptime",
                                                                "input_loss_count",
                                                                "transfer_count",
                                                                "input_fail_cause",
                                                                "seconds_on_battery",
                                                                "line_voltage",
                                                                "neutral_current",
                                                                "residual_current",
                                                                "frequency",
                                                                "bank_voltage",
                                                                "breaker_closed",
                                                                "ups_bypass",
                                                                "ups_eco",
                                                                "battery_test",
                                                                "battery_ok",
                                                                "battery_charge",
                                                                "battery_runtime",
                                                                "battery_carries",
                                                                "bus_voltage",
                                                                "selected_source",
                                                                "source_ok",
                                                                "source_voltage",
                                                                "supply_standby",
                                                                "cache_write_back",
                                                                "unsaved_data"};

/// What the device itself remembers of the time between two polls: read as often as anything of it.
[[nodiscard]] constexpr bool is_latched(Meaning means) {
  return means == Meaning::uptime || means == Meaning::input_loss_count || means == Meaning::transfer_count ||
         means == Meaning::input_fail_cause || means == Meaning::seconds_on_battery;
}

/// What a supply says of itself outright: asked first, and handed on ahead of what else is asked together with it.
[[nodiscard]] constexpr bool is_own_word(Meaning means) {
  return means == Meaning::supply_input_ok || means == Meaning::supply_output_ok || means == Meaning::supply_present;
}

/// Which rhythm a point is polled in.
enum class Lane : std::uint8_t { hot, routine, slow };
inline constexpr std::array<std::string_view, 3> lane_names{"hot", "routine", "slow"};

enum class Health : std::uint8_t { ok, warning, critical, unknown };
inline constexpr std::array<std::string_view, 4> health_names{"ok", "warning", "critical", "unknown"};

/// A device's enumeration: its own code, the word for it, and what it says of health.
struct State {
  std::int64_t code;
  std::string name;
  Health health = Health::unknown;
};
using StateTable = std::vector<State>;

using Label = std::pair<std::string, std::string>;

struct Point {
  std::string metric;         // "rack_current_amperes"; unit is the name's ending
  std::vector<Label> labels;  // part, index, name: what the device knows; the site adds rack, device, feed, load, supply
  std::string source;         // OID without a leading dot, or FUNCTION:ADDRESS (0-based PDU address, decimal)
  Meaning means = Meaning::none;
  Lane lane = Lane::routine;
  std::optional<ground::Duration> refresh;   // how often the device measures anew, where the profile declares it
  std::shared_ptr<const StateTable> states;  // set for states; the reading's value is then the device's own code
  bool spare = false;                        // another point of the device tells the same; only `holdup probe` asks for it
  double wraps_at = 0;                       // of a counter: where it begins anew at 0, in the base unit; 0: not known
  std::shared_ptr<const std::vector<std::int64_t>> harmless = {};  // of an input_fail_cause: codes that tell of no failure
  std::optional<ground::Duration> every = {};                      // its own period instead of its lane's, where the profile says one
};

/// The value of a label, or "".
[[nodiscard]] inline std::string_view label(const Point& point, std::string_view key) {
  for (const Label& l : point.labels)
    if (l.first == key) return l.second;
  return {};
}

/// What a device says of itself; unknown parts are empty.
struct Identity {
  std::string vendor, model, firmware, serial;
  std::string profile;  // the firmware profile that matched
};

}  // namespace holdup::reading
