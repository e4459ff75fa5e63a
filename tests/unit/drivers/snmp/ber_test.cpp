#include "drivers/snmp/ber.hpp"

#include "catch.hpp"

using namespace holdup::snmp;
using Octets = std::vector<std::uint8_t>;

namespace {

std::optional<Element> first(const Octets& bytes) { return BerReader{bytes}.next(); }

Octets written(const Oid& oid) {
  BerWriter writer;
  writer.oid(oid);
  Octets out;
  writer.take(out);
  return out;
}

Octets written(std::int64_t number) {
  BerWriter writer;
  writer.integer(number);
  Octets out;
  writer.take(out);
  return out;
}

}  // namespace

TEST_CASE("an element of indefinite length is refused") { CHECK(!first({0x30, 0x80, 0x00, 0x00})); }

TEST_CASE("lengths of one to four bytes are taken, longer ones refused") {
  CHECK(first({0x04, 0x81, 0x01, 'a'})->content.size() == 1);
  CHECK(first({0x04, 0x82, 0x00, 0x01, 'a'})->content.size() == 1);
  CHECK(first({0x04, 0x84, 0x00, 0x00, 0x00, 0x01, 'a'})->content.size() == 1);
  for (int count = 0x85; count <= 0xFF; ++count) CHECK(!first({0x04, static_cast<std::uint8_t>(count), 0, 0, 0, 0, 0, 0, 0, 1, 'a'}));
}

TEST_CASE("a length beyond what is there is refused") {
  CHECK(!first({0x04, 0x02, 'a'}));
  CHECK(!first({0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 'a'}));
  CHECK(!first({0x04, 0x82, 0x01}));
  CHECK(!first({0x04}));
  CHECK(!first({}));
}

TEST_CASE("a tag of several bytes is refused") { CHECK(!first({0x1F, 0x01, 0x00})); }

TEST_CASE("an INTEGER has one to eight bytes") {
  CHECK(!signed_number(Octets{}));
  CHECK(signed_number(Octets{0xFF}) == -1);
  CHECK(signed_number(Octets{0x00, 0x80}) == 128);
  CHECK(signed_number(Octets{0x00, 0x00, 0x00, 0x05}) == 5);
  CHECK(signed_number(Octets(8, 0xFF)) == -1);
  CHECK(!signed_number(Octets(9, 0x00)));
}

TEST_CASE("an unsigned number is taken with and without its leading zero") {
  CHECK(unsigned_number(Octets{0xFF, 0xFF, 0xFF, 0xFF}, 4) == 4294967295u);
  CHECK(unsigned_number(Octets{0x00, 0xFF, 0xFF, 0xFF, 0xFF}, 4) == 4294967295u);
  CHECK(!unsigned_number(Octets{0x01, 0xFF, 0xFF, 0xFF, 0xFF}, 4));
  CHECK(!unsigned_number(Octets{}, 4));
  CHECK(unsigned_number(Octets{0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 8) == ~std::uint64_t{0});
  CHECK(!unsigned_number(Octets(10, 0x00), 8));
}

TEST_CASE("an OID has whole sub-identifiers of 32 bits, 1 to 128 of them") {
  CHECK(!is_oid(Octets{}));
  CHECK(is_oid(Octets{0x00}));
  CHECK(!is_oid(Octets{0x2B, 0x86}));                                // cut short
  CHECK(!is_oid(Octets{0x2B, 0x80, 0x01}));                          // padded
  CHECK(is_oid(Octets{0x2B, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F}));         // 2^32 - 1
  CHECK(!is_oid(Octets{0x2B, 0x90, 0x80, 0x80, 0x80, 0x00}));        // 2^32
  CHECK(!is_oid(Octets{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}));  // the first, too
  CHECK(is_oid(Octets(127, 0x01)));
  CHECK(!is_oid(Octets(128, 0x01)));  // 129 sub-identifiers
}

TEST_CASE("OIDs survive the wire") {
  for (const auto* text : {"0.0", "1.3.6.1.2.1.1.1.0", "1.3.6.1.4.1.13742.6.5.4.3.1.4.1.24.23", "2.999.4294967295", "1.39"}) {
    const auto oid = *Oid::parse(text);
    const auto bytes = written(oid);
    const auto element = first(bytes);
    REQUIRE(element);
    CHECK(element->tag == tag::oid);
    CHECK(decode_oid(element->content) == oid);
  }
  CHECK(written(*Oid::parse("1.3.6.1.4.1.318")) == Octets{0x06, 0x07, 0x2B, 6, 1, 4, 1, 0x82, 0x3E});
}

TEST_CASE("integers are written shortest") {
  CHECK(written(0) == Octets{2, 1, 0});
  CHECK(written(127) == Octets{2, 1, 127});
  CHECK(written(128) == Octets{2, 2, 0, 128});
  CHECK(written(-1) == Octets{2, 1, 0xFF});
  CHECK(written(-129) == Octets{2, 2, 0xFF, 0x7F});
  CHECK(written(0x7FFFFFFF) == Octets{2, 4, 0x7F, 0xFF, 0xFF, 0xFF});
}
