#include "drivers/snmp/message.hpp"

namespace holdup::snmp {

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
}

std::optional<Response> parse_response(Bytes datagram) {
  const auto message = open_envelope(datagram);
  if (!message || message->pdu.tag != tag::response) return std::nullopt;
  Response response;
  response.version = message->version;
  response.community = {reinterpret_cast<const char*>(message->community.data()), message->community.size()};
  if (!parse_pdu(message->pdu.content, response)) return std::nullopt;
  return response;
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

bool may_leave(Bytes datagram) {
  const auto message = open_envelope(datagram);
  return message && (message->pdu.tag == tag::get || message->pdu.tag == tag::get_next || message->pdu.tag == tag::get_bulk);
}

}  // namespace holdup::snmp
