#include "hw-sim/agents/notification.hpp"

#include <string>

#include "catch.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/credentials.hpp"
#include "hw-sim/agents/live_traps.hpp"
#include "hw-sim/agents/value_text.hpp"

using namespace hwsim;
using namespace hwsim::agents;
using power::Quantity;

namespace {

// Tag and length of the v1 message's parts are net-snmp's; what is checked is which numbers stand there.
std::string v1_core(const std::string& oid) {
  const auto bytes = encode_trap_v1({.oid = *parse_oid(oid)}, {.community = "public", .agent_address = 0x7f000001, .uptime_ticks = 9});
  PaddedBytes padded{bytes};
  BerReader message{padded};
  auto fields = message.open_sequence();
  CHECK(fields.integer() == 0);
  CHECK(fields.octets() == "public");
  unsigned char tag = 0;
  auto trap = fields.open(tag);
  CHECK(tag == 0xA4);
  const auto enterprise = oid_text(trap.object_id());
  CHECK(trap.whole() == std::string("\x40\x04\x7f\x00\x00\x01", 6));
  const auto generic = trap.integer();
  const auto specific = trap.integer();
  return enterprise + " " + std::to_string(generic) + " " + std::to_string(specific);
}

}  // namespace

TEST_CASE("a v1 trap names enterprise, generic and specific as RFC 3584 maps them") {
  CHECK(v1_core("1.3.6.1.4.1.318.0.278") == "1.3.6.1.4.1.318 6 278");
  CHECK(v1_core("1.3.6.1.2.1.33.2.1") == "1.3.6.1.2.1.33.2 6 1");
  CHECK(v1_core("1.3.6.1.6.3.1.1.5.1") == "1.3.6.1.6.3.1.1.5 0 0");
  CHECK(v1_core("1.3.6.1.6.3.1.1.5.5") == "1.3.6.1.6.3.1.1.5 4 0");
}

TEST_CASE("a v2c trap begins with uptime and its OID") {
  const auto message = message_of({.oid = *parse_oid("1.3.6.1.4.1.318.0.278"), .inform = true}, {.community = "c", .uptime_ticks = 9}, 5);
  CHECK(message.pdu == Pdu::inform);
  CHECK(message.request_id == 5);
  REQUIRE(message.varbinds.size() == 2);
  CHECK(message.varbinds[0].value == ber::unsigned32(ber::Tag::time_ticks, 9));
  CHECK(message.varbinds[1].value == ber::object_id(*parse_oid("1.3.6.1.4.1.318.0.278")));
}

TEST_CASE("a command's trap is refused where its values do not fit") {
  const auto of = [](const char* text) { return notification_of(std::get<scenario::Trap>(*scenario::parse_command(text))); };
  REQUIRE(of("trap device/a oid=1.3.6.1 1.3.9=i:-5 1.3.8=x:00ff 1.3.7=C:18446744073709551615 to=[::1]:9162"));
  CHECK_FALSE(of("trap device/a oid=9.3.6.1"));
  CHECK_FALSE(of("trap device/a oid=1.3.6.1 1.3.9=i:5000000000"));
  CHECK_FALSE(of("trap device/a oid=1.3.6.1 1.3.9=x:0"));
  CHECK_FALSE(of("trap device/a oid=1.3.6.1 to=localhost:9162"));
}

