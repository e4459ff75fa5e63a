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

// UNIT behind the last slash, taken off.
std::optional<std::uint8_t> take_unit(std::string_view& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto unit = number<std::uint8_t>(text.substr(slash + 1));
  text = text.substr(0, slash);
  return unit;
}

constexpr std::array<std::string_view, 3> parity_words{"none", "even", "odd"};

bool read_setting(std::string_view word, LineSettings& line, bool& stop_told) {
  if (take(word, "baud=")) {
    const auto baud = number<std::uint32_t>(word);
    line.baud = baud.value_or(0);
    return line.baud >= 50 && line.baud <= 4'000'000;
  }
  if (take(word, "stop=")) {
    stop_told = true;
    line.stop_bits = word == "2" ? 2 : 1;
    return word == "1" || word == "2";
  }
  if (!take(word, "parity=")) return false;
  const auto parity = std::find(parity_words.begin(), parity_words.end(), word);
  line.parity = static_cast<LineSettings::Parity>(parity - parity_words.begin());
  return parity != parity_words.end();
}

// What stands behind the '?' of a serial line's url.
bool read_settings(std::string_view text, LineSettings& line) {
  bool stop_told = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    if (!read_setting(text.substr(0, end), line, stop_told)) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!stop_told) line.stop_bits = line.parity == LineSettings::Parity::none ? 2 : 1;
  return true;
}

std::optional<DeviceUrl> parse_serial(std::string_view text) {
  DeviceUrl url{.protocol = DeviceUrl::Protocol::modbus_rtu, .host = {}, .port = {}};
  const auto question = std::min(text.find('?'), text.size());
  if (!read_settings(text.substr(std::min(question + 1, text.size())), url.line)) return std::nullopt;
  text = text.substr(0, question);
  const auto unit = take_unit(text);
  if (!unit || text.size() < 2) return std::nullopt;
  url.unit = *unit;
  url.path = text;
  return url;
}

std::string serial_text(const DeviceUrl& url) {
  const int usual_stop_bits = url.line.parity == LineSettings::Parity::none ? 2 : 1;
  return "modbus-rtu://" + url.path + "/" + std::to_string(url.unit) + "?baud=" + std::to_string(url.line.baud) +
         "&parity=" + std::string{parity_words[static_cast<std::size_t>(url.line.parity)]} +
         (url.line.stop_bits == usual_stop_bits ? "" : "&stop=" + std::to_string(url.line.stop_bits));
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
  if (take(text, "modbus-rtu://")) {
    if (text.starts_with('/')) return parse_serial(text);
    url.protocol = DeviceUrl::Protocol::modbus_rtu;
  } else if (take(text, "modbus://")) {
    url.protocol = DeviceUrl::Protocol::modbus;
  } else if (!take(text, "snmp://")) {
    return std::nullopt;
  }
  if (url.protocol != DeviceUrl::Protocol::snmp) {
    const auto unit = take_unit(text);
    if (!unit) return std::nullopt;
    url.unit = *unit;
  }
  url.host = take_host(text);
  if (!is_numeric_address(url.host)) return std::nullopt;
  if (text.empty()) return url;
  if (!take(text, ":")) return std::nullopt;
  url.port = number<std::uint16_t>(text);
  return url.port ? std::optional{url} : std::nullopt;
}

std::string text(const DeviceUrl& url) {
  if (url.is_serial()) return serial_text(url);
  constexpr std::array<std::string_view, 3> schemes{"snmp://", "modbus://", "modbus-rtu://"};  // in the order of Protocol
  const bool modbus = url.protocol != DeviceUrl::Protocol::snmp;
  return std::string{schemes[static_cast<std::size_t>(url.protocol)]} + bracketed(url.host) +
         (url.port ? ":" + std::to_string(*url.port) : "") + (modbus ? "/" + std::to_string(url.unit) : "");
}

}  // namespace hwsim::agents
