#include "drivers/snmp/notification.hpp"

#include "catch.hpp"
#include "drivers/snmp/envelope.hpp"
#include "drivers/snmp/message.hpp"
#include "drivers/snmp/value.hpp"

using namespace holdup::snmp;
using Octets = std::vector<std::uint8_t>;

namespace {

// TLVs by hand, lengths under 128 but where long is wanted.
Octets tlv(std::uint8_t tag, const Octets& content) {
  Octets out{tag};
  if (content.size() < 128) {
    out.push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8), static_cast<std::uint8_t>(content.size())});
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}
Octets joined(const std::vector<Octets>& parts) {
  Octets out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}
Octets number(std::uint8_t value) { return {0x02, 0x01, value}; }
Octets text(std::string_view value) { return tlv(0x04, {value.begin(), value.end()}); }

const Octets uptime_name = {0x06, 0x08, 0x2B, 6, 1, 2, 1, 1, 3, 0};
const Octets trap_name = {0x06, 0x0A, 0x2B, 6, 1, 6, 3, 1, 1, 4, 1, 0};
const Octets on_battery = {0x06, 0x09, 0x2B, 6, 1, 4, 1, 0x82, 0x3E, 0, 5};  // 1.3.6.1.4.1.318.0.5
const Octets string_name = {0x06, 0x0A, 0x2B, 6, 1, 4, 1, 0x82, 0x3E, 2, 3, 3};
const Octets ticks = {0x43, 0x02, 0x01, 0x2C};

Octets varbind(const Octets& name, const Octets& value) { return tlv(0x30, joined({name, value})); }

Octets v2(std::uint8_t pdu, const std::vector<Octets>& binds) {
  const auto list = tlv(0x30, joined(binds));
  return tlv(0x30, joined({number(1), text("public"), tlv(pdu, joined({number(7), number(0), number(0), list}))}));
}
Octets trap_v2c() {
  return v2(0xA7, {varbind(uptime_name, ticks), varbind(trap_name, on_battery), varbind(string_name, text("on battery"))});
}
Octets inform_v2c() {
  return v2(0xA6, {varbind(uptime_name, ticks), varbind(trap_name, on_battery), varbind(string_name, text("on battery"))});
}

const Octets apc = {0x06, 0x07, 0x2B, 6, 1, 4, 1, 0x82, 0x3E};
const Octets agent = {0x40, 4, 192, 0, 2, 11};

struct V1Fields {
  Octets enterprise = apc, address = agent, generic = number(6), specific = number(5), stamp = ticks;
  std::vector<Octets> binds = {varbind(string_name, text("on battery"))};
};
Octets v1(const V1Fields& fields) {
  const auto pdu = tlv(
      0xA4, joined({fields.enterprise, fields.address, fields.generic, fields.specific, fields.stamp, tlv(0x30, joined(fields.binds))}));
  return tlv(0x30, joined({number(0), text("public"), pdu}));
}

}  // namespace

TEST_CASE("a v2c trap is read with its values, without uptime and its own name") {
  const auto notification = parse_notification(trap_v2c());
  REQUIRE(notification);
  CHECK(notification->trap.text() == "1.3.6.1.4.1.318.0.5");
  CHECK(notification->uptime == 300u);
  CHECK(!notification->inform);
  REQUIRE(notification->values.size() == 1);
  CHECK(notification->values[0].name.text() == "1.3.6.1.4.1.318.2.3.3");
  CHECK(notification->values[0].text == "on battery");
}

TEST_CASE("a v1 trap of an enterprise is named ENTERPRISE.0.SPECIFIC") {
  const auto notification = parse_notification(v1({}));
  REQUIRE(notification);
  CHECK(notification->trap.text() == "1.3.6.1.4.1.318.0.5");
  CHECK(notification->uptime == 300u);
  REQUIRE(notification->values.size() == 1);
}

TEST_CASE("a generic v1 trap is named by its standard OID, whatever its enterprise") {
  for (std::uint8_t generic = 0; generic < 6; ++generic) {
    const auto notification = parse_notification(v1({.generic = number(generic), .specific = number(77), .binds = {}}));
    REQUIRE(notification);
    CHECK(notification->trap.text() == "1.3.6.1.6.3.1.1.5." + std::to_string(generic + 1));
  }
}

TEST_CASE("a generic trap number beyond six, or below zero, is refused") {
  CHECK(!parse_notification(v1({.generic = number(7)})));
  CHECK(!parse_notification(v1({.generic = number(0xFF)})));
}

