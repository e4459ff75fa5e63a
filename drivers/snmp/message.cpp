#include "drivers/snmp/message.hpp"

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

bool parse_pdu(Bytes content, Response& response) {
  BerReader reader{content};
  const auto id = next_number(reader);
  const auto status = id ? next_number(reader) : std::nullopt;
  const auto index = status ? next_number(reader) : std::nullopt;
  if (!index || *status < 0 || *status > 1000) return false;
  const auto list = reader.next(tag::sequence);
  if (!list || !reader.done()) return false;
  response.id = *id;
  response.status = static_cast<ErrorStatus>(*status);
  response.error_index = *index;
  return parse_varbinds(*list, response.varbinds);
}

struct Outer {
  std::int64_t version;
  Bytes community;
  Element pdu;
};

std::optional<Outer> parse_outer(Bytes datagram) {
  BerReader whole{datagram};
  const auto message = whole.next(tag::sequence);
  if (!message || !whole.done()) return std::nullopt;
  BerReader reader{*message};
  const auto version = next_number(reader);
  const auto community = version ? reader.next(tag::octets) : std::nullopt;
  const auto pdu = community ? reader.next() : std::nullopt;
  if (!pdu || !reader.done() || *version < 0 || *version > 1) return std::nullopt;
  return Outer{*version, *community, *pdu};
}

}  // namespace

void encode(const Question& question, BerWriter& writer, std::vector<std::uint8_t>& out) {
  const std::size_t start = writer.mark();
  for (std::size_t i = question.names.size(); i-- > 0;) {
    const std::size_t varbind = writer.mark();
    writer.null();
    writer.oid(question.names[i]);
    writer.wrap(tag::sequence, varbind);
  }
  writer.wrap(tag::sequence, start);
  writer.integer(question.ask == Ask::get_bulk ? question.max_repetitions : 0);  // error-index elsewhere
  writer.integer(0);                                                             // non-repeaters, or error-status
  writer.integer(question.id);
  writer.wrap(static_cast<std::uint8_t>(question.ask), start);
  writer.octets(question.community);
  writer.integer(static_cast<std::int64_t>(question.version));
  writer.wrap(tag::sequence, start);
  writer.take(out);
}

std::optional<Response> parse_response(Bytes datagram) {
  const auto outer = parse_outer(datagram);
  if (!outer || outer->pdu.tag != tag::response) return std::nullopt;
  Response response;
  response.version = static_cast<Version>(outer->version);
  response.community = {reinterpret_cast<const char*>(outer->community.data()), outer->community.size()};
  if (!parse_pdu(outer->pdu.content, response)) return std::nullopt;
  return response;
}

bool may_leave(Bytes datagram) {
  const auto outer = parse_outer(datagram);
  return outer && (outer->pdu.tag == tag::get || outer->pdu.tag == tag::get_next || outer->pdu.tag == tag::get_bulk);
}

}  // namespace holdup::snmp
