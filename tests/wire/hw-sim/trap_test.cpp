#include <string>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"
#include "wire/hw-sim/trap_listener.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;
using wire::TrapListener;

namespace {

constexpr const char* recording = "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n";
constexpr const char* user =
    "user: ops\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {protocol: AES-128, passphrase: privpass1}\n";

std::string engine_in(const std::string& status) {
  const std::string key = "\"device/a\":\"";
  return status.substr(status.rfind(key) + key.size(), 26);
}

template <class Holds>
bool comes_true(Holds holds) {
  for (int tries = 0; tries < 500; ++tries)
    if (holds()) return true;
  return false;
}

long long counted(const Simulator& simulator, const std::string& what) {
  const auto status = simulator.ctl("status").text;
  const auto key = "\"" + what + "\":";
  return std::stoll(status.substr(status.find(key) + key.size()));
}

}  // namespace

TEST_CASE("traps of v1 and v2c and an inform reach a stock snmptrapd") {
  const Folder folder;
  const TrapListener listener;
  const Simulator simulator{{"replay", "--traps-to", listener.host_port(), folder.write("a.snmprec", recording)}};
  const std::string trap = "trap device/a oid=1.3.6.1.4.1.318.0.278 '1.3.6.1.4.1.318.2.3.3.0=s:\"lost A\"' ";
  REQUIRE(simulator.ctl(trap + "version=1").text == "{\"ok\":true}\n");
  CHECK(listener.hears("TRAP, SNMP v1, community public\n\t.1.3.6.1.4.1.318 Enterprise Specific Trap (278)"));
  REQUIRE(simulator.ctl(trap + "1.3.6.1.9.1=i:-5").text == "{\"ok\":true}\n");
  CHECK(listener.hears(
      ".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.318.0.278\t.1.3.6.1.4.1.318.2.3.3.0 = STRING: \"lost A\"\t.1.3.6.1.9.1 = INTEGER: -5"));
  CHECK(counted(simulator, "informs_acknowledged") == 0);
  REQUIRE(simulator.ctl("trap device/a oid=1.3.6.1.4.1.318.0.279 inform=true").text == "{\"ok\":true}\n");
  CHECK(listener.hears("OID: .1.3.6.1.4.1.318.0.279"));
  CHECK(comes_true([&] { return counted(simulator, "informs_acknowledged") == 1; }));
  CHECK(counted(simulator, "traps_sent") == 3);
}

TEST_CASE("a v3 trap bears the agent's engine, a v3 inform finds the listener's") {
  const Folder folder;
  const auto file = folder.write("a.snmprec", recording);
  const auto v3 = folder.write("v3.yaml", user);
  const auto engine = engine_in(Simulator{{"replay", "--v3-file", v3, file}}.ctl("status").text);
  const TrapListener listener{
      "createUser -e 0x" + engine +
      " ops SHA-256 authpass1 AES privpass1\ncreateUser ops SHA-256 authpass1 AES privpass1\nauthUser log ops priv\n"};
  const Simulator simulator{{"replay", "--v3-file", v3, file}};
  const auto to = " to=" + listener.host_port();
  REQUIRE(simulator.ctl("trap device/a oid=1.3.6.1.4.1.318.0.278 version=3" + to).text == "{\"ok\":true}\n");
  CHECK(listener.hears("OID: .1.3.6.1.4.1.318.0.278"));
  REQUIRE(simulator.ctl("trap device/a oid=1.3.6.1.4.1.318.0.279 version=3 inform=true" + to).text == "{\"ok\":true}\n");
  CHECK(listener.hears("OID: .1.3.6.1.4.1.318.0.279"));
  CHECK(comes_true([&] { return counted(simulator, "informs_acknowledged") == 1; }));
}

TEST_CASE("a trap that cannot be sent is refused with the reason") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};
  CHECK(simulator.ctl("trap device/a oid=1.3.6.1.4.1.318.0.278").text.find("--traps-to") != std::string::npos);
  CHECK(simulator.ctl("trap device/a oid=1.3.6.1.4.1.318.0.278 version=3 to=127.0.0.1:9").text.find("--v3-file") != std::string::npos);
  CHECK(simulator.ctl("trap device/b oid=1.3.6.1.4.1.318.0.278 to=127.0.0.1:9").text.find("no device device/b") != std::string::npos);
  CHECK(simulator.ctl("fault device/a kind=trap_storm").exit_code == 1);
}