TEST_CASE("a specific trap of INT_MAX is one, of INT_MAX + 1 or below zero is none") {
  const auto largest = parse_notification(v1({.specific = {0x02, 0x04, 0x7F, 0xFF, 0xFF, 0xFF}}));
  REQUIRE(largest);
  CHECK(largest->trap.text() == "1.3.6.1.4.1.318.0.2147483647");
  CHECK(!parse_notification(v1({.specific = {0x02, 0x05, 0x00, 0x80, 0x00, 0x00, 0x00}})));
  CHECK(!parse_notification(v1({.specific = number(0xFF)})));
  CHECK(!parse_notification(v1({.specific = {0x02, 0x00}})));
}

TEST_CASE("an enterprise OID of any length from 0 to 129 is read or refused, never more") {
  for (std::size_t length = 0; length <= 129; ++length) {
    Octets content;
    if (length > 0) content.push_back(0x2B);
    for (std::size_t i = 2; i < length; ++i) content.push_back(1);
    const auto notification = parse_notification(v1({.enterprise = tlv(0x06, content)}));
    const auto parts = length < 2 ? 2 * length : length;  // a first byte holds two
    const bool fits = parts > 0 && parts + 2 <= 128;
    INFO(length);
    CHECK(notification.has_value() == fits);
    if (notification) CHECK(notification->trap.size() == parts + 2);
  }
}

TEST_CASE("a v1 trap whose fields have other types is refused") {
  const Octets wrong = GENERATE(Octets{0x05, 0x00}, Octets{0x04, 0x01, 'x'}, Octets{0x30, 0x00}, Octets{0x41, 0x01, 0x05});
  CHECK(!parse_notification(v1({.enterprise = wrong})));
  CHECK(!parse_notification(v1({.address = wrong})));
  CHECK(!parse_notification(v1({.generic = wrong})));
  CHECK(!parse_notification(v1({.specific = wrong})));
  CHECK(!parse_notification(v1({.stamp = wrong})));
  CHECK(!parse_notification(v1({.address = {0x40, 3, 1, 2, 3}})));
}

TEST_CASE("a snmpTrapOID that is no OID makes no trap") {
  for (const Octets& value : {text("1.3.6.1.4.1.318.0.5"), number(5), Octets{0x05, 0x00}, Octets{0x06, 0x00}, Octets{0x06, 0x01, 0x80}})
    CHECK(!parse_notification(v2(0xA7, {varbind(uptime_name, ticks), varbind(trap_name, value)})));
}

TEST_CASE("a notification that names no trap, or two, is refused") {
  CHECK(!parse_notification(v2(0xA7, {varbind(uptime_name, ticks)})));
  CHECK(!parse_notification(v2(0xA7, {})));
  CHECK(!parse_notification(v2(0xA7, {varbind(trap_name, on_battery), varbind(trap_name, on_battery)})));
}

TEST_CASE("a notification without uptime is taken, one whose uptime is a text is not") {
  CHECK(parse_notification(v2(0xA7, {varbind(trap_name, on_battery)})));
  CHECK(!parse_notification(v2(0xA7, {varbind(uptime_name, text("1")), varbind(trap_name, on_battery)})));
  CHECK(!parse_notification(v2(0xA7, {varbind(uptime_name, ticks), varbind(uptime_name, ticks), varbind(trap_name, on_battery)})));
}

TEST_CASE("a trap cut short at any byte is refused") {
  for (const Octets& whole : {trap_v2c(), inform_v2c(), v1({})})
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK(!parse_notification(Octets{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}));
}

TEST_CASE("a trap with any one byte changed is read or refused, and never more") {
  unsigned taken = 0;
  for (const Octets& whole : {trap_v2c(), inform_v2c(), v1({})})
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (unsigned byte = 0; byte < 256; ++byte) {
        auto changed = whole;
        changed[at] = static_cast<std::uint8_t>(byte);
        const auto notification = parse_notification(changed);
        taken += notification ? 1 : 0;
        if (notification && notification->inform) CHECK(parse_response(acknowledgement(changed)));
      }
  CHECK(taken > 1000);
}

TEST_CASE("a trap with bytes behind it is refused") {
  for (Octets whole : {trap_v2c(), v1({})}) {
    whole.push_back(0);
    CHECK(!parse_notification(whole));
  }
}

