#include "drivers/snmp/envelope.hpp"

#include <cstring>

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
  out.reserve(out.size() + content.size() / 16);
  while (!reader.done()) {
    const auto element = reader.next(tag::sequence);
    const auto varbind = element ? parse_varbind(*element) : std::nullopt;
    if (!varbind) return false;
    out.push_back(*varbind);
  }
  return true;
}

bool parse_answers(Bytes content, Bytes asked, std::vector<Varbind>& out) {
  const auto before = out.size();
  const std::uint8_t *at = content.data(), *name = asked.data();
  const std::uint8_t *const end = at + content.size(), *const names_end = name + asked.size();
  out.reserve(before + asked.size() / 16);
  while (name < names_end) {  // 30 LENGTH 06 SIZE …name… 05 00 asked, 30 LENGTH 06 SIZE …name… TAG SIZE …value… answered
    const std::size_t size = name[3], left = static_cast<std::size_t>(end - at);
    if (name[1] >= 0x80 || left < size + 6 || at[0] != tag::sequence || std::memcmp(at + 2, name + 2, size + 2) != 0) break;
    const Element value{at[size + 4], {at + size + 6, at[size + 5]}};
    if (value.content.size() >= 0x80 || at[1] != size + 4 + value.content.size() || left < at[1] + std::size_t{2} || !is_value(value))
      break;
    out.push_back({{at + 4, size}, value});
    at += at[1] + 2;
    name += size + 6;
  }
  if (name == names_end && at == end) return true;
  out.resize(before);
  return false;
}

std::optional<std::int64_t> next_number(BerReader& reader) {
  const auto content = reader.next(tag::integer);
  return content ? signed_number(*content) : std::nullopt;
}

}  // namespace holdup::snmp
