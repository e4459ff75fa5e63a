#include "hw-sim/agents/variation.hpp"

#include <string>

#include "catch.hpp"
#include "hw-sim/agents/snmp_agent.hpp"
#include "hw-sim/agents/snmprec.hpp"

using namespace hwsim::agents;
using namespace std::chrono_literals;

namespace {

RecordedTable table_of(const std::string& text) {
  auto recording = parse_snmprec(text);
  REQUIRE(recording.skipped.empty());
  return RecordedTable{std::move(recording.objects), std::move(recording.variations)};
}

std::string value_after(RecordedTable& table, ground::Duration uptime) {
  table.follow({.uptime = uptime, .unix_seconds = 1000});
  return table.value(0);
}

SnmpMessage ask(const std::string& oid, Pdu pdu = Pdu::get, Version version = Version::v2c) {
  SnmpMessage out{.version = version, .community = "public", .pdu = pdu, .request_id = 1};
  out.varbinds.push_back({*parse_oid(oid), ber::empty(ber::Tag::null)});
  return out;
}

}  // namespace

TEST_CASE("numeric goes with time, from its initial value, scaled, and stays at its ends") {
  auto plain = table_of("1.3.1|66:numeric|rate=2,scale=3,offset=1\n");
  CHECK(value_after(plain, 5s) == ber::unsigned32(ber::Tag::gauge32, 31));
  auto uptime = table_of("1.3.1|67:numeric|rate=100,initial=123999999\n");
  CHECK(value_after(uptime, 1s) == ber::unsigned32(ber::Tag::time_ticks, 124000099));
  auto gauge = table_of("1.3.1|66:numeric|min=5,max=50,initial=25\n");
  CHECK(value_after(gauge, 0s) == ber::unsigned32(ber::Tag::gauge32, 25));
  CHECK(value_after(gauge, 100s) == ber::unsigned32(ber::Tag::gauge32, 50));
  auto wrapping = table_of("1.3.1|65:numeric|max=9,wrap=1\n");
  CHECK(value_after(wrapping, 12s) == ber::unsigned32(ber::Tag::counter32, 2));
  auto by_clock = table_of("1.3.1|2:numeric|atime=1\n");
  CHECK(value_after(by_clock, 5s) == ber::integer(1000));
  auto wide = table_of("1.3.1|70:numeric|initial=5000000000\n");
  CHECK(value_after(wide, 1s) == ber::counter64(5000000001));
}

TEST_CASE("numeric applies its function, sums up, and deviates no more than it may") {
  auto wave = table_of("1.3.1|2:numeric|min=-100,function=cos,scale=50\n");
  CHECK(value_after(wave, 0s) == ber::integer(50));
  auto sum = table_of("1.3.1|65:numeric|initial=10,rate=0,offset=4,cumulative=1\n");
  CHECK(value_after(sum, 1s) == ber::unsigned32(ber::Tag::counter32, 14));
  CHECK(value_after(sum, 2s) == ber::unsigned32(ber::Tag::counter32, 18));
  auto noisy = table_of("1.3.1|66:numeric|rate=0,offset=100,deviation=3\n");
  for (int i = 0; i < 100; ++i) {
    const auto value = value_after(noisy, 1s);
    CHECK(value >= ber::unsigned32(ber::Tag::gauge32, 97));
    CHECK(value <= ber::unsigned32(ber::Tag::gauge32, 103));
  }
}

TEST_CASE("delay holds an answer back, or drops it") {
  auto table = table_of(
      "1.3.1|2:delay|value=6,wait=100\n1.3.2|4:delay|hexvalue=00127962f940,wait=800\n1.3.3|2:delay|wait=1000000\n"
      "1.3.4|2:delay|value=1,tlist=gt:900:1000000\n1.3.5|2:delay|value=1,wait=100,deviation=200\n");
  CHECK(table.value(0) == ber::integer(6));
  CHECK(table.effect(0, Pdu::get).delay == 100ms);
  CHECK(table.value(1) == std::string("\x04\x06\x00\x12\x79\x62\xf9\x40", 8));
  CHECK(table.effect(1, Pdu::get_next).delay == 800ms);
  CHECK(table.effect(2, Pdu::get).dropped);
  table.follow({.uptime = 0s, .unix_seconds = 899});
  CHECK(table.effect(3, Pdu::get).delay == 500ms);
  table.follow({.uptime = 0s, .unix_seconds = 901});
  CHECK(table.effect(3, Pdu::get).dropped);
  for (int i = 0; i < 100; ++i) {
    CHECK(table.effect(4, Pdu::get).delay >= 0s);
    CHECK(table.effect(4, Pdu::get).delay <= 300ms);
  }
}