TEST_CASE("lengths that lie make no trap") {
  const Octets length =
      GENERATE(Octets{0x80}, Octets{0x84, 0xFF, 0xFF, 0xFF, 0xFF}, Octets{0x85, 0, 0, 0, 0, 1}, Octets{0xFF}, Octets{0x7F});
  auto whole = trap_v2c();
  whole.erase(whole.begin() + 1);
  whole.insert(whole.begin() + 1, length.begin(), length.end());
  CHECK(!parse_notification(whole));
}

TEST_CASE("lengths that are longer than they need to be are taken") {
  auto whole = trap_v2c();
  whole.insert(whole.begin() + 1, {0x82, 0x00});
  CHECK(parse_notification(whole));
}

TEST_CASE("sequences nested ten thousand deep are refused at once") {
  Octets nested;
  for (int depth = 0; depth < 10'000; ++depth) nested.insert(nested.end(), {0x30, 0x84, 0x00, 0x00, 0x10, 0x00});
  CHECK(!parse_notification(nested));
  CHECK(!version_of(Octets{0x30, 0x80}));
}

TEST_CASE("a value of every type is carried along, and known names with other types change nothing") {
  const std::vector<Octets> values = {number(9),
                                      text(std::string_view{"\x1b[31m\0\xff", 7}),
                                      {0x05, 0x00},
                                      on_battery,
                                      agent,
                                      {0x41, 0x05, 0x00, 0xFF, 0xFF, 0xFF, 0xFF},
                                      {0x42, 0x01, 0x01},
                                      ticks,
                                      {0x44, 0x07, 0x9F, 0x78, 0x04, 0x7F, 0xC0, 0x00, 0x00},
                                      {0x46, 0x09, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
                                      {0x80, 0x00},
                                      {0x1D, 0x01, 0x00}};
  for (const Octets& value : values) {
    const auto notification = parse_notification(v2(0xA7, {varbind(trap_name, on_battery), varbind(string_name, value)}));
    REQUIRE(notification);
    CHECK(notification->values.size() == 1);
  }
}

TEST_CASE("numbers out of their type's range make no trap") {
  for (const Octets& value : {Octets{0x02, 0x00}, Octets{0x02, 0x09, 1, 1, 1, 1, 1, 1, 1, 1, 1}, Octets{0x41, 0x05, 1, 0, 0, 0, 0},
                              Octets{0x06, 0x06, 0x2B, 0x9F, 0xFF, 0xFF, 0xFF, 0x7F}, Octets{0x40, 0x03, 1, 2, 3}})
    CHECK(!parse_notification(v2(0xA7, {varbind(trap_name, on_battery), varbind(string_name, value)})));
}

TEST_CASE("a string of 64 KiB is carried along") {
  std::vector<std::uint8_t> content(65'000, 0x1B);
  const auto notification = parse_notification(v2(0xA7, {varbind(trap_name, on_battery), varbind(string_name, tlv(0x04, content))}));
  REQUIRE(notification);
  CHECK(notification->values[0].text.size() == 65'000);
}

TEST_CASE("what is no notification is none: questions, answers, a v2 trap that says v1, version 3") {
  for (const std::uint8_t pdu : {0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA8})
    CHECK(!parse_notification(v2(pdu, {varbind(trap_name, on_battery)})));
  auto lying = trap_v2c();
  lying[4] = 0;
  CHECK(!parse_notification(lying));
  lying[4] = 3;
  CHECK(!parse_notification(lying));
  CHECK(version_of(lying) == 3);
}

TEST_CASE("an inform is answered with its own id and values and no error") {
  const auto inform = inform_v2c();
  REQUIRE(parse_notification(inform));
  CHECK(parse_notification(inform)->inform);
  const auto answer = acknowledgement(inform);
  const auto response = parse_response(answer);
  REQUIRE(response);
  CHECK(response->id == 7);
  CHECK(response->community == "public");
  CHECK(response->status == ErrorStatus::none);
  REQUIRE(response->varbinds.size() == 3);
  CHECK(response->varbinds[1].oid().text() == "1.3.6.1.6.3.1.1.4.1.0");
  CHECK(answer.size() == inform.size());
}

TEST_CASE("the error that an inform claims is not sent back") {
  const auto list = tlv(0x30, varbind(trap_name, on_battery));
  const auto odd = tlv(0x30, joined({number(1), text("c"), tlv(0xA6, joined({number(9), number(5), number(1), list}))}));
  REQUIRE(parse_notification(odd));
  CHECK(parse_response(acknowledgement(odd))->status == ErrorStatus::none);
}
