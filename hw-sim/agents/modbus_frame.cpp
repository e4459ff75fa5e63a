#include "hw-sim/agents/modbus_frame.hpp"

#include <algorithm>
#include <array>

namespace hwsim::agents {
namespace {

constexpr std::size_t header_size = 7;       // transaction, protocol, length, unit
constexpr std::size_t longest_pdu = 253;     // V1.1b3, 4.1
constexpr std::size_t most_registers = 125;  // V1.1b3, 6.3
constexpr std::uint8_t read_holding = 3;
constexpr std::uint8_t read_input = 4;

std::uint16_t word(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]));
}

void append_word(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

}  // namespace

FrameScan scan_frame(std::string_view stream) {
  FrameScan scan;
  if (stream.size() < header_size) return scan;
  const std::size_t length = word(stream, 4);  // unit and PDU
  if (word(stream, 2) != 0 || length < 2 || length > longest_pdu + 1) {
    scan.outcome = FrameScan::Outcome::broken;
    return scan;
  }
  if (stream.size() < header_size - 1 + length) return scan;
  scan.outcome = FrameScan::Outcome::complete;
  scan.size = header_size - 1 + length;
  scan.frame = {.transaction = word(stream, 0),
                .unit = static_cast<std::uint8_t>(stream[6]),
                .pdu = std::string{stream.substr(header_size, length - 1)}};
  return scan;
}

std::string encode(const ModbusFrame& frame) {
  std::string out;
  append_word(out, frame.transaction);
  append_word(out, 0);
  append_word(out, frame.pdu.size() + 1);
  out += static_cast<char>(frame.unit);
  return out + frame.pdu;
}

bool is_write(std::uint8_t function) {
  constexpr std::array<std::uint8_t, 7> writes{5, 6, 15, 16, 21, 22, 23};
  return std::find(writes.begin(), writes.end(), function) != writes.end();
}

std::string answer_pdu(std::string_view pdu, const RegisterTable& registers) {
  const auto function = static_cast<std::uint8_t>(pdu.front());
  if (function != read_holding && function != read_input) return exception_pdu(function, ModbusException::illegal_function);
  if (pdu.size() != 5) return exception_pdu(function, ModbusException::illegal_value);
  const std::size_t first = word(pdu, 1);
  const std::size_t count = word(pdu, 3);
  if (count == 0 || count > most_registers) return exception_pdu(function, ModbusException::illegal_value);
  std::string out{static_cast<char>(function), static_cast<char>(count * 2)};
  for (auto address = first; address < first + count; ++address) {
    const auto value = address <= UINT16_MAX ? registers.read(static_cast<std::uint16_t>(address)) : std::nullopt;
    if (!value) return exception_pdu(function, ModbusException::illegal_address);
    append_word(out, *value);
  }
  return out;
}

std::string exception_pdu(std::uint8_t function, ModbusException exception) {
  return {static_cast<char>(function | 0x80), static_cast<char>(exception)};
}

}  // namespace hwsim::agents
