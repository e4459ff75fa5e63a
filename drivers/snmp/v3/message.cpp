#include "drivers/snmp/v3/message.hpp"

#include <array>

namespace holdup::v3 {
namespace {

using snmp::BerReader;
using snmp::BerWriter;
using snmp::next_number;
namespace tag = snmp::tag;

constexpr std::int64_t user_security_model = 3;
constexpr std::int64_t largest_message = 65507;  // of UDP over IPv4
constexpr std::int64_t highest = 0x7FFFFFFF;
constexpr std::size_t longest_padding = 15;

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

bool is_count(std::optional<std::int64_t> number) { return number && *number >= 0 && *number <= highest; }

bool read_head(Bytes content, Message& out) {
  BerReader reader{content};
  const auto id = next_number(reader);
  const auto size = id ? next_number(reader) : std::nullopt;
  const auto flags = size ? reader.next(tag::octets) : std::nullopt;
  const auto model = flags ? next_number(reader) : std::nullopt;
  if (!is_count(id) || !is_count(size) || !model || !reader.done()) return false;
  if (*size < 484 || flags->size() != 1 || *model != user_security_model) return false;
  out.id = *id;
  out.largest = *size;
  out.flags = flags->front();
  return (out.flags & 3) != 2;
}

bool read_security(Bytes content, Message& out) {
  BerReader outer{content};
  const auto sequence = outer.next(tag::sequence);
  if (!sequence || !outer.done()) return false;
  BerReader reader{*sequence};
  const auto engine = reader.next(tag::octets);
  const auto boots = engine ? next_number(reader) : std::nullopt;
  const auto time = boots ? next_number(reader) : std::nullopt;
  const auto user = time ? reader.next(tag::octets) : std::nullopt;
  const auto code = user ? reader.next(tag::octets) : std::nullopt;
  const auto salt = code ? reader.next(tag::octets) : std::nullopt;
  if (!salt || !reader.done() || !is_count(boots) || !is_count(time)) return false;
  out.engine_id = *engine;
  out.boots = static_cast<std::uint32_t>(*boots);
  out.time = static_cast<std::uint32_t>(*time);
  out.user = text_of(*user);
  out.code = *code;
  out.salt = *salt;
  return engine->size() <= 32 && user->size() <= 32 && code->size() <= 48 && salt->size() <= 8;
}

bool fits_level(const Message& message, std::uint8_t payload) {
  if (message.level() == Level::no_auth) return payload == tag::sequence;
  if (message.code.empty()) return false;
  return message.level() == Level::auth ? payload == tag::sequence : payload == tag::octets && message.salt.size() == 8;
}

bool is_question(std::uint8_t tag) { return tag == tag::get || tag == tag::get_next || tag == tag::get_bulk; }

}  // namespace

std::optional<Message> open_message(Bytes datagram) {
  BerReader whole{datagram};
  const auto content = whole.next(tag::sequence);
  if (!content || !whole.done()) return std::nullopt;
  BerReader reader{*content};
  Message out;
  const auto version = next_number(reader);
  if (!version || *version != 3) return std::nullopt;
  const auto head = reader.next(tag::sequence);
  if (!head || !read_head(*head, out)) return std::nullopt;
  const auto security = reader.next(tag::octets);
  if (!security || !read_security(*security, out)) return std::nullopt;
  const auto begin = head->data() + head->size();
  out.sealed_by = {begin, security->data() + security->size()};
  out.payload = {security->data() + security->size(), content->data() + content->size()};
  const auto payload = reader.next();
  if (!payload || !reader.done() || !fits_level(out, payload->tag)) return std::nullopt;
  return out;
}

std::optional<Scoped> open_scoped(Bytes bytes, Padding padding) {
  BerReader whole{bytes};
  const auto content = whole.next(tag::sequence);
  if (!content) return std::nullopt;
  const auto left = static_cast<std::size_t>(bytes.data() + bytes.size() - (content->data() + content->size()));
  if (left > (padding == Padding::allowed ? longest_padding : 0)) return std::nullopt;
  BerReader reader{*content};
  const auto engine = reader.next(tag::octets);
  const auto context = engine ? reader.next(tag::octets) : std::nullopt;
  const auto pdu = context ? reader.next() : std::nullopt;
  if (!pdu || !reader.done()) return std::nullopt;
  return Scoped{*engine, text_of(*context), *pdu};
}

std::vector<std::uint8_t> encode_head(std::int32_t id, std::uint8_t flags) {
  BerWriter writer;
  writer.integer(user_security_model);
  writer.octets(text_of({&flags, 1}));
  writer.integer(largest_message);
  writer.integer(id);
  writer.wrap(tag::sequence, 0);
  writer.integer(3);
  std::vector<std::uint8_t> out;
  writer.take(out);
  return out;
}

std::vector<std::uint8_t> encode_scoped(const ScopedQuestion& question) {
  BerWriter writer;
  snmp::encode_pdu(question.question, writer);
  writer.octets(question.context);
  writer.octets(text_of(question.engine_id));
  writer.wrap(tag::sequence, 0);
  std::vector<std::uint8_t> out;
  writer.take(out);
  return out;
}

bool may_be_sealed(Bytes scoped) {
  const auto opened = open_scoped(scoped, Padding::refused);
  return opened && is_question(opened->pdu.tag);
}

bool may_leave(Bytes datagram) {
  const auto message = open_message(datagram);
  if (!message) return false;
  return message->level() == Level::auth_priv || may_be_sealed(message->payload);
}

Complaint complaint_of(const snmp::Response& report) {
  static const snmp::Oid usm_stats{{1, 3, 6, 1, 6, 3, 15, 1, 1}};
  static const snmp::Oid target_stats{{1, 3, 6, 1, 6, 3, 12, 1}};  // snmpUnavailableContexts, snmpUnknownContexts
  if (report.varbinds.empty()) return Complaint::other;
  const auto name = report.varbinds.front().oid();
  if (name.under(usm_stats) && name.size() > usm_stats.size()) {
    const auto which = name.parts()[usm_stats.size()];
    if (which >= 1 && which <= 6) return static_cast<Complaint>(which - 1);
  }
  if (name.under(target_stats) && name.size() > target_stats.size()) {
    const auto which = name.parts()[target_stats.size()];
    if (which == 4 || which == 5) return Complaint::unknown_context;
  }
  return Complaint::other;
}

}  // namespace holdup::v3