TEST_CASE("a trap storm calls as often as it says, until it is cleared") {
  const Folder folder;
  const TrapListener listener;
  const Simulator simulator{{"replay", "--traps-to", listener.host_port(), folder.write("a.snmprec", recording)}};
  REQUIRE(simulator.ctl("fault device/a kind=trap_storm ms=1").text == "{\"ok\":true}\n");
  CHECK(comes_true([&] { return counted(simulator, "traps_sent") > 200; }));
  REQUIRE(simulator.ctl("clear device/a kind=trap_storm").text == "{\"ok\":true}\n");
  CHECK(listener.hears(".1.3.6.1.6.3.1.1.5.5"));
  // A last beat may be on its way; then the count stands.
  CHECK(comes_true([&] {
    const auto before = counted(simulator, "traps_sent");
    return before == counted(simulator, "traps_sent");
  }));
}

TEST_CASE("a recording's notification module calls when its object is read") {
  const Folder folder;
  const TrapListener listener;
  const auto port = listener.host_port().substr(listener.host_port().find(':') + 1);
  const Simulator simulator{{"replay", folder.write("a.snmprec", "1.3.6.1.2.1.1.1.0|4:notification|op=get,host=127.0.0.1,port=" + port +
                                                                     ",trapoid=1.3.6.1.4.1.20408.0.432,value=caller\n")}};
  CHECK(shell("snmpget -v2c -c public -Oqv -t 10 -r 0 " + simulator.host_port(0) + " .1.3.6.1.2.1.1.1.0").text == "\"caller\"\n");
  CHECK(listener.hears("OID: .1.3.6.1.4.1.20408.0.432"));
}

TEST_CASE("a played PDU that is asked to says by itself what changed: an outlet, its own start") {
  const Folder folder;
  const TrapListener listener;
  const auto rack =
      folder.write("rack.yaml",
                   "rack: r1\nfeeds:\n  A: {nominal_volts: 230}\ndevices:\n  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
                   "  pdu-b: {url: snmp://192.0.2.12, feed: A}\n"
                   "loads:\n  cab1:\n    needs_watts: 100\n    supplies:\n      psu1: {cord: pdu-a/outlet/3, rated_watts: 3000}\n"
                   "sim:\n  pdu-a: {model: apc-rpdu2, traps: true, refresh: 50ms, boot: 100ms}\n  pdu-b: {model: raritan-px3, boot: 0s}\n");
  const Simulator simulator{{"run", rack, "--traps-to", listener.host_port()}};
  REQUIRE(simulator.ctl("set pdu-a/outlet/3 state=off").text == "{\"ok\":true}\n");
  CHECK(listener.hears("OID: .1.3.6.1.4.1.318.0.269"));
  REQUIRE(simulator.ctl("set pdu-b/outlet/3 state=off").text == "{\"ok\":true}\n");
  REQUIRE(simulator.ctl("fail feed/A").text == "{\"ok\":true}\n");
  CHECK(simulator.ctl("trap device/pdu-a oid=1.3.6.1.4.1.318.0.1").text.find("not up") != std::string::npos);
  REQUIRE(simulator.ctl("restore feed/A").text == "{\"ok\":true}\n");
  CHECK(listener.hears("OID: .1.3.6.1.6.3.1.1.5.1"));
  CHECK(listener.heard().find("13742") == std::string::npos);  // pdu-b was not asked to
  CHECK(comes_true([&] { return simulator.ctl("trap device/pdu-b oid=1.3.6.1.4.1.13742.6.0.1").text == "{\"ok\":true}\n"; }));
  CHECK(listener.hears("OID: .1.3.6.1.4.1.13742.6.0.1"));
}

TEST_CASE("a timeline makes a played device call, and storm") {
  const Folder folder;
  const TrapListener listener;
  const auto rack = folder.write("rack.yaml",
                                 "rack: r1\nfeeds:\n  A: {nominal_volts: 230}\ndevices:\n  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
                                 "sim:\n  pdu-a: {model: raritan-px3}\n");
  const auto scenario = folder.write("s.yaml",
                                     "rack: rack.yaml\ntimeline:\n"
                                     "  - {at: 1s, do: \"trap device/pdu-a oid=1.3.6.1.4.1.13742.6.0.1 1.3.6.1.9.1=s:here\"}\n"
                                     "  - {at: 2s, do: \"fault device/pdu-a kind=trap_storm ms=100\"}\n");
  const Simulator simulator{{"run", rack, "--scenario", scenario, "--speed", "10", "--traps-to", listener.host_port()}};
  CHECK(listener.hears("OID: .1.3.6.1.4.1.13742.6.0.1\t.1.3.6.1.9.1 = STRING: \"here\""));
  CHECK(listener.hears("OID: .1.3.6.1.6.3.1.1.5.5"));
  CHECK(comes_true([&] { return counted(simulator, "traps_sent") > 20; }));
}
