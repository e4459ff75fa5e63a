#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/result.hpp"

// Where a device answers, as its url says it. Opener and whoever checks a url use it. Pure.
namespace holdup::drivers {

struct Address {
  enum class Protocol : std::uint8_t { snmp, modbus };
  Protocol protocol = Protocol::snmp;
  std::string host;  // a numeric IPv4 or IPv6 address, without brackets
  std::uint16_t port = 161;
  std::uint8_t unit = 1;  // modbus

  bool operator==(const Address&) const = default;
};

/// snmp://HOST[:PORT] or modbus://HOST[:PORT]/UNIT. The failure says what is wrong and what to write. Host names are refused: a device is
/// found when the name service is dark, too.
[[nodiscard]] ground::Result<Address> parse_address(std::string_view url);

}  // namespace holdup::drivers
