#include "hw-sim/agents/notification.hpp"

#include <algorithm>

#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/value_text.hpp"

namespace hwsim::agents {
namespace {

constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t trap_v1 = 0xA4;
constexpr std::int32_t enterprise_specific = 6;

const Oid sys_uptime{1, 3, 6, 1, 2, 1, 1, 3, 0};
const Oid snmp_trap_oid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
const Oid snmp_traps{1, 3, 6, 1, 6, 3, 1, 1, 5};  // coldStart is .1, egpNeighborLoss .6

ground::Failure wrong(std::string what) { return {.kind = ground::FailureKind::malformed, .what = std::move(what)}; }

struct V1Trap {
  Oid enterprise;
  std::int32_t generic = enterprise_specific;
  std::int32_t specific = 0;
};

// RFC 3584, 3.2: ENTERPRISE.0.SPECIFIC, or one of the six standard traps.
V1Trap v1_trap_of(const Notification& notification) {
  const Oid& oid = notification.oid;
  V1Trap out;
  const auto last = oid.back();
  const bool standard = oid.size() == snmp_traps.size() + 1 && std::equal(snmp_traps.begin(), snmp_traps.end(), oid.begin());
  if (standard && last >= 1 && last <= 6) {
    out.enterprise = snmp_traps;
    out.generic = static_cast<std::int32_t>(last) - 1;
  } else {
    const bool zero_before_last = oid.size() > 2 && oid[oid.size() - 2] == 0;
    out.enterprise.assign(oid.begin(), oid.end() - (zero_before_last ? 2 : 1));
    out.specific = static_cast<std::int32_t>(last & 0x7fffffff);
  }
  if (notification.enterprise) out.enterprise = *notification.enterprise;
  return out;
}

std::string address_octets(std::uint32_t address) {
  return {static_cast<char>(address >> 24), static_cast<char>(address >> 16), static_cast<char>(address >> 8), static_cast<char>(address)};
}

}  // namespace

ground::Result<Notification> notification_of(const scenario::Trap& trap) {
  Notification out{.version = trap.version, .inform = trap.inform};
  const auto oid = parse_oid(trap.oid);
  if (!oid) return wrong("'" + trap.oid + "' is no OID");
  out.oid = *oid;
  for (const auto& varbind : trap.varbinds) {
    const auto name = parse_oid(varbind.oid);
    const auto value = value_of_letter(varbind.type, varbind.value);
    if (!name || !value) return wrong(varbind.oid + "=" + varbind.type + ":…: no such OID, or a value that does not fit its type");
    out.varbinds.push_back({*name, *value});
  }
  if (trap.to) {
    out.to = parse_host_port(*trap.to);
    if (!out.to) return wrong("to= takes a numeric address and a port, as in to=127.0.0.1:9162");
  }
  return out;
}

std::string encode_trap_v1(const Notification& notification, const Sender& sender) {
  const auto trap = v1_trap_of(notification);
  std::string varbinds;
  for (const auto& varbind : notification.varbinds) varbinds += encode(varbind);
  const auto ticks = notification.uptime_ticks.value_or(sender.uptime_ticks);
  const auto body = ber::object_id(trap.enterprise) +
                    ber::octets(ber::Tag::ip_address, address_octets(notification.agent_address.value_or(sender.agent_address))) +
                    ber::integer(trap.generic) + ber::integer(trap.specific) + ber::unsigned32(ber::Tag::time_ticks, ticks) +
                    ber::constructed(sequence, varbinds);
  const auto community = notification.community.value_or(sender.community);
  return ber::constructed(sequence, ber::integer(0) + ber::octets(ber::Tag::octets, community) + ber::constructed(trap_v1, body));
}

SnmpMessage message_of(const Notification& notification, const Sender& sender, std::int32_t request_id) {
  SnmpMessage message{.version = notification.version == scenario::TrapVersion::v3 ? Version::v3 : Version::v2c,
                      .community = notification.community.value_or(sender.community),
                      .pdu = notification.inform ? Pdu::inform : Pdu::trap,
                      .request_id = request_id};
  const auto ticks = notification.uptime_ticks.value_or(sender.uptime_ticks);
  message.varbinds.push_back({sys_uptime, ber::unsigned32(ber::Tag::time_ticks, ticks)});
  message.varbinds.push_back({snmp_trap_oid, ber::object_id(notification.oid)});
  message.varbinds.insert(message.varbinds.end(), notification.varbinds.begin(), notification.varbinds.end());
  return message;
}

}  // namespace hwsim::agents
