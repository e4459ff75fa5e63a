#include <algorithm>

#include "drivers/snmp/message.hpp"
#include "drivers/snmp/v3/message.hpp"
#include "drivers/snmp/walk.hpp"
#include "ground/expect.hpp"

// Fuzz target: what an agent may send in answer to a poll, v1 to v3, and what is asked with the names that it gave.
namespace {

using namespace holdup;
using snmp::Bytes;
using snmp::Oid;
using snmp::Varbind;
using Octets = std::vector<std::uint8_t>;

bool same(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

/// A name that was read is written as it stood.
void name_survives(Bytes name) {
  const Oid oid = snmp::decode_oid(name);
  snmp::BerWriter writer;
  writer.oid(oid);
  Octets written;
  writer.take(written);
  snmp::BerReader reader{written};
  const auto content = reader.next(snmp::tag::oid);
  HOLDUP_EXPECT(content && reader.done() && same(*content, name));
}

void value_is_sound(const snmp::Element& element) {
  const auto value = snmp::decode_value(element);
  (void)value.raw();
  (void)value.numeric();
  if (const auto plain = snmp::plain_number(element)) HOLDUP_EXPECT(value.kind == snmp::Value::Kind::number && value.number == *plain);
  if (element.tag != snmp::tag::integer) return;
  snmp::BerWriter writer;
  writer.integer(value.whole);
  Octets written;
  writer.take(written);
  snmp::BerReader reader{written};
  HOLDUP_EXPECT(snmp::next_number(reader) == value.whole && reader.done());
}

/// A question with these names leaves, is read back, and the quick reader of its answer agrees with the careful one.
void names_are_asked(const std::vector<Varbind>& varbinds, Bytes answer) {
  std::vector<Oid> names;
  for (const Varbind& varbind : varbinds) names.push_back(varbind.oid());
  const snmp::Question question{.community = "public", .ask = snmp::Ask::get, .id = 7, .names = names};
  snmp::BerWriter writer;
  Octets asked;
  encode(question, writer, asked);
  HOLDUP_EXPECT(snmp::may_leave(asked));
  const auto envelope = snmp::open_envelope(asked);
  HOLDUP_EXPECT(envelope && envelope->pdu.tag == snmp::tag::get);
  snmp::Response pdu;
  HOLDUP_EXPECT(snmp::parse_pdu(envelope->pdu.content, pdu) && pdu.id == 7 && pdu.varbinds.size() == names.size());
  snmp::BerReader reader{envelope->pdu.content};
  for (int number = 0; number < 3; ++number) (void)snmp::next_number(reader);
  std::vector<Varbind> quick;
  if (!snmp::parse_answers(answer, *reader.next(snmp::tag::sequence), quick)) return HOLDUP_EXPECT(quick.empty());
  HOLDUP_EXPECT(quick.size() == varbinds.size());
  for (std::size_t i = 0; i < quick.size(); ++i)
    HOLDUP_EXPECT(same(quick[i].name, varbinds[i].name) && quick[i].value.tag == varbinds[i].value.tag &&
                  same(quick[i].value.content, varbinds[i].value.content));
}

/// The same reply for ever ends a walk, or is found not to increase.
void walk_ends(const snmp::Response& response) {
  snmp::Walk walk{{Oid{{1, 3, 6, 1, 2, 1}}, Oid{{1, 3, 6, 1, 4, 1}}}};
  snmp::Answers answers;
  for (std::size_t step = 0; !walk.done(); ++step) {
    HOLDUP_EXPECT(step <= 2 * response.varbinds.size() + 2);
    HOLDUP_EXPECT(!walk.names(10).empty());
    if (walk.take(response, answers) != snmp::Walk::Step::advanced) break;
  }
}

void read_response(Bytes datagram) {
  snmp::Response beginning;
  const auto opened = snmp::open_response(datagram, beginning);
  auto response = snmp::parse_response(datagram);
  HOLDUP_EXPECT(!response || opened);
  HOLDUP_EXPECT(!opened || !snmp::may_leave(datagram));
  if (!response) return;
  for (const Varbind& varbind : response->varbinds) {
    name_survives(varbind.name);
    value_is_sound(varbind.value);
  }
  names_are_asked(response->varbinds, *opened);
  walk_ends(*response);
  const Octets copy{datagram.begin(), datagram.end()};
  auto moved = *response;
  snmp::move_views(moved, datagram, copy);
  for (std::size_t i = 0; i < moved.varbinds.size(); ++i) HOLDUP_EXPECT(same(moved.varbinds[i].name, response->varbinds[i].name));
}

void read_v3(Bytes datagram) {
  const auto message = v3::open_message(datagram);
  if (message && v3::may_leave(datagram)) HOLDUP_EXPECT(message->level() == v3::Level::auth_priv || v3::may_be_sealed(message->payload));
  for (const auto padding : {v3::Padding::refused, v3::Padding::allowed}) {
    const auto scoped = v3::open_scoped(message ? message->payload : datagram, padding);
    snmp::Response response;
    if (scoped && snmp::parse_pdu(scoped->pdu.content, response)) (void)v3::complaint_of(response);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram{data, size};
  (void)snmp::version_of(datagram);
  read_response(datagram);
  read_v3(datagram);
  std::vector<Varbind> bare;
  if (snmp::parse_varbinds(datagram, bare)) names_are_asked(bare, datagram);
  return 0;
}
