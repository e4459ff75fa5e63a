#include "drivers/snmp/message.hpp"

namespace holdup::snmp {
namespace {

/// The content of the VarBindList.
std::optional<Bytes> open_pdu(Bytes content, Response& response) {
  BerReader reader{content};
  const auto id = next_number(reader);
  const auto status = id ? next_number(reader) : std::nullopt;
  const auto index = status ? next_number(reader) : std::nullopt;
  if (!index || *status < 0 || *status > 1000) return std::nullopt;
  const auto list = reader.next(tag::sequence);
  if (!list || !reader.done()) return std::nullopt;
  response.id = *id;
  response.status = static_cast<ErrorStatus>(*status);
  response.error_index = *index;
  return list;
}

}  // namespace

void encode(const Question& question, BerWriter& writer, std::vector<std::uint8_t>& out) {
  const std::size_t start = writer.mark();
  encode_pdu(question, writer);
  writer.octets(question.community);
  writer.integer(static_cast<std::int64_t>(question.version));
  writer.wrap(tag::sequence, start);
  writer.take(out);
}

void encode_pdu(const Question& question, BerWriter& writer) {
  const std::size_t start = writer.mark();
  writer.verbatim(question.list);
  for (std::size_t i = question.list.empty() ? question.names.size() : 0; i-- > 0;) {
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
}

std::optional<Response> parse_response(Bytes datagram) {
  std::optional<Response> out{std::in_place};
  const auto content = open_response(datagram, *out);
  if (!content || !parse_varbinds(*content, out->varbinds)) return std::nullopt;
  return out;
}

std::optional<Bytes> open_response(Bytes datagram, Response& response) {
  const auto message = open_envelope(datagram);
  if (!message || message->pdu.tag != tag::response) return std::nullopt;
  response.version = message->version;
  response.community = {reinterpret_cast<const char*>(message->community.data()), message->community.size()};
  response.varbinds.clear();
  response.as_asked = false;
  return open_pdu(message->pdu.content, response);
}

void move_views(Response& response, Bytes from, Bytes to) {
  const auto moved = [&](Bytes view) { return to.subspan(static_cast<std::size_t>(view.data() - from.data()), view.size()); };
  response.community = {reinterpret_cast<const char*>(to.data()) + (response.community.data() - reinterpret_cast<const char*>(from.data())),
                        response.community.size()};
  for (Varbind& varbind : response.varbinds) {
    varbind.name = moved(varbind.name);
    varbind.value.content = moved(varbind.value.content);
  }
}

bool parse_pdu(Bytes content, Response& response) {
  const auto list = open_pdu(content, response);
  return list && parse_varbinds(*list, response.varbinds);
}

bool may_leave(Bytes datagram) {
  const auto message = open_envelope(datagram);
  return message && (message->pdu.tag == tag::get || message->pdu.tag == tag::get_next || message->pdu.tag == tag::get_bulk);
}

}  // namespace holdup::snmp
