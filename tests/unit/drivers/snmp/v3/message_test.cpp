#include "drivers/snmp/v3/message.hpp"

#include <string>

#include "catch.hpp"
#include "unit/drivers/snmp/v3/letter.hpp"

using namespace holdup;
using namespace holdup::tests;
using snmp::BerWriter;
using snmp::Oid;
using v3::Bytes;
using v3::Complaint;
using v3::Level;
namespace tag = snmp::tag;

namespace {

bool opens(const Letter& letter) { return v3::open_message(letter.bytes()).has_value(); }

Octets scoped(std::uint8_t pdu) {
  const auto whole = Letter{.pdu = pdu}.bytes();
  const auto message = v3::open_message(whole);
  REQUIRE(message);
  return {message->payload.begin(), message->payload.end()};
}

snmp::Response report_of(const std::string& name, Octets& storage) {
  BerWriter writer;
  writer.integer(1);
  writer.oid(*Oid::parse(name));
  writer.wrap(tag::sequence, 0);
  writer.wrap(tag::sequence, 0);
  writer.integer(0);
  writer.integer(0);
  writer.integer(0);
  writer.take(storage);
  snmp::Response out;
  REQUIRE(snmp::parse_pdu(storage, out));
  return out;
}

}  // namespace

TEST_CASE("a message of version 3 is opened to its parts") {
  const auto whole = Letter{.flags = "\x01", .code = std::string(24, 'c')}.bytes();
  const auto message = v3::open_message(whole);
  REQUIRE(message);
  CHECK(message->id == 17);
  CHECK(message->level() == Level::auth);
  CHECK(message->engine_id.size() == letter_engine.size());
  CHECK(message->boots == 2);
  CHECK(message->time == 99);
  CHECK(message->user == "op");
  CHECK(message->code.size() == 24);
  CHECK(message->sealed_by.front() == tag::octets);
  const auto inside = v3::open_scoped(message->payload, v3::Padding::refused);
  REQUIRE(inside);
  CHECK(inside->context.empty());
  CHECK(inside->pdu.tag == tag::response);
}

TEST_CASE("a message is opened at the edge of each field and refused beyond it") {
  CHECK(opens({}));
  CHECK(!opens({.version = 2}));
  CHECK(!opens({.version = 1}));
  CHECK(opens({.id = 0x7FFFFFFF}));
  CHECK(!opens({.id = 0x80000000}));
  CHECK(!opens({.id = -1}));
  CHECK(opens({.size = 484}));
  CHECK(!opens({.size = 483}));
  CHECK(!opens({.size = 0}));
  CHECK(!opens({.size = 0x80000000}));
  CHECK(!opens({.model = 2}));
  CHECK(!opens({.flags = ""}));
  CHECK(!opens({.flags = std::string(2, '\0')}));
  CHECK(!opens({.flags = "\x02", .salt = "12345678", .hidden = true}));  // privacy without authentication
  CHECK(opens({.boots = 0x7FFFFFFF, .time = 0x7FFFFFFF}));
  CHECK(!opens({.boots = 0x80000000}));
  CHECK(!opens({.boots = -1}));
  CHECK(!opens({.time = 0x80000000}));
  CHECK(opens({.engine = ""}));
  CHECK(opens({.engine = std::string(32, 'e')}));
  CHECK(!opens({.engine = std::string(33, 'e')}));
  CHECK(!opens({.engine = std::string(255, 'e')}));
  CHECK(opens({.user = std::string(32, 'u')}));
  CHECK(!opens({.user = std::string(33, 'u')}));
  CHECK(!opens({.tail = "x"}));
}

