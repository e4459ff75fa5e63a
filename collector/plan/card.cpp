#include "collector/plan/card.hpp"

namespace holdup::plan {

using Protocol = drivers::Address::Protocol;

std::string card_of(const site::Device& device) {
  const auto& address = device.address;
  if (device.tap) return "tap " + device.name;  // it listens: nobody waits for it
  if (!address.serial.path.empty()) return address.serial.path;
  return std::to_string(static_cast<int>(address.protocol)) + ' ' + address.host + ' ' + std::to_string(address.port);
}

Card::Kind kind_of(const site::Device& device) {
  const auto protocol = device.address.protocol;
  if (protocol == Protocol::snmp || device.tap) return Card::Kind::own;
  return protocol == Protocol::modbus ? Card::Kind::host : Card::Kind::line;
}

}  // namespace holdup::plan
