#pragma once

#include <chrono>

// What a hostile Modbus device does to the loop that polls it: its longest turn, and how many of the neighbours' polls were answered.
namespace holdup::bench {

/// Measures and prints, for so long each of the peers of tests/wire/drivers/modbus.
void hostile(std::chrono::milliseconds time);

}  // namespace holdup::bench
