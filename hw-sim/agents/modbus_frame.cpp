#include "hw-sim/agents/modbus_frame.hpp"

#include <algorithm>
#include <array>

namespace hwsim::agents {
namespace {

constexpr std::size_t header_size = 7;       // transaction, protocol, length, unit
constexpr std::size_t longest_pdu = 253;     // V1.1b3, 4.1
constexpr std::size_t most_registers = 125;  // V1.1b3, 6.3
constexpr std::size_t most_bits = 2000;      // V1.1b3, 6.1
constexpr std::uint8_t encapsulated = 0x2b;
constexpr std::uint8_t identification_type = 0x0e;

std::uint16_t word(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]));
}

void append_word(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

std::optional<std::uint16_t> at(const RegisterTable& registers, Bank bank, std::size_t address) {
  return address <= UINT16_MAX ? registers.read(bank, static_cast<std::uint16_t>(address)) : std::nullopt;
}

std::optional<std::string> words(const RegisterTable& registers, Bank bank, std::size_t first, std::size_t count) {
  std::string out;
  for (auto address = first; address < first + count; ++address) {
    const auto value = at(registers, bank, address);
    if (!value) return std::nullopt;
    append_word(out, *value);
  }
  return out;
}

std::optional<std::string> bits(const RegisterTable& registers, Bank bank, std::size_t first, std::size_t count) {
  std::string out((count + 7) / 8, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = at(registers, bank, first + i);
    if (!value) return std::nullopt;
    if (*value != 0) out[i / 8] = static_cast<char>(out[i / 8] | 1 << i % 8);
  }
  return out;
}

// Read Device Identification, V1.1b3, 6.21: the categories basic, regular and extended as a stream, 4 for one object.
std::string answer_identification(std::string_view pdu, const Identification& objects) {
  constexpr std::array<std::uint8_t, 4> last_of_category{0, 0x02, 0x06, 0xff};
  constexpr std::size_t head_size = 7;
  constexpr char conformity = static_cast<char>(0x83);  // extended, as a stream or one by one
  if (objects.empty() || pdu.size() < 2 || static_cast<std::uint8_t>(pdu[1]) != identification_type)
    return exception_pdu(encapsulated, ModbusException::illegal_function);
  const auto category = pdu.size() == 4 ? static_cast<std::uint8_t>(pdu[2]) : std::uint8_t{0};
  if (category < 1 || category > 4) return exception_pdu(encapsulated, ModbusException::illegal_value);
  const auto asked = static_cast<std::uint8_t>(pdu[3]);
  auto object = objects.find(asked);
  if (object == objects.end() && category == 4) return exception_pdu(encapsulated, ModbusException::illegal_address);
  if (object == objects.end()) object = objects.begin();
  const auto last = category == 4 ? asked : last_of_category[category];
  std::string list;
  std::uint8_t count = 0;
  for (; object != objects.end() && object->first <= last; ++object, ++count) {
    if (head_size + list.size() + 2 + object->second.size() > longest_pdu) break;
    list += {static_cast<char>(object->first), static_cast<char>(object->second.size())};
    list += object->second;
  }
  const bool more = object != objects.end() && object->first <= last;
  std::string out{pdu.substr(0, 3)};
  out += {conformity, static_cast<char>(more ? 0xff : 0), static_cast<char>(more ? object->first : 0), static_cast<char>(count)};
  return out + list;
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
  if (function == encapsulated) return answer_identification(pdu, registers.identification());
  const auto bank = static_cast<Bank>(function);
  if (bank < Bank::coils || bank > Bank::input_registers || !registers.has(bank))
    return exception_pdu(function, ModbusException::illegal_function);
  if (pdu.size() != 5) return exception_pdu(function, ModbusException::illegal_value);
  const std::size_t first = word(pdu, 1);
  const std::size_t count = word(pdu, 3);
  if (count == 0 || count > (holds_bits(bank) ? most_bits : most_registers)) return exception_pdu(function, ModbusException::illegal_value);
  const auto data = holds_bits(bank) ? bits(registers, bank, first, count) : words(registers, bank, first, count);
  if (!data) return exception_pdu(function, ModbusException::illegal_address);
  return std::string{static_cast<char>(function), static_cast<char>(data->size())} + *data;
}

std::string exception_pdu(std::uint8_t function, ModbusException exception) {
  return {static_cast<char>(function | 0x80), static_cast<char>(exception)};
}

}  // namespace hwsim::agents
