#include "hw-sim/agents/snmp_message.hpp"

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

constexpr std::uint8_t sequence = 0x30;

bool is_known_pdu(unsigned char tag) { return tag >= 0xA0 && tag <= 0xA8 && tag != 0xA4; }

bool read_varbinds(BerReader list, std::vector<Varbind>& varbinds) {
  while (list.ok() && !list.done()) {
    auto pair = list.open_sequence();
    auto oid = pair.object_id();
    if (!pair.ok() || pair.done()) return false;
    varbinds.push_back({std::move(oid), pair.rest()});
  }
  return list.ok();
}

}  // namespace

std::optional<SnmpMessage> decode(std::string_view datagram) {
  PaddedBytes bytes{datagram};
  BerReader packet{bytes};
  auto fields = packet.open_sequence();
  SnmpMessage message;
  const auto version = fields.integer();
  message.community = fields.octets();
  if (!fields.ok() || (version != 0 && version != 1)) return std::nullopt;
  message.version = static_cast<Version>(version);
  return decode_pdu(fields, message) ? std::optional{std::move(message)} : std::nullopt;
}

bool decode_pdu(BerReader& at, SnmpMessage& message) {
  unsigned char tag = 0;
  auto body = at.open(tag);
  if (!at.ok() || !is_known_pdu(tag)) return false;
  message.pdu = static_cast<Pdu>(tag);
  message.request_id = body.integer();
  message.status = body.integer();
  message.index = body.integer();
  return read_varbinds(body.open_sequence(), message.varbinds) && body.ok();
}

std::string encode(const Varbind& varbind) { return ber::constructed(sequence, ber::object_id(varbind.oid) + varbind.value); }

std::string encode_pdu(const SnmpMessage& message) {
  std::string varbinds;
  for (const auto& varbind : message.varbinds) varbinds += encode(varbind);
  const auto head = ber::integer(message.request_id) + ber::integer(message.status) + ber::integer(message.index);
  return ber::constructed(static_cast<std::uint8_t>(message.pdu), head + ber::constructed(sequence, varbinds));
}

std::string encode(const SnmpMessage& message) {
  const auto version = ber::integer(static_cast<std::int32_t>(message.version));
  return ber::constructed(sequence, version + ber::octets(ber::Tag::octets, message.community) + encode_pdu(message));
}

}  // namespace hwsim::agents
