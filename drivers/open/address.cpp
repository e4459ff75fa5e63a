#include "drivers/open/address.hpp"

#include <algorithm>
#include <optional>

#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::drivers {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

constexpr std::uint16_t snmp_port = 161, modbus_port = 502;

Failure wrong(std::string what) { return {FailureKind::unsupported, std::move(what)}; }

bool is_ipv4(std::string_view host) {
  int groups = 0;
  while (true) {
    const auto dot = host.find('.');
    const auto group = host.substr(0, dot);
    const auto number = group.empty() || group.size() > 3 ? std::nullopt : ground::parse_integer(group);
    if (!number || *number < 0 || *number > 255 || group.front() == '+') return false;
    ++groups;
    if (dot == std::string_view::npos) return groups == 4;
    host.remove_prefix(dot + 1);
  }
}

bool is_ipv6(std::string_view host) {
  return std::count(host.begin(), host.end(), ':') >= 2 && host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

/// HOST, HOST:PORT, [HOST] or [HOST]:PORT into the address; the rest of the text is what follows the host.
Result<Address> with_host(Address address, std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return wrong("'[' without ']' in the host");
    address.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (!is_ipv4(address.host) && !is_ipv6(address.host))
    return wrong("'" + ground::printable(address.host) + "' is no numeric address; write 192.0.2.11 or [2001:db8::11]");
  if (port.empty()) return address;
  const auto number = port.front() == ':' ? ground::parse_integer(port.substr(1)) : std::nullopt;
  if (!number || *number < 1 || *number > 65535) return wrong("the port is not 1 to 65535");
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

Result<Address> parse_modbus(std::string_view rest) {
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return wrong("no unit; write modbus://HOST[:PORT]/UNIT");
  const auto unit = ground::parse_integer(rest.substr(slash + 1));
  if (!unit || *unit < 0 || *unit > 255) return wrong("the unit is not 0 to 255; write modbus://HOST[:PORT]/UNIT");
  Address address{.protocol = Address::Protocol::modbus, .host = {}, .port = modbus_port, .unit = static_cast<std::uint8_t>(*unit)};
  return with_host(std::move(address), rest.substr(0, slash));
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  constexpr std::string_view snmp = "snmp://", modbus = "modbus://";
  if (url.starts_with(modbus)) return parse_modbus(url.substr(modbus.size()));
  if (!url.starts_with(snmp)) return wrong("write snmp://HOST[:PORT] or modbus://HOST[:PORT]/UNIT");
  url.remove_prefix(snmp.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  return with_host({.protocol = Address::Protocol::snmp, .host = {}, .port = snmp_port, .unit = 1}, url);
}

}  // namespace holdup::drivers
