#include "drivers/snmp/envelope.hpp"

#include "drivers/snmp/value.hpp"

namespace holdup::snmp {
namespace {

std::optional<Varbind> parse_varbind(Bytes content) {
  BerReader reader{content};
  const auto name = reader.next(tag::oid);
  if (!name || !is_oid(*name)) return std::nullopt;
  const auto value = reader.next();
  if (!value || !is_value(*value) || !reader.done()) return std::nullopt;
  return Varbind{*name, *value};
}

}  // namespace

std::optional<Envelope> open_envelope(Bytes datagram) {
  BerReader whole{datagram};
  const auto message = whole.next(tag::sequence);
  if (!message || !whole.done()) return std::nullopt;
  BerReader reader{*message};
  const auto version = next_number(reader);
  const auto community = version ? reader.next(tag::octets) : std::nullopt;
  const auto pdu = community ? reader.next() : std::nullopt;
  if (!pdu || !reader.done() || *version < 0 || *version > 1) return std::nullopt;
  return Envelope{static_cast<Version>(*version), *community, *pdu};
}

std::optional<std::int64_t> version_of(Bytes datagram) {
  BerReader whole{datagram};
  const auto message = whole.next(tag::sequence);
  if (!message) return std::nullopt;
  BerReader reader{*message};
  return next_number(reader);
}

bool parse_varbinds(Bytes content, std::vector<Varbind>& out) {
  BerReader reader{content};
  while (!reader.done()) {
    const auto element = reader.next(tag::sequence);
    const auto varbind = element ? parse_varbind(*element) : std::nullopt;
    if (!varbind) return false;
    out.push_back(*varbind);
  }
  return true;
}

std::optional<std::int64_t> next_number(BerReader& reader) {
  const auto content = reader.next(tag::integer);
  return content ? signed_number(*content) : std::nullopt;
}

}  // namespace holdup::snmp
