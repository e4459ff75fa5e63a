#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/register_table.hpp"

// Modbus TCP from the serving side (Modbus Application Protocol V1.1b3; Messaging on TCP/IP V1.0b): frames found in a byte stream, and what
// a unit answers. Written for the simulator alone and shares nothing with `drivers/`.
namespace hwsim::agents {

struct ModbusFrame {
  std::uint16_t transaction = 0;
  std::uint8_t unit = 0;
  std::string pdu;  // function code and what follows

  [[nodiscard]] std::uint8_t function() const { return static_cast<std::uint8_t>(pdu.front()); }
};

/// What a byte stream begins with.
struct FrameScan {
  enum class Outcome : std::uint8_t { complete, partial, broken };
  Outcome outcome = Outcome::partial;
  std::size_t size = 0;  // bytes of the stream that a complete frame takes
  ModbusFrame frame;
};

[[nodiscard]] FrameScan scan_frame(std::string_view stream);
[[nodiscard]] std::string encode(const ModbusFrame& frame);

enum class ModbusException : std::uint8_t {
  illegal_function = 1,
  illegal_address = 2,
  illegal_value = 3,
  device_failure = 4,
  busy = 6,
  gateway_target_silent = 11
};

/// A function that changes a register, coil or file: 5, 6, 15, 16, 21, 22, 23.
[[nodiscard]] bool is_write(std::uint8_t function);
/// The answering PDU: functions 1 to 4 and 0x2B/0x0E from the table, an exception for all else.
[[nodiscard]] std::string answer_pdu(std::string_view pdu, const RegisterTable& registers);
[[nodiscard]] std::string exception_pdu(std::uint8_t function, ModbusException exception);

}  // namespace hwsim::agents
