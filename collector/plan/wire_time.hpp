#pragma once

#include <cstddef>

#include "drivers/address/address.hpp"
#include "ground/instant.hpp"

// How long a Modbus question and its answer keep a line: the arithmetic of MODBUS over Serial Line V1.02, 2.5. `holdup check` reckons
// with it. Pure.
namespace holdup::plan {

using ground::Duration;

/// One request and its answer, in bytes of an RTU frame.
struct Frames {
  std::size_t request = 8;  // unit, function, address, count, CRC
  std::size_t answer = 5;   // unit, function, length, CRC; and what was asked for
  [[nodiscard]] std::size_t bytes() const { return request + answer; }
};
[[nodiscard]] constexpr Frames of_registers(std::size_t count) { return {.answer = 5 + 2 * count}; }
[[nodiscard]] constexpr Frames of_bits(std::size_t count) { return {.answer = 5 + (count + 7) / 8}; }

[[nodiscard]] Duration time_of(const drivers::SerialLine& line, std::size_t bytes);
/// Before every frame: 3.5 bytes, and 1.75 ms above 19200 baud.
[[nodiscard]] Duration silence(const drivers::SerialLine& line);
/// From the silence before the request to the answer's last bit, without the unit's own thinking.
[[nodiscard]] Duration time_of(const drivers::SerialLine& line, const Frames& frames);

}  // namespace holdup::plan
