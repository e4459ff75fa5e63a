#include "drivers/snmp/value.hpp"

#include <cmath>

#include "catch.hpp"

using namespace holdup::snmp;
using Octets = std::vector<std::uint8_t>;

namespace {

Value value(std::uint8_t tag, const Octets& content) {
  const Element element{tag, content};
  REQUIRE(is_value(element));
  return decode_value(element);
}

}  // namespace

TEST_CASE("each type of SMIv2 is told apart") {
  CHECK(value(tag::integer, {0xFF}).numeric() == -1.0);
  CHECK(value(tag::gauge32, {0xFF, 0xFF, 0xFF, 0xFF}).numeric() == 4294967295.0);
  CHECK(value(tag::counter64, {0x01, 0, 0, 0, 0, 0, 0, 0}).raw() == "72057594037927936");
  CHECK(value(tag::octets, {'4', '9', '.', '9'}).numeric() == 49.9);
  CHECK(value(tag::octets, {'4', '9', ' ', 'A'}).numeric() == std::nullopt);
  CHECK(value(tag::ip_address, {192, 0, 2, 11}).raw() == "192.0.2.11");
  CHECK(value(tag::oid, {0x2B, 6, 1}).raw() == "1.3.6.1");
  for (const auto none : {tag::null, tag::no_such_object, tag::no_such_instance, tag::end_of_mib_view})
    CHECK(value(none, {}).kind == Value::Kind::missing);
  CHECK(value(0x45, {1, 2}).kind == Value::Kind::unknown);
}

TEST_CASE("an Opaque float is a number, and never harms when it is none") {
  CHECK(value(tag::opaque, {0x9F, 0x78, 4, 0x42, 0x48, 0, 0}).numeric() == 50.0);
  CHECK(std::isnan(*value(tag::opaque, {0x9F, 0x78, 4, 0x7F, 0xC0, 0, 0}).numeric()));
  CHECK(std::isinf(*value(tag::opaque, {0x9F, 0x79, 8, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0}).numeric()));
  CHECK(value(tag::opaque, {0x9F, 0x78, 8, 0x42, 0x48, 0, 0}).kind == Value::Kind::text);
  CHECK(value(tag::opaque, {}).kind == Value::Kind::text);
}

TEST_CASE("a content that does not fit its type is refused") {
  const Octets none, nine(9, 0), three(3, 0), cut{0x2B, 0x86};
  CHECK(!is_value({tag::integer, none}));
  CHECK(!is_value({tag::integer, nine}));
  CHECK(!is_value({tag::ip_address, three}));
  CHECK(!is_value({tag::oid, cut}));
  CHECK(!is_value({tag::null, three}));
  CHECK(!is_value({tag::time_ticks, nine}));
}
