#include "drivers/address/address.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::drivers {
namespace {

using Protocol = Address::Protocol;

constexpr std::string_view every_form =
    "write snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, modbus-rtu:///dev/ttyS0/UNIT or modbus-rtu://HOST:PORT/UNIT";
constexpr std::string_view modbus_form = "write modbus://HOST[:PORT]/UNIT";
constexpr std::string_view rtu_form = "write modbus-rtu:///dev/ttyS0/UNIT?baud=19200&parity=even";
constexpr std::int64_t slowest = 300, fastest = 4'000'000;  // bits a second

/// One url being taken apart; the first thing that is wrong ends it.
class Parser {
 public:
  Parser(const boost::urls::url_view& url, Refusal& refusal) : url_{url}, refusal_{refusal}, path_{url.path()} {}

  std::optional<Address> parse() {
    const bool good = scheme() && host() && (address_.speaks_modbus() ? unit() : nothing_behind()) && parameters();
    return good ? std::optional{std::move(address_)} : std::nullopt;
  }

 private:
  bool refuse(std::string what, std::string_view mend) {
    refusal_ = {ground::printable(what), std::string{mend}};
    return false;
  }

  bool scheme() {
    const std::string_view name{url_.scheme().data(), url_.scheme().size()};
    if (name == "snmp")
      address_.protocol = Protocol::snmp;
    else if (name == "modbus")
      address_.protocol = Protocol::modbus, address_.port = 502;
    else if (name == "modbus-rtu")
      address_.protocol = Protocol::modbus_rtu, address_.port = 0;
    else
      return refuse("the scheme '" + std::string{name} + "' is not served", every_form);
    return true;
  }

  bool host() {
    if (url_.has_userinfo()) return refuse("a name or password in a URL", "name the file with the secret in community_file or v3_file");
    if (address_.protocol == Protocol::modbus_rtu && url_.encoded_host().empty() && !url_.has_port()) return serial_path();
    const auto type = url_.host_type();
    if (type != boost::urls::host_type::ipv4 && type != boost::urls::host_type::ipv6)
      return refuse("the host is no numeric address", "write the address: names resolve only while the network lives");
    address_.host = url_.host_address();
    if (url_.has_port() && url_.port_number() == 0) return refuse("no port number", "write a port from 1 to 65535");
    if (url_.has_port()) address_.port = url_.port_number();
    if (address_.port == 0) return refuse("the port is missing", "write modbus-rtu://HOST:PORT/UNIT: RTU over TCP has no port of its own");
    return true;
  }

  /// The line's device file, down to the last slash; behind it stands the unit.
  bool serial_path() {
    const auto slash = path_.rfind('/');
    if (slash == std::string::npos || slash == 0) return refuse("no serial device and unit", rtu_form);
    address_.serial.path = path_.substr(0, slash);
    path_.erase(0, slash);
    return true;
  }

  bool nothing_behind() { return path_.size() <= 1 || refuse("'" + path_ + "' after the address", "write snmp://HOST[:PORT]"); }

  /// On a serial line 0 is everybody, whom nobody answers for, and what is above 247 is reserved: MODBUS over Serial Line V1.02, 2.2.
  bool unit() {
    const bool rtu = address_.protocol == Protocol::modbus_rtu;
    if (path_.size() < 2) return refuse("the unit is missing", rtu ? rtu_form : modbus_form);
    const auto number = ground::parse_integer(std::string_view{path_}.substr(1));
    const std::int64_t least = rtu ? 1 : 0, most = rtu ? 247 : 255;
    if (!number || *number < least || *number > most)
      return refuse("'" + path_.substr(1) + "' is no unit", "write a number from " + std::to_string(least) + " to " + std::to_string(most));
    address_.unit = static_cast<std::uint8_t>(*number);
    return true;
  }

  bool parameters() {
    if (url_.has_fragment()) return refuse("'#' in a URL", every_form);
    bool stops = false;
    for (const auto& parameter : url_.params()) {
      const std::string key = parameter.key, value = parameter.value;
      if (address_.serial.path.empty()) return refuse("'" + key + "' is told of a serial line only", "take it out");
      if (key == "baud" ? !baud(value) : key == "parity" ? !parity(value) : key == "stop" ? !(stops = stop(value)) : !unknown(key)) return false;
    }
    if (!stops && address_.serial.parity == Parity::none) address_.serial.stop_bits = 2;
    return true;
  }

  bool baud(const std::string& value) {
    const auto number = ground::parse_integer(value);
    if (!number || *number < slowest || *number > fastest) return refuse("'" + value + "' is no baud rate", "write bits a second, such as 19200");
    address_.serial.baud = static_cast<std::uint32_t>(*number);
    return true;
  }

  bool parity(const std::string& value) {
    const auto found = std::ranges::find(parity_names, value);
    if (found == parity_names.end()) return refuse("'" + value + "' is no parity", "write none, even or odd");
    address_.serial.parity = static_cast<Parity>(found - parity_names.begin());
    return true;
  }

  bool stop(const std::string& value) {
    if (value != "1" && value != "2") return refuse("'" + value + "' is no number of stop bits", "write 1 or 2");
    address_.serial.stop_bits = value == "1" ? 1 : 2;
    return true;
  }

  bool unknown(const std::string& key) { return refuse("'" + key + "' is unknown", "a serial line has baud, parity and stop"); }

  const boost::urls::url_view& url_;
  Refusal& refusal_;
  std::string path_;  // what of it is left
  Address address_;
};

}  // namespace

std::string SerialLine::settings() const {
  constexpr std::array letters{'N', 'E', 'O'};
  return std::to_string(baud) + " 8" + letters[static_cast<std::size_t>(parity)] + std::to_string(stop_bits);
}

std::optional<Address> parse_address(std::string_view text, Refusal& refusal) {
  const auto url = boost::urls::parse_uri(text);
  if (url) return Parser{*url, refusal}.parse();
  refusal = {"'" + ground::printable(text) + "' is no URL", std::string{every_form}};
  return std::nullopt;
}

ground::Result<Address> parse_address(std::string_view url) {
  Refusal refusal;
  auto address = parse_address(url, refusal);
  if (!address) return ground::Failure{ground::FailureKind::unsupported, refusal.what + "; " + refusal.mend};
  return *std::move(address);
}

}  // namespace holdup::drivers