TEST_CASE("a model speaks of what changed, once, and of its start") {
  holdup::ground::Problems problems;
  const auto table = parse_device_table(
      "model: m\nbase: 1.3.6.1.4.1.9\nobjects:\n  - {oid: .9, text: \"1\"}\ntraps:\n  - {oid: .0.1, on: boot}\n"
      "  - {oid: .0.2, each: outlet_state, measures: outlet_state, below: 0.5, varbinds: [{oid: \".1.#\", text: \"{index}\"}, {oid: "
      "\".2.#\", measures: outlet_state, times: 10}]}\n"
      "  - {oid: .0.3, measures: frequency, above: 60}\n",
      "m.yaml", problems);
  REQUIRE(problems.ok());
  power::Snapshot snapshot{.values = {{Quantity::outlet_state, "1", 1}, {Quantity::outlet_state, "2", 0}}};
  LiveTraps traps{table, {.name = "pdu", .serial = "s", .read = [&]() -> const power::Snapshot& { return snapshot; }}, "m.yaml", problems};
  REQUIRE(problems.ok());
  CHECK(traps.due({}).empty());  // outlet 2 was off before anybody looked
  snapshot.values[0].value = 0;
  const auto due = traps.due({});
  REQUIRE(due.size() == 1);
  CHECK(oid_text(due[0].oid) == "1.3.6.1.4.1.9.0.2");
  CHECK(oid_text(due[0].varbinds.at(0).oid) == "1.3.6.1.4.1.9.1.1");
  CHECK(due[0].varbinds.at(0).value == ber::integer(1));
  CHECK(due[0].varbinds.at(1).value == ber::integer(0));
  CHECK(traps.due({}).empty());
  CHECK(traps.due({.up = false, .restarts = 1}).empty());
  const auto started = traps.due({.restarts = 1});
  REQUIRE(started.size() == 1);
  CHECK(oid_text(started[0].oid) == "1.3.6.1.4.1.9.0.1");
}

TEST_CASE("a trap rule without an occasion is a problem") {
  const auto* rule = GENERATE("{oid: .0.1}", "{oid: .0.1, on: boot, measures: frequency, below: 1}", "{oid: .0.1, measures: frequency}",
                              "{oid: .0.1, measures: frequency, below: 1, above: 2}", "{oid: .0.1, on: fire}");
  holdup::ground::Problems problems;
  (void)parse_device_table(std::string{"model: m\nbase: 1.3.6.1.4.1.9\nobjects:\n  - {oid: .9, text: \"1\"}\ntraps:\n  - "} + rule + "\n",
                           "m.yaml", problems);
  CHECK_FALSE(problems.ok());
}

TEST_CASE("credentials name one user or several, and what is wrong with them") {
  const auto parsed = [](const std::string& text) {
    holdup::ground::Problems problems;
    const auto users = parse_credentials(text, "v3.yaml", problems);
    return problems.ok() ? std::to_string(users.size()) + " " + users.front().name : problems.all().front().text();
  };
  CHECK(
      parsed("user: ops\nauth: {protocol: SHA-256, passphrase: at least eight}\npriv: {protocol: AES-128, passphrase: at least eight}\n") ==
      "1 ops");
  CHECK(parsed("users:\n  - {user: a}\n  - {user: b, auth: {protocol: md5, passphrase: authpass}}\n") == "2 a");
  CHECK(parsed("user: ops\nauth: {protocol: SHA-3, passphrase: at least eight}\n").find("no such protocol") != std::string::npos);
  CHECK(parsed("user: ops\nauth: {protocol: SHA, passphrase: seven..}\n").find("shorter than 8") != std::string::npos);
  CHECK(parsed("user: ops\npriv: {protocol: AES, passphrase: at least eight}\n").find("'priv' without 'auth'") != std::string::npos);
  CHECK(parsed("user: ops\nautt: {protocol: SHA, passphrase: at least eight}\n").find("autt") != std::string::npos);
  CHECK(parsed("users: []\n").find("names nobody") != std::string::npos);
}

TEST_CASE("values are written to a recording as they are read from one") {
  for (const auto* field : {"2|-7", "4|a device", "4x|00ff", "5|", "6|1.3.6.1", "64|10.0.0.1", "65|4294967295", "66|8", "67|100",
                            "70|18446744073709551615", "68x|9f780442f60000", "4|", "6|0.0"}) {
    const std::string text{field};
    const auto bar = text.find('|');
    const bool hex = text[bar - 1] == 'x';
    const auto tag = static_cast<ber::Tag>(std::stoi(text));
    const auto content = hex ? *from_hex(text.substr(bar + 1)) : text.substr(bar + 1);
    const auto value = value_of_text(tag, content, hex ? Form::hex : Form::plain);
    REQUIRE(value);
    CHECK(snmprec_field(*value) == text);
  }
  CHECK_FALSE(snmprec_field(ber::empty(ber::Tag::no_such_object)));
}
