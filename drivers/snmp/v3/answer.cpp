#include "drivers/snmp/v3/answer.hpp"

namespace holdup::v3 {
namespace {

using snmp::BerWriter;
namespace tag = snmp::tag;

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::vector<std::uint8_t> taken(BerWriter& writer) {
  std::vector<std::uint8_t> out;
  writer.take(out);
  return out;
}

std::vector<std::uint8_t> counter32(std::uint32_t count) {
  BerWriter writer;
  writer.integer(count);
  auto out = taken(writer);
  out.front() = tag::counter32;
  return out;
}

}  // namespace

std::vector<std::uint8_t> encode_report(const Report& report) {
  const snmp::Oid usm_stats{{1, 3, 6, 1, 6, 3, 15, 1, 1}};
  BerWriter writer;
  writer.verbatim(counter32(report.count));
  writer.oid(usm_stats.with(static_cast<std::uint32_t>(report.complaint) + 1).with(0));
  writer.wrap(tag::sequence, 0);
  writer.wrap(tag::sequence, 0);
  writer.integer(0);  // error-index
  writer.integer(0);  // error-status
  writer.integer(report.request_id);
  writer.wrap(report_tag, 0);
  writer.octets({});  // the context's name
  writer.octets(text_of(report.engine_id));
  writer.wrap(tag::sequence, 0);
  return taken(writer);
}

std::vector<std::uint8_t> encode_acknowledgement(const Scoped& inform, snmp::Told told) {
  BerWriter writer;
  snmp::acknowledge(inform.pdu, told, writer);
  writer.octets(inform.context);
  writer.octets(text_of(inform.engine_id));
  writer.wrap(tag::sequence, 0);
  return taken(writer);
}

std::vector<std::uint8_t> encode_plain(const Plain& plain) {
  BerWriter writer;
  writer.verbatim(plain.scoped);
  const auto mark = writer.mark();
  writer.octets({});  // salt
  writer.octets({});  // authentication code
  writer.octets(plain.user);
  writer.integer(plain.time);
  writer.integer(plain.engine.boots);
  writer.octets(text_of(plain.engine.id));
  writer.wrap(tag::sequence, mark);
  writer.wrap(tag::octets, mark);
  writer.verbatim(encode_head(plain.id, 0));
  writer.wrap(tag::sequence, 0);
  return taken(writer);
}

bool answer_may_be_sealed(Bytes scoped) {
  const auto opened = open_scoped(scoped, Padding::refused);
  return opened && (opened->pdu.tag == tag::response || opened->pdu.tag == report_tag);
}

bool may_answer(const snmp::Outgoing& answer) {
  const auto message = open_message(answer.datagram);
  if (!message) return false;
  return message->level() == Level::auth_priv ? answer_may_be_sealed(answer.hidden) : answer_may_be_sealed(message->payload);
}

}  // namespace holdup::v3
