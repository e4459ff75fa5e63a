#pragma once

#include <cstdint>

#include "drivers/modbus/mbap.hpp"
#include "ground/instant.hpp"

// What is asked of a unit, and what came of it. Pure. Used by all that asks, and by what reads the answers.
namespace holdup::modbus {

struct Question {
  std::uint8_t unit = 1;
  Function function = Function::holding_registers;
  std::uint16_t address = 0;
  std::uint16_t count = 1;
  bool goes_first = false;  // tells what supplies say of themselves: its answer is read before others that came with it
};

struct Exchange {
  Answer answer;
  ground::Instant sent{}, received{};
};

}  // namespace holdup::modbus
