#include "hw-sim/agents/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace hwsim::agents {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool is_numeric_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  return ::inet_pton(AF_INET, host.c_str(), octets.data()) == 1 || ::inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

// The host that `text` begins with, brackets taken off; advances over it.
std::string take_host(std::string_view& text) {
  const bool bracketed = take(text, "[");
  const auto end = std::min(text.find(bracketed ? ']' : ':'), text.size());
  std::string host{text.substr(0, end)};
  text.remove_prefix(std::min(end + (bracketed ? 1 : 0), text.size()));
  return host;
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort address{.host = take_host(text)};
  if (!is_numeric_address(address.host) || !take(text, ":")) return std::nullopt;
  const auto port = number<std::uint16_t>(text);
  if (!port) return std::nullopt;
  address.port = *port;
  return address;
}

std::string text(const HostPort& address) { return bracketed(address.host) + ":" + std::to_string(address.port); }

std::optional<DeviceUrl> parse_device_url(std::string_view text) {
  DeviceUrl url;
  if (take(text, "modbus://"))
    url.protocol = DeviceUrl::Protocol::modbus;
  else if (!take(text, "snmp://"))
    return std::nullopt;
  if (url.protocol == DeviceUrl::Protocol::modbus) {
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto unit = number<std::uint8_t>(text.substr(slash + 1));
    if (!unit) return std::nullopt;
    url.unit = *unit;
    text = text.substr(0, slash);
  }
  url.host = take_host(text);
  if (!is_numeric_address(url.host)) return std::nullopt;
  if (text.empty()) return url;
  if (!take(text, ":")) return std::nullopt;
  url.port = number<std::uint16_t>(text);
  return url.port ? std::optional{url} : std::nullopt;
}

std::string text(const DeviceUrl& url) {
  const bool modbus = url.protocol == DeviceUrl::Protocol::modbus;
  return (modbus ? "modbus://" : "snmp://") + bracketed(url.host) + (url.port ? ":" + std::to_string(*url.port) : "") +
         (modbus ? "/" + std::to_string(url.unit) : "");
}

}  // namespace hwsim::agents
