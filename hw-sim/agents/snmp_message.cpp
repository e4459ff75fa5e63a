#include "hw-sim/agents/snmp_message.hpp"

#include <net-snmp/net-snmp-config.h>
// After net-snmp-config.h, which they need.
#include <net-snmp/library/asn1.h>
#include <net-snmp/types.h>

#include <array>

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

constexpr u_char sequence = ASN_SEQUENCE | ASN_CONSTRUCTOR;
// net-snmp's readers look a few octets past the end of what they are told is there.
constexpr std::size_t padding = 32;

// A window of bytes that net-snmp's readers advance through. Once anything fails, everything after fails.
class Reader {
 public:
  Reader(u_char* at, std::size_t left) : at_{at}, left_{left} {}
  [[nodiscard]] bool ok() const { return at_ != nullptr; }
  [[nodiscard]] bool done() const { return left_ == 0; }

  /// Opens a constructed value: what is inside it; this reader goes on behind it.
  Reader open(u_char& tag) {
    if (!ok() || done()) return fail();
    auto length = left_;
    auto* const inside = asn_parse_header(at_, &length, &tag);
    if (inside == nullptr || static_cast<std::size_t>(inside - at_) + length > left_) return fail();
    const Reader contents{inside, length};
    left_ -= static_cast<std::size_t>(inside - at_) + length;
    at_ = inside + length;
    return contents;
  }
  Reader open_sequence() {
    u_char tag = 0;
    auto contents = open(tag);
    return tag == sequence ? contents : fail();
  }
  std::int32_t integer() {
    long value = 0;
    u_char tag = 0;
    if (!ok() || done()) return fail(), 0;
    at_ = asn_parse_int(at_, &left_, &tag, &value, sizeof value);
    if (tag != ASN_INTEGER || value < INT32_MIN || value > INT32_MAX) fail();
    return static_cast<std::int32_t>(value);
  }
  std::string octets() {
    std::string out(left_, '\0');
    u_char tag = 0;
    auto length = out.size();
    if (!ok() || done()) return fail(), out;
    at_ = asn_parse_string(at_, &left_, &tag, reinterpret_cast<u_char*>(out.data()), &length);
    out.resize(ok() ? length : 0);
    return out;
  }
  Oid object_id() {
    std::array<::oid, MAX_OID_LEN> wide{};
    auto length = wide.size();
    u_char tag = 0;
    if (!ok() || done()) return fail(), Oid{};
    at_ = asn_parse_objid(at_, &left_, &tag, wide.data(), &length);
    if (!ok()) return {};
    Oid out;
    for (std::size_t i = 0; i < length; ++i) out.push_back(static_cast<std::uint32_t>(wide[i]));
    return out;
  }
  /// Everything that is left, as it stands.
  std::string rest() { return ok() ? std::string{reinterpret_cast<const char*>(at_), left_} : std::string{}; }

 private:
  Reader fail() {
    at_ = nullptr;
    left_ = 0;
    return *this;
  }

  u_char* at_;
  std::size_t left_;
};

bool is_known_pdu(u_char tag) { return tag == 0xA0 || tag == 0xA1 || tag == 0xA2 || tag == 0xA3 || tag == 0xA5; }

bool read_varbinds(Reader list, std::vector<Varbind>& varbinds) {
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
  std::string buffer{datagram};
  buffer.resize(datagram.size() + padding, '\0');
  Reader packet{reinterpret_cast<u_char*>(buffer.data()), datagram.size()};
  auto fields = packet.open_sequence();
  SnmpMessage message;
  const auto version = fields.integer();
  message.community = fields.octets();
  u_char pdu = 0;
  auto body = fields.open(pdu);
  if (!fields.ok() || (version != 0 && version != 1) || !is_known_pdu(pdu)) return std::nullopt;
  message.version = static_cast<Version>(version);
  message.pdu = static_cast<Pdu>(pdu);
  message.request_id = body.integer();
  message.status = body.integer();
  message.index = body.integer();
  if (!read_varbinds(body.open_sequence(), message.varbinds) || !body.ok()) return std::nullopt;
  return message;
}

std::string encode(const Varbind& varbind) { return ber::constructed(sequence, ber::object_id(varbind.oid) + varbind.value); }

std::string encode(const SnmpMessage& message) {
  std::string varbinds;
  for (const auto& varbind : message.varbinds) varbinds += encode(varbind);
  const auto head = ber::integer(message.request_id) + ber::integer(message.status) + ber::integer(message.index);
  const auto body = ber::constructed(static_cast<std::uint8_t>(message.pdu), head + ber::constructed(sequence, varbinds));
  const auto version = ber::integer(static_cast<std::int32_t>(message.version));
  return ber::constructed(sequence, version + ber::octets(ber::Tag::octets, message.community) + body);
}

}  // namespace hwsim::agents
