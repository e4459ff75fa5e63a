#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ground/result.hpp"

// Where a device answers, as its url says it: the site file's devices, plan and `holdup probe` use it. Pure.
namespace holdup::drivers {

enum class Parity : std::uint8_t { none, even, odd };
inline constexpr std::array<std::string_view, 3> parity_names{"none", "even", "odd"};

/// A serial line: 8 data bits, sent at `baud` bits a second. Defaults and stop bits: MODBUS over Serial Line V1.02, 2.5.1.
struct SerialLine {
  std::string path;  // "/dev/ttyS0"; empty: no serial line of this machine
  std::uint32_t baud = 19200;
  Parity parity = Parity::even;
  std::uint8_t stop_bits = 1;  // without parity 2, unless the url says 1

  /// Bits on the wire for each byte: 11 unless stop bits are saved.
  [[nodiscard]] unsigned bits_a_byte() const { return 1u + 8u + (parity == Parity::none ? 0u : 1u) + stop_bits; }
  /// "19200 8E1".
  [[nodiscard]] std::string settings() const;
  bool operator==(const SerialLine&) const = default;
};

struct Address {
  enum class Protocol : std::uint8_t { snmp, modbus, modbus_rtu };
  Protocol protocol = Protocol::snmp;
  std::string host;  // a numeric IPv4 or IPv6 address, without brackets; empty where there is a serial line
  std::uint16_t port = 161;
  std::uint8_t unit = 1;    // Modbus
  SerialLine serial = {};   // modbus_rtu; its path is empty where RTU frames travel over TCP, as through a serial device server

  [[nodiscard]] bool speaks_modbus() const { return protocol != Protocol::snmp; }
  bool operator==(const Address&) const = default;
};

/// What is wrong with a url, and how to mend it.
struct Refusal {
  std::string what, mend;
};

/// snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, modbus-rtu:///dev/ttyS0/UNIT[?baud=19200&parity=even&stop=1] or, for RTU frames over
/// TCP, modbus-rtu://HOST:PORT/UNIT. Host names are refused: a device is found when the name service is dark, too.
[[nodiscard]] std::optional<Address> parse_address(std::string_view url, Refusal& refusal);
/// The same; the failure says what is wrong and what to write.
[[nodiscard]] ground::Result<Address> parse_address(std::string_view url);

}  // namespace holdup::drivers
