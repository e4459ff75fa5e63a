#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// What a device's `url` says: snmp://HOST[:PORT] or modbus://HOST[:PORT]/UNIT.
struct DeviceUrl {
  enum class Protocol : std::uint8_t { snmp, modbus };
  Protocol protocol = Protocol::snmp;
  std::string host;
  std::optional<std::uint16_t> port;
  std::uint8_t unit = 1;  // modbus
};

[[nodiscard]] std::optional<DeviceUrl> parse_device_url(std::string_view text);
[[nodiscard]] std::string text(const DeviceUrl& url);

}  // namespace hwsim::agents
