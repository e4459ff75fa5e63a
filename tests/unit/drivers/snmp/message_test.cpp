#include "drivers/snmp/message.hpp"

#include "catch.hpp"

using namespace holdup::snmp;
using Octets = std::vector<std::uint8_t>;

namespace {

const std::vector<Oid> names{*Oid::parse("1.3.6.1.2.1.1.1.0"), *Oid::parse("1.3.6.1.2.1.1.3.0")};

Octets question(Ask ask, std::uint32_t repetitions = 0) {
  BerWriter writer;
  Octets out;
  encode({.version = Version::v2c, .community = "public", .ask = ask, .id = 1234, .max_repetitions = repetitions, .names = names}, writer,
         out);
  return out;
}

// GetResponse, community "public", id 1, one varbind: 1.3.6.1.2.1.1.3.0 = TimeTicks 300, written by hand from RFC 3416.
const Octets answer{0x30, 0x29, 0x02, 0x01, 0x01, 0x04, 0x06, 'p',  'u',  'b',  'l',  'i',  'c',  0xA2, 0x1C,
                    0x02, 0x01, 0x01, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x11, 0x30, 0x0F, 0x06, 0x08,
                    0x2B, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x43, 0x03, 0x00, 0x01, 0x2C};

Octets with(std::size_t at, std::uint8_t byte) {
  Octets out = answer;
  out.at(at) = byte;
  return out;
}

}  // namespace

TEST_CASE("a response is read whole") {
  const auto response = parse_response(answer);
  REQUIRE(response);
  CHECK(response->version == Version::v2c);
  CHECK(response->community == "public");
  CHECK(response->id == 1);
  REQUIRE(response->varbinds.size() == 1);
  CHECK(response->varbinds[0].oid().text() == "1.3.6.1.2.1.1.3.0");
  CHECK(decode_value(response->varbinds[0].value).numeric() == 300.0);
}

TEST_CASE("a response cut short at any byte is refused") {
  for (std::size_t size = 0; size < answer.size(); ++size) {
    const Octets cut{answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size)};
    CHECK(!parse_response(cut));
  }
}

TEST_CASE("a response with anything behind it is refused, at every level") {
  Octets trailing = answer;
  trailing.push_back(0);
  CHECK(!parse_response(trailing));
  Octets inside = answer;  // a NULL more inside the outer sequence, behind the PDU
  inside[1] = static_cast<std::uint8_t>(inside[1] + 2);
  inside.insert(inside.end(), {0x05, 0x00});
  CHECK(!parse_response(inside));
}

TEST_CASE("a wrong type in any field is refused") {
  for (const std::size_t at : {0, 2, 5, 13, 15, 18, 21, 24, 26, 28}) CHECK(!parse_response(with(at, 0x0C)));
  CHECK(!parse_response(with(13, tag::get)));
  CHECK(!parse_response(with(4, 3)));  // version 3
}

TEST_CASE("no byte of a response, whatever it is, leads past its end") {
  for (std::size_t at = 0; at < answer.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      const auto changed = with(at, static_cast<std::uint8_t>(byte));
      if (const auto response = parse_response(changed))
        for (const auto& varbind : response->varbinds) CHECK(varbind.oid().size() <= 128);
    }
}

TEST_CASE("ten thousand nested sequences are refused without descending") {
  Octets nested(20'000);
  for (std::size_t i = 0; i < nested.size(); i += 2) nested[i] = 0x30, nested[i + 1] = 0x80;
  CHECK(!parse_response(nested));
}

TEST_CASE("questions are encoded as RFC 3416 has them") {
  const auto bulk = question(Ask::get_bulk, 25);
  BerReader whole{bulk};
  const auto message = whole.next(tag::sequence);
  REQUIRE(message);
  BerReader reader{*message};
  CHECK(signed_number(*reader.next(tag::integer)) == 1);
  CHECK(reader.next(tag::octets)->size() == 6);
  const auto pdu = reader.next(tag::get_bulk);
  REQUIRE(pdu);
  BerReader fields{*pdu};
  CHECK(signed_number(*fields.next(tag::integer)) == 1234);
  CHECK(signed_number(*fields.next(tag::integer)) == 0);   // non-repeaters
  CHECK(signed_number(*fields.next(tag::integer)) == 25);  // max-repetitions
  BerReader list{*fields.next(tag::sequence)};
  for (const auto& name : names) {
    BerReader varbind{*list.next(tag::sequence)};
    CHECK(decode_oid(*varbind.next(tag::oid)) == name);
    CHECK(varbind.next(tag::null)->empty());
    CHECK(varbind.done());
  }
  CHECK(list.done());
}

TEST_CASE("only GET, GETNEXT and GETBULK may leave") {
  for (const auto ask : {Ask::get, Ask::get_next, Ask::get_bulk}) {
    auto bytes = question(ask);
    CHECK(may_leave(bytes));
    const auto pdu = 2u + 3u + 8u;  // behind the outer header, version and community
    REQUIRE(bytes[pdu] == static_cast<std::uint8_t>(ask));
    for (int other = 0; other < 256; ++other) {
      bytes[pdu] = static_cast<std::uint8_t>(other);
      CHECK(may_leave(bytes) == (other == 0xA0 || other == 0xA1 || other == 0xA5));
    }
  }
  CHECK(!may_leave({}));
}
