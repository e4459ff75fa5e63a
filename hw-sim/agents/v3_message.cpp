#include "hw-sim/agents/v3_message.hpp"

#include "ground/expect.hpp"
#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

constexpr std::uint8_t sequence = 0x30;
constexpr unsigned char octet_string = 0x04;
constexpr std::int32_t snmp_v3 = 3;
constexpr std::int32_t user_based = 3;  // msgSecurityModel
constexpr unsigned char reportable_flag = 4;

std::string octets(std::string_view bytes) { return ber::octets(ber::Tag::octets, bytes); }

bool read_global(BerReader global, V3Envelope& out) {
  out.id = global.integer();
  out.most_octets = global.integer();
  const auto flags = global.octets();
  const auto model = global.integer();
  if (!global.ok() || flags.size() != 1 || model != user_based) return false;
  const auto level = static_cast<unsigned char>(flags[0]) & 3;
  if (level == 2) return false;  // private, yet not authentic: RFC 3412, 7.2 6)
  out.level = static_cast<Level>(level);
  out.reportable = (static_cast<unsigned char>(flags[0]) & reportable_flag) != 0;
  return true;
}

bool read_security(BerReader fields, const unsigned char* start, V3Envelope& out) {
  unsigned char tag = 0;
  auto inside = fields.open(tag);
  if (tag != octet_string) return false;
  auto list = inside.open_sequence();
  out.engine = list.octets();
  out.time.boots = list.integer();
  out.time.seconds = list.integer();
  out.user = list.octets();
  out.mac = list.octets();
  if (!list.ok()) return false;
  out.mac_at = static_cast<std::size_t>(list.position() - start) - out.mac.size();
  out.salt = list.octets();
  return list.ok();
}

std::string scoped_bytes(const ScopedPdu& scoped) {
  return ber::constructed(sequence, octets(scoped.engine) + octets(scoped.context) + encode_pdu(scoped.pdu));
}

}  // namespace

std::optional<V3Envelope> decode_v3(std::string_view datagram) {
  PaddedBytes bytes{datagram};
  BerReader packet{bytes};
  auto fields = packet.open_sequence();
  V3Envelope out;
  if (fields.integer() != snmp_v3 || !fields.ok()) return std::nullopt;
  if (!read_global(fields.open_sequence(), out) || !fields.ok() || !read_security(fields, bytes.data(), out)) return std::nullopt;
  (void)fields.whole();  // the security parameters, read above
  const bool sealed = out.level == Level::auth_priv;
  if (!fields.ok() || fields.next_tag() != (sealed ? octet_string : sequence)) return std::nullopt;
  out.scoped = sealed ? fields.octets() : fields.whole();
  return fields.ok() ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<ScopedPdu> decode_scoped(std::string_view text) {
  PaddedBytes bytes{text};
  BerReader all{bytes};
  auto fields = all.open_sequence();
  ScopedPdu out;
  out.engine = fields.octets();
  out.context = fields.octets();
  out.pdu.version = Version::v3;
  if (!fields.ok() || !decode_pdu(fields, out.pdu)) return std::nullopt;
  return out;
}

bool authentic(std::string_view datagram, const V3Envelope& envelope, const LocalKeys& keys) {
  if (envelope.mac.size() != mac_size(keys.auth_protocol) || envelope.mac_at + envelope.mac.size() > datagram.size()) return false;
  std::string blank{datagram};
  blank.replace(envelope.mac_at, envelope.mac.size(), envelope.mac.size(), '\0');
  return mac(keys, blank) == envelope.mac;
}

std::string encode_v3(const V3Envelope& envelope, const ScopedPdu& scoped, const LocalKeys* keys) {
  HOLDUP_EXPECT(envelope.level == Level::no_auth || keys != nullptr);
  auto data = scoped_bytes(scoped);
  if (envelope.level == Level::auth_priv) data = octets(encrypted({.keys = *keys, .time = envelope.time, .salt = envelope.salt}, data));
  const auto flags = static_cast<char>(static_cast<unsigned char>(envelope.level) | (envelope.reportable ? reportable_flag : 0));
  const auto global = ber::constructed(
      sequence, ber::integer(envelope.id) + ber::integer(envelope.most_octets) + octets({&flags, 1}) + ber::integer(user_based));
  const std::string blank(envelope.level == Level::no_auth ? 0 : mac_size(keys->auth_protocol), '\0');
  const auto salt = octets(envelope.level == Level::auth_priv ? std::string_view{envelope.salt} : std::string_view{});
  const auto security = ber::constructed(sequence, octets(envelope.engine) + ber::integer(envelope.time.boots) +
                                                       ber::integer(envelope.time.seconds) + octets(envelope.user) + octets(blank) + salt);
  auto message = ber::constructed(sequence, ber::integer(snmp_v3) + global + octets(security) + data);
  if (blank.empty()) return message;
  const auto mac_at = message.size() - data.size() - salt.size() - blank.size();
  message.replace(mac_at, blank.size(), mac(*keys, message));
  return message;
}

std::size_t v3_overhead(const V3Envelope& envelope, const ScopedPdu& scoped) {
  constexpr std::size_t fixed = 96;  // tags, lengths, four numbers, flags, salt, a cipher's filling
  return fixed + 2 * envelope.engine.size() + envelope.user.size() + envelope.mac.size() + scoped.engine.size() + scoped.context.size();
}

}  // namespace hwsim::agents
