#include "drivers/snmp/notification.hpp"

#include <algorithm>
#include <limits>

#include "drivers/snmp/envelope.hpp"
#include "drivers/snmp/value.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {
namespace {

constexpr std::size_t longest_oid = 128;  // RFC 3416 section 4.1
constexpr std::int64_t enterprise_specific = 6;

const Oid& generic_traps() {
  static const Oid oid{{1, 3, 6, 1, 6, 3, 1, 1, 5}};
  return oid;
}
const Oid& sys_uptime() {
  static const Oid oid{{1, 3, 6, 1, 2, 1, 1, 3, 0}};
  return oid;
}
const Oid& snmp_trap_oid() {
  static const Oid oid{{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0}};
  return oid;
}

profile::TrapValue told(const Varbind& varbind) {
  Value value = decode_value(varbind.value);
  profile::TrapValue out{.name = varbind.oid(), .text = value.raw(), .number = {}, .oid = {}};
  if (value.kind == Value::Kind::number) out.number = value.whole;
  if (value.kind == Value::Kind::oid) out.oid = std::move(value.oid);
  return out;
}

std::optional<std::int64_t> number_of(BerReader& reader, std::uint8_t tag) {
  const auto content = reader.next(tag);
  if (!content) return std::nullopt;
  if (tag == tag::integer) return signed_number(*content);
  const auto number = unsigned_number(*content, 4);
  return number ? std::optional{static_cast<std::int64_t>(*number)} : std::nullopt;
}

bool is_integer32(std::int64_t number) {
  return number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
}

struct V1 {
  Oid enterprise;
  std::int64_t generic = 0, specific = 0;
};

// RFC 3584 section 3.1 (2) and (3).
std::optional<Oid> trap_of(const V1& v1) {
  if (v1.generic >= 0 && v1.generic < enterprise_specific) return generic_traps().with(static_cast<std::uint32_t>(v1.generic + 1));
  const bool fits = v1.generic == enterprise_specific && v1.specific >= 0 && is_integer32(v1.specific);
  if (!fits || v1.enterprise.size() + 2 > longest_oid) return std::nullopt;
  return v1.enterprise.with(0).with(static_cast<std::uint32_t>(v1.specific));
}

std::optional<Notification> parse_v1(Bytes content) {
  BerReader reader{content};
  const auto enterprise = reader.next(tag::oid);
  if (!enterprise || !is_oid(*enterprise)) return std::nullopt;
  const auto agent = reader.next(tag::ip_address);
  if (!agent || agent->size() != 4) return std::nullopt;
  const auto generic = number_of(reader, tag::integer);
  const auto specific = generic ? number_of(reader, tag::integer) : std::nullopt;
  const auto uptime = specific ? number_of(reader, tag::time_ticks) : std::nullopt;
  const auto list = uptime ? reader.next(tag::sequence) : std::nullopt;
  std::vector<Varbind> varbinds;
  if (!list || !reader.done() || !parse_varbinds(*list, varbinds)) return std::nullopt;
  const auto trap = trap_of({decode_oid(*enterprise), *generic, *specific});
  if (!trap) return std::nullopt;
  Notification out{.trap = *trap, .values = {}, .uptime = static_cast<std::uint32_t>(*uptime)};
  for (const Varbind& varbind : varbinds) out.values.push_back(told(varbind));
  return out;
}

/// sysUpTime.0 and snmpTrapOID.0 come first, says RFC 3416; cards exist that leave out the former. Each at most once, of its type.
bool take(const Varbind& varbind, Notification& out) {
  auto value = told(varbind);
  if (value.name == sys_uptime()) {
    if (out.uptime || varbind.value.tag != tag::time_ticks) return false;
    out.uptime = static_cast<std::uint32_t>(*value.number);
  } else if (value.name == snmp_trap_oid()) {
    if (!out.trap.empty() || !value.oid) return false;
    out.trap = *value.oid;
  } else {
    out.values.push_back(std::move(value));
  }
  return true;
}

/// id, error-status and error-index, all there; the list's element as it stands.
struct V2 {
  std::int64_t id = 0;
  Bytes list;
};

std::optional<V2> parse_frame(Bytes content) {
  BerReader reader{content};
  const auto id = next_number(reader);
  const auto status = id ? next_number(reader) : std::nullopt;
  const auto index = status ? next_number(reader) : std::nullopt;
  const auto list = index ? reader.next(tag::sequence) : std::nullopt;
  if (!list || !reader.done() || !is_integer32(*id)) return std::nullopt;
  return V2{*id, *list};
}

std::optional<Notification> parse_v2(Bytes content) {
  const auto frame = parse_frame(content);
  std::vector<Varbind> varbinds;
  if (!frame || !parse_varbinds(frame->list, varbinds)) return std::nullopt;
  Notification out;
  out.values.reserve(varbinds.size());
  for (const Varbind& varbind : varbinds)
    if (!take(varbind, out)) return std::nullopt;
  return out.trap.empty() ? std::nullopt : std::optional{std::move(out)};
}

}  // namespace

std::optional<Notification> parse_notification(Bytes datagram) {
  const auto message = open_envelope(datagram);
  if (!message) return std::nullopt;
  const Element& pdu = message->pdu;
  if (message->version == Version::v1) return pdu.tag == tag::trap_v1 ? parse_v1(pdu.content) : std::nullopt;
  return parse_notification(pdu);
}

std::optional<Notification> parse_notification(const Element& pdu) {
  if (pdu.tag != tag::trap_v2 && pdu.tag != tag::inform) return std::nullopt;
  auto out = parse_v2(pdu.content);
  if (out) out->inform = pdu.tag == tag::inform;
  return out;
}

std::vector<std::uint8_t> acknowledgement(Bytes inform) {
  const auto message = open_envelope(inform);
  HOLDUP_EXPECT(message && message->pdu.tag == tag::inform);
  BerWriter writer;
  std::vector<std::uint8_t> out;
  acknowledge(message->pdu, Told::whole, writer);
  writer.octets({reinterpret_cast<const char*>(message->community.data()), message->community.size()});
  writer.integer(static_cast<std::int64_t>(message->version));
  writer.wrap(tag::sequence, 0);
  writer.take(out);
  return out;
}

void acknowledge(const Element& inform, Told told, BerWriter& writer) {
  const auto frame = parse_frame(inform.content);
  HOLDUP_EXPECT(inform.tag == tag::inform && frame.has_value());
  const auto mark = writer.mark();
  if (told == Told::whole) writer.verbatim(frame->list);
  writer.wrap(tag::sequence, mark);
  writer.integer(0);                              // error-index
  writer.integer(told == Told::too_big ? 1 : 0);  // error-status
  writer.integer(frame->id);
  writer.wrap(tag::response, mark);
}

bool may_answer(Bytes datagram) {
  const auto message = open_envelope(datagram);
  return message && message->pdu.tag == tag::response;
}

}  // namespace holdup::snmp
