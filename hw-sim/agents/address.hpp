#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/rtu_frame.hpp"

// Where a simulated device listens, as people write it and as the ready lines print it.
namespace hwsim::agents {

struct HostPort {
  std::string host;  // numeric, IPv6 without its brackets
  std::uint16_t port = 0;
};

/// "127.0.0.1:1161", "[::1]:1161". Nothing when the host is no numeric address or the port no port.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);
/// The same back.
[[nodiscard]] std::string text(const HostPort& address);

/// What a device's `url` says: snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, modbus-rtu:///PATH/UNIT[?baud=19200&parity=even&stop=1] or
/// modbus-rtu://HOST:PORT/UNIT.
struct DeviceUrl {
  enum class Protocol : std::uint8_t { snmp, modbus, modbus_rtu };
  Protocol protocol = Protocol::snmp;
  std::string host;  // empty where there is a path
  std::optional<std::uint16_t> port;
  std::uint8_t unit = 1;  // modbus
  std::string path = {};  // of a serial line
  LineSettings line = {};

  [[nodiscard]] bool is_serial() const { return !path.empty(); }
};

[[nodiscard]] std::optional<DeviceUrl> parse_device_url(std::string_view text);
[[nodiscard]] std::string text(const DeviceUrl& url);

}  // namespace hwsim::agents