TEST_CASE("what a level says of a message must be there") {
  CHECK(!opens({.flags = "\x01"}));  // no authentication code
  CHECK(opens({.flags = "\x01", .code = std::string(48, 'c')}));
  CHECK(!opens({.flags = "\x01", .code = std::string(49, 'c')}));
  CHECK(opens({.flags = "\x03", .code = std::string(12, 'c'), .salt = "12345678", .hidden = true}));
  CHECK(!opens({.flags = "\x03", .code = std::string(12, 'c'), .salt = "1234567", .hidden = true}));
  CHECK(!opens({.flags = "\x03", .code = std::string(12, 'c'), .salt = "123456789", .hidden = true}));
  CHECK(!opens({.flags = "\x03", .code = std::string(12, 'c'), .salt = "12345678", .hidden = false}));
  CHECK(!opens({.flags = "\x01", .code = std::string(12, 'c'), .hidden = true}));
  CHECK(!opens({.hidden = true}));
}

TEST_CASE("a message cut short at any byte, or with any byte of its lengths spoilt, is not opened past its end") {
  const auto whole = Letter{.flags = "\x01", .code = std::string(24, 'c')}.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(!v3::open_message(Bytes{whole}.first(size)));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const std::uint8_t wrong : {0x00, 0x7F, 0x80, 0x84, 0xFF}) {
      Octets spoilt = whole;
      spoilt[at] = wrong;
      const auto message = v3::open_message(spoilt);
      if (message) CHECK(message->payload.data() + message->payload.size() == spoilt.data() + spoilt.size());
    }
}

TEST_CASE("only questions may be sealed, and only questions may leave") {
  for (int pdu = 0xA0; pdu <= 0xA8; ++pdu) {
    const bool question = pdu == tag::get || pdu == tag::get_next || pdu == tag::get_bulk;
    CHECK(v3::may_be_sealed(scoped(static_cast<std::uint8_t>(pdu))) == question);
    CHECK(v3::may_leave(Letter{.pdu = static_cast<std::uint8_t>(pdu)}.bytes()) == question);
    CHECK(v3::may_leave(Letter{.flags = "\x01", .code = std::string(12, 'c'), .pdu = static_cast<std::uint8_t>(pdu)}.bytes()) == question);
  }
  CHECK(!v3::may_leave(Letter{.version = 1, .pdu = tag::get}.bytes()));
  CHECK(!v3::may_leave(Letter{.pdu = tag::get, .tail = "x"}.bytes()));
  CHECK(!v3::may_leave({}));
  Octets twice = scoped(tag::get);
  const Octets set = scoped(0xA3);
  twice.insert(twice.end(), set.begin(), set.end());
  CHECK(!v3::may_be_sealed(twice));
}

TEST_CASE("a ScopedPDU may be followed by a cipher's padding and nothing longer") {
  auto bytes = scoped(tag::response);
  CHECK(v3::open_scoped(bytes, v3::Padding::refused));
  bytes.insert(bytes.end(), 15, 0);
  CHECK(!v3::open_scoped(bytes, v3::Padding::refused));
  CHECK(v3::open_scoped(bytes, v3::Padding::allowed));
  bytes.push_back(0);
  CHECK(!v3::open_scoped(bytes, v3::Padding::allowed));
}

TEST_CASE("what a report complains of is told by its first name") {
  Octets storage;
  const std::string stats = "1.3.6.1.6.3.15.1.1.";
  const std::vector<std::pair<std::string, Complaint>> rows{{stats + "1.0", Complaint::unsupported_level},
                                                            {stats + "2.0", Complaint::not_in_window},
                                                            {stats + "3.0", Complaint::unknown_user},
                                                            {stats + "4.0", Complaint::unknown_engine},
                                                            {stats + "5.0", Complaint::wrong_digest},
                                                            {stats + "6.0", Complaint::cannot_decrypt},
                                                            {stats + "7.0", Complaint::other},
                                                            {"1.3.6.1.6.3.12.1.5.0", Complaint::unknown_context},
                                                            {"1.3.6.1.6.3.11.2.1.3.0", Complaint::other}};
  for (const auto& [name, complaint] : rows) CHECK(v3::complaint_of(report_of(name, storage)) == complaint);
  CHECK(v3::complaint_of({}) == Complaint::other);
}
