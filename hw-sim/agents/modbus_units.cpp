#include "hw-sim/agents/modbus_units.hpp"

#include <algorithm>
#include <utility>

#include "ground/expect.hpp"
#include "hw-sim/agents/modbus_departure.hpp"
#include "hw-sim/agents/modbus_frame.hpp"

namespace hwsim::agents {

using scenario::FaultKind;

ModbusUnits::ModbusUnits(std::vector<ModbusUnit> units) : units_{std::move(units)} { HOLDUP_EXPECT(!units_.empty()); }

std::optional<ModbusUnits::Answer> ModbusUnits::answer(std::uint8_t number, std::string_view pdu) {
  const auto function = static_cast<std::uint8_t>(pdu.front());
  if (is_write(function)) ++writes_;
  const auto unit =
      std::find_if(units_.begin(), units_.end(), [&](const ModbusUnit& candidate) { return candidate.number.value_or(number) == number; });
  if (unit == units_.end()) return std::nullopt;
  Answer answer{.pdu = {}, .fate = unit->line->next(), .turnaround = unit->turnaround};
  if (!answer.fate.answered) return answer;
  if (const auto* fault = answer.fate.hit(FaultKind::exception)) {
    answer.pdu = exception_pdu(function, static_cast<ModbusException>(fault->value.value_or(4)));
  } else if (answer.fate.hit(FaultKind::busy) != nullptr) {
    answer.pdu = exception_pdu(function, ModbusException::busy);
  } else {
    answer.pdu = answer_pdu(pdu, DisguisedRegisters{*unit->registers, answer.fate, unit->line->moment().zeros});
  }
  return answer;
}

bool ModbusUnits::powered() const {
  return std::any_of(units_.begin(), units_.end(), [](const ModbusUnit& unit) { return unit.line->powered(); });
}

std::optional<scenario::Laid> ModbusUnits::laid(FaultKind kind) const {
  for (const ModbusUnit& unit : units_)
    if (const auto fault = unit.line->laid(kind)) return fault;
  return std::nullopt;
}

}  // namespace hwsim::agents
