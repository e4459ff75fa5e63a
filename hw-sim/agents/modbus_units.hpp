#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/register_table.hpp"

// The Modbus units behind one port or on one serial line: who answers what, and what lies on them.
namespace hwsim::agents {

struct ModbusUnit {
  std::optional<std::uint8_t> number;  // nothing: answers under any number
  const RegisterTable* registers;      // not null, outlives the units
  Line* line;                          // not null, outlives the units
  ground::Duration turnaround{};       // on a serial line
};

class ModbusUnits {
 public:
  explicit ModbusUnits(std::vector<ModbusUnit> units);

  struct Answer {
    std::string pdu;
    scenario::Fate fate;
    ground::Duration turnaround{};
  };
  /// What the unit of that number says; nothing when there is none. Counts what writes.
  [[nodiscard]] std::optional<Answer> answer(std::uint8_t number, std::string_view pdu);

  [[nodiscard]] const std::vector<ModbusUnit>& all() const { return units_; }
  [[nodiscard]] bool powered() const;
  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  /// A fault that lies on any of them lies on what they share.
  [[nodiscard]] std::optional<scenario::Laid> laid(scenario::FaultKind kind) const;

 private:
  std::vector<ModbusUnit> units_;
  std::uint64_t writes_ = 0;
};

}  // namespace hwsim::agents
