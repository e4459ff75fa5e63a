#pragma once

#include <cstdint>
#include <vector>

#include "drivers/modbus/rtu/frame.hpp"

// Frames as bytes, for the tests of what reads them.
namespace holdup::rtu::test {

using Raw = std::vector<std::uint8_t>;

inline Raw closed(Raw bytes) {
  const auto code = crc(bytes);
  bytes.push_back(static_cast<std::uint8_t>(code));
  bytes.push_back(static_cast<std::uint8_t>(code >> 8));
  return bytes;
}
inline Raw operator+(Raw a, const Raw& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Raw sent(const modbus::Question& question) {
  const Frame frame = encode(question);
  return {frame.bytes().begin(), frame.bytes().end()};
}

}  // namespace holdup::rtu::test
