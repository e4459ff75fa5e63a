#include "drivers/snmp/v3/answer.hpp"

#include "catch.hpp"
#include "drivers/snmp/v3/commons.hpp"
#include "unit/drivers/snmp/v3/letter.hpp"

using namespace holdup;
using namespace holdup::tests;
using v3::Bytes;
using v3::Engine;
namespace tag = snmp::tag;

namespace {

Engine engine(const std::string& name = "us") {
  Engine out{.id = {0x80, 0x00, 0x1F, 0x88, 0x05}, .boots = 7};
  out.id.insert(out.id.end(), name.begin(), name.end());
  return out;
}

Octets scoped(std::uint8_t pdu) {
  const auto whole = Letter{.pdu = pdu, .name = "1.3.6.1.6.3.1.1.4.1.0", .context = "here"}.bytes();
  const auto message = v3::open_message(whole);
  REQUIRE(message);
  return {message->payload.begin(), message->payload.end()};
}

snmp::TrapSource place(std::uint16_t port) { return {.host = {}, .port = port}; }

}  // namespace

TEST_CASE("a report says what it complains of, how often, and whose it is") {
  const auto own = engine();
  const auto bytes =
      v3::encode_report({.engine_id = own.id, .request_id = -5, .complaint = v3::Complaint::wrong_digest, .count = 0xFFFFFFFF});
  const auto opened = v3::open_scoped(bytes, v3::Padding::refused);
  REQUIRE(opened);
  CHECK(opened->pdu.tag == v3::report_tag);
  CHECK(std::equal(own.id.begin(), own.id.end(), opened->engine_id.begin(), opened->engine_id.end()));
  snmp::Response report;
  REQUIRE(snmp::parse_pdu(opened->pdu.content, report));
  CHECK(report.id == -5);
  CHECK(v3::complaint_of(report) == v3::Complaint::wrong_digest);
  REQUIRE(report.varbinds.size() == 1);
  CHECK(report.varbinds[0].value.tag == tag::counter32);
  CHECK(snmp::decode_value(report.varbinds[0].value).whole == 0xFFFFFFFF);
}

TEST_CASE("an acknowledgement is the inform's list and context, or says that it would be too big") {
  const auto inform = scoped(tag::inform);
  const auto opened = v3::open_scoped(inform, v3::Padding::refused);
  REQUIRE(opened);
  for (const auto told : {snmp::Told::whole, snmp::Told::too_big}) {
    const auto bytes = v3::encode_acknowledgement(*opened, told);
    const auto answer = v3::open_scoped(bytes, v3::Padding::refused);
    REQUIRE(answer);
    CHECK(answer->pdu.tag == tag::response);
    CHECK(answer->context == "here");
    snmp::Response response;
    REQUIRE(snmp::parse_pdu(answer->pdu.content, response));
    CHECK(response.id == 17);
    CHECK(response.varbinds.size() == (told == snmp::Told::whole ? 1 : 0));
    CHECK(response.status == (told == snmp::Told::whole ? snmp::ErrorStatus::none : snmp::ErrorStatus::too_big));
  }
}

TEST_CASE("only responses and reports may be sealed as answers, and only they may answer") {
  const auto own = engine();
  for (int pdu = 0xA0; pdu <= 0xA8; ++pdu) {
    const bool right = pdu == tag::response || pdu == v3::report_tag;
    const auto bytes = scoped(static_cast<std::uint8_t>(pdu));
    CHECK(v3::answer_may_be_sealed(bytes) == right);
    CHECK(v3::may_answer({.datagram = v3::encode_plain({.id = 1, .engine = own, .user = "op", .scoped = bytes})}) == right);
    const auto hides = Letter{.flags = "\x03", .code = std::string(12, 'c'), .salt = "12345678", .hidden = true}.bytes();
    CHECK(v3::may_answer({.datagram = hides, .hidden = bytes}) == right);
    CHECK(!v3::may_answer({.datagram = hides}));
  }
  CHECK(!v3::may_answer({}));
  CHECK(!snmp::may_answer(Octets{0x30, 0x0C, 2, 1, 1, 4, 1, 'p', 0xA2, 3, 2, 1, 1}));  // its length lies
  CHECK(snmp::may_answer(Octets{0x30, 0x0B, 2, 1, 1, 4, 1, 'p', 0xA2, 3, 2, 1, 1}));
  CHECK(!snmp::may_answer(Octets{0x30, 0x0B, 2, 1, 1, 4, 1, 'p', 0xA3, 3, 2, 1, 1}));
}

TEST_CASE("a plain answer tells our clock and asks for nothing") {
  const auto own = engine();
  const auto whole = v3::encode_plain({.id = 0x7FFFFFFF, .engine = own, .time = 12, .user = "op", .scoped = scoped(v3::report_tag)});
  const auto message = v3::open_message(whole);
  REQUIRE(message);
  CHECK(message->id == 0x7FFFFFFF);
  CHECK(message->flags == 0);
  CHECK(message->boots == 7);
  CHECK(message->time == 12);
  CHECK(message->user == "op");
}

TEST_CASE("the engine book knows who was met where, and who is elsewhere") {
  v3::EngineBook book;
  CHECK(book.at(place(1)) == nullptr);
  CHECK(!book.is_elsewhere(engine("a").id, place(1)));
  book.met(place(1), engine("a"));
  book.met(place(2), engine("b"));
  CHECK(book.at(place(1))->id == engine("a").id);
  CHECK(book.is_elsewhere(engine("a").id, place(2)));
  CHECK(!book.is_elsewhere(engine("a").id, place(1)));
  book.met(place(1), engine("c"));  // its memory was lost
  CHECK(!book.is_elsewhere(engine("a").id, place(2)));
  CHECK(book.is_elsewhere(engine("c").id, place(2)));
  book.keep({place(2)});
  CHECK(book.at(place(1)) == nullptr);
  CHECK(!book.is_elsewhere(engine("c").id, place(2)));
  CHECK(book.at(place(2)) != nullptr);
}