TEST_CASE("error fails the requests it heeds, in the words of their version") {
  auto table = table_of(
      "1.3.1|2:error|op=get,status=authorizationError,value=1\n1.3.2|4:error|op=set,status=commitfailed,hexvalue=00ff\n"
      "1.3.3|2:error|status=noSuchInstance,value=1\n1.3.4|2|9\n");
  SnmpAgent agent{{.objects = &table, .community = "public"}};
  const auto answer = [&](const SnmpMessage& request) { return *decode(agent.answer(encode(request), Moment{})->bytes); };
  CHECK(answer(ask("1.3.1")).status == 16);
  CHECK(answer(ask("1.3.1", Pdu::get, Version::v1)).status == 2);
  CHECK(answer(ask("1.3.0", Pdu::get_next)).status == 16);
  CHECK(answer(ask("1.3.2")).status == 0);
  CHECK(answer(ask("1.3.2", Pdu::set)).status == 14);
  CHECK(ber::tag_of(answer(ask("1.3.3")).varbinds.at(0).value) == ber::Tag::no_such_instance);
  CHECK(answer(ask("1.3.4", Pdu::set)).status == 17);
  auto bulk = ask("1.3.1", Pdu::get_bulk);
  bulk.index = 10;
  CHECK(answer(bulk).status == 0);
  CHECK(agent.writes() == 2);
}

TEST_CASE("notification calls when its object is asked for as it heeds") {
  auto table = table_of(
      "1.3.1|4:notification|op=get,version=1,community=bench,host=127.0.0.1,port=9162,ntftype=trap,"
      "trapoid=1.3.6.1.4.1.20408.4.1.1.2.0.432,uptime=12345,agentaddress=192.0.2.9,proto=udp,enterprise=1.3.6.1.4.1.20408,"
      "varbinds=1.3.6.1.2.1.1.1.0:s:a device:1.3.6.1.2.1.1.3.0:i:42,value=SNMPv1 trap sender\n"
      "1.3.2|67:notification|version=3,user=md5des,authkey=authkey1,privkey=privkey1,ntftype=inform,value=123456\n");
  CHECK(table.value(0) == ber::octets(ber::Tag::octets, "SNMPv1 trap sender"));
  const auto* trap = table.effect(0, Pdu::get_next).notification;
  REQUIRE(trap != nullptr);
  CHECK(trap->version == hwsim::scenario::TrapVersion::v1);
  CHECK(trap->community == "bench");
  CHECK((trap->to && trap->to->host == "127.0.0.1" && trap->to->port == 9162));
  CHECK(trap->uptime_ticks == 12345U);
  CHECK(trap->agent_address == 0xc0000209U);
  REQUIRE(trap->varbinds.size() == 2);
  CHECK(trap->varbinds[0].value == ber::octets(ber::Tag::octets, "a device"));
  CHECK(trap->varbinds[1].value == ber::integer(42));
  CHECK(table.effect(0, Pdu::set).notification == nullptr);
  CHECK(table.effect(1, Pdu::get).notification == nullptr);
  const auto* inform = table.effect(1, Pdu::set).notification;
  REQUIRE(inform != nullptr);
  CHECK(inform->inform);
  REQUIRE(inform->user);
  CHECK((inform->user->auth == Auth::md5 && inform->user->priv == Priv::des));
}

