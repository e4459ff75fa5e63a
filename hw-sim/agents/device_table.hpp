#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/register_table.hpp"
#include "hw-sim/power/snapshot.hpp"

// How a real model looks on the wire, as data: the files `hw-sim/agents/*.yaml`, written from the makers' MIBs and register maps. Each rule
// puts one quantity of the simulated device, or a fixed text, behind an OID or a register. README.md describes the format.
namespace hwsim::agents {

namespace ground = holdup::ground;

/// From the quantity's base unit to what the device shows.
struct Scale {
  struct Step {
    double from;  // holds from this value up
    double is;
  };
  double times = 1;
  double divide = 1;
  std::vector<Step> steps;  // by `from`; when there are any, they decide instead of times and divide

  [[nodiscard]] double shown(double value) const;
};

struct Measure {
  power::Quantity quantity;
  std::string index;  // "" for a whole device's, "{index}" for that of the row
  Scale scale;
};

struct ObjectRule {
  std::string oid;  // '#' stands for the row's index
  ber::Tag type = ber::Tag::integer;
  std::optional<power::Quantity> each;  // a row for each index of this quantity
  std::optional<Measure> measure;
  std::string text;                                // without measure; {name} {serial} {index} {rows} are filled in
  std::optional<power::Quantity> only_while = {};  // the row is there only while that flag of the same index is 1
  std::optional<power::Quantity> beside = {};      // left out of a device that does not measure that
};

/// When a device of the model calls by itself.
struct TrapRule {
  std::string oid;
  bool at_boot = false;                 // else when a quantity crosses a limit:
  std::optional<power::Quantity> each;  // for each index of this quantity
  std::optional<Measure> measure;
  std::optional<double> below;  // it fell below, in base units
  std::optional<double> above;  // it rose to this or more
  std::vector<ObjectRule> varbinds;
};

struct RegisterRule {
  std::vector<Bank> banks = {Bank::holding_registers, Bank::input_registers};  // where it stands
  std::uint16_t address = 0;
  std::size_t words = 1;
  std::optional<Measure> measure;
  std::optional<power::Quantity> only_while;  // counts only while this flag is 1
  std::optional<std::int64_t> number;         // without measure
  std::optional<std::string> text;            // without both: two characters a register, NUL padded
};

struct DeviceTable {
  std::string model;
  std::vector<ObjectRule> objects;      // SNMP
  std::vector<TrapRule> traps;          // SNMP
  std::vector<RegisterRule> registers;  // Modbus; registers named twice are or-ed
  Identification identification = {};   // Modbus; {name} and {serial} are filled in
};

/// Usable only when problems.ok().
[[nodiscard]] DeviceTable parse_device_table(std::string_view text, const std::string& file, ground::Problems& problems);

}  // namespace hwsim::agents