TEST_CASE("a vlist decides about the values of a SET, by number and by text") {
  auto table = table_of(
      "1.3.1|2:error|vlist=gt:2:wrongvalue:eq:-1:noAccess,value=1\n1.3.2|2:delay|vlist=lt:0:7:eq:1:1000000,value=1,wait=40\n"
      "1.3.3|4:error|vlist=eq:off:wrongValue,value=on\n1.3.4|70:notification|vlist=gt:5000000000,value=1\n");
  CHECK(table.effect(0, Pdu::set, ber::integer(3)).status == 10);
  CHECK(table.effect(0, Pdu::set, ber::integer(2)).status == 0);
  CHECK(table.effect(0, Pdu::set, ber::integer(-1)).status == 6);
  CHECK(table.effect(0, Pdu::set, ber::unsigned32(ber::Tag::gauge32, 3)).status == 0);
  CHECK(table.effect(0, Pdu::get).status == 0);
  CHECK(table.effect(1, Pdu::set, ber::integer(-300)).delay == 7ms);
  CHECK(table.effect(1, Pdu::set, ber::integer(1)).dropped);
  CHECK(table.effect(1, Pdu::set, ber::integer(2)).delay == 40ms);
  CHECK(table.effect(1, Pdu::get).delay == 40ms);
  CHECK(table.effect(2, Pdu::set, ber::octets(ber::Tag::octets, "off")).status == 10);
  CHECK(table.effect(2, Pdu::set, ber::octets(ber::Tag::octets, "on")).status == 0);
  CHECK(table.effect(3, Pdu::set, ber::counter64(5000000001)).notification != nullptr);
  CHECK(table.effect(3, Pdu::set, ber::counter64(5000000000)).notification == nullptr);
  CHECK(table.effect(3, Pdu::get).notification == nullptr);
}

TEST_CASE("a module's line that says what cannot be is left out, with the reason") {
  const auto [line, why] = GENERATE(table<const char*, const char*>({
      {"1.3.1|4:numeric|min=1", "numeric: it makes numbers, and the line's type is none"},
      {"1.3.1|2:numeric|min=9,max=1", "numeric: max is less than min"},
      {"1.3.1|2:numeric|rate=fast", "numeric: rate='fast' is no number"},
      {"1.3.1|2:numeric|rat=5", "numeric: it knows no 'rat', did you mean 'rate'?"},
      {"1.3.1|2:numeric|function=system", "numeric: function='system' is not known"},
      {"1.3.1|2:numric|value=5", "'numric' is no module that is known here, did you mean 'numeric'?"},
      {"1.3.1|2:redis|host=1", "redis: no value= that could be served"},
      {"1.3.1|:sql|snmprec", "a module for a whole subtree is not known here"},
      {"1.3.1|2:delay|wait=soon,value=1", "delay: wait='soon' is no number"},
      {"1.3.1|2:delay|5", "delay: '5' is no NAME=VALUE"},
      {"1.3.1|2:delay|value=1,tlist=gt:1", "delay: tlist is no list of 3 words each"},
      {"1.3.1|2:delay|value=1,vlist=gt:x:5", "delay: vlist: 'x' does not fit the line's type"},
      {"1.3.1|2:delay|value=1,vlist=ge:1:5", "delay: 'ge' is none of eq, lt and gt"},
      {"1.3.1|2:error|status=noWay,value=1", "error: 'noway' is no SNMP error"},
      {"1.3.1|2:error|value=1", "error: neither status nor vlist"},
      {"1.3.1|2:error|op=walk,status=genError", "error: op='walk' is none of get, set and any"},
      {"1.3.1|2:error|hexvalue=0,status=noAccess", "error: its value does not fit its type"},
      {"1.3.1|2:notification|value=1,version=4", "notification: version='4' is none of 1, 2c and 3"},
      {"1.3.1|2:notification|value=1,ntftype=call", "notification: ntftype='call' is neither trap nor inform"},
      {"1.3.1|2:notification|value=1,host=there", "notification: host='there' and port make no numeric address"},
      {"1.3.1|2:notification|value=1,agentaddress=there", "notification: agentaddress='there' is no IPv4 address"},
      {"1.3.1|2:notification|value=1,varbinds=1.3:q:1",
       "notification: varbinds: '1.3': no such OID, or a value that does not fit its type"},
      {"1.3.1|2:notification|value=1,version=3,user=u,authkey=short", "notification: authkey is shorter than 8 characters"},
      {"1.3.1|2:notification|value=1,version=3", "notification: version=3 without user"},
  }));
  const auto recording = parse_snmprec(std::string{"# its second line\n"} + line);
  REQUIRE(recording.skipped.size() == 1);
  CHECK(recording.skipped[0].line == 2);
  CHECK(recording.skipped[0].why == why);
}
