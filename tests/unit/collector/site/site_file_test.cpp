#include "collector/site/site_file.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> profiles{"apc-rpdu2", "orv3-psu", "raritan-px"};

// The starting point of the site file as docs print it: every key.
constexpr const char* whole = R"(rack: r12
system: 1ph
store: {path: /var/lib/holdup/r12.db, raw: 31d, minute: 401d, hour: 5y, max_bytes: 21GiB}
http: {listen: 127.0.0.1:9870}
feeds:
  A: {nominal_volts: 230, rating_amperes: 32, upstream: {ups: u1, room: r1}}
  B: {nominal_volts: 230, rating_amperes: 32}
devices:
  pdu-a: {url: snmp://192.0.2.11, community_file: /etc/holdup/pdu.secret, feed: A, via: switch/sw1}
  pdu-b: {url: "snmp://192.0.2.12:1161", community_file: /etc/holdup/pdu.secret, feed: B, via: switch/sw1}
  shelf-psu1: {url: modbus://192.0.2.20/1, profile: orv3-psu, hot: 100ms}
  shelf-psu2: {url: modbus://192.0.2.20/2, profile: orv3-psu, hot: 100ms, routine: 5s, timeout: 50ms, max_duty: 0.25, between_requests: 20ms, after_connect: 1s, turnaround: 8ms, every: {rack_supply_input_ok: 10ms, 'rack_temperature_celsius{part="inlet"}': 1h}}
contacts:
  cab1-psu1: {source: gpiochip0/4, active: low, senses: ac_in, of: cab1/psu1, kind: opto, qualify: 2ms, flight: 30ms}
loads:
  cab1:
    needs_watts: 1800
    sharing: active
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: shelf-psu1, rated_watts: 3000, holdup: 20ms}
      psu2: {cord: pdu-b/outlet/3, status: shelf-psu2, rated_watts: 3000, holdup: 20ms}
self: {supplies: [pdu-a/outlet/9, pdu-b/outlet/9], path: [switch/sw1]}
traps: {listen: 127.0.0.1:9162, engine_file: /var/lib/holdup/engine}
alerts:
  alertmanager: [http://127.0.0.1:9093]
  webhook: [http://127.0.0.1:9000/hook]
rules: [/etc/holdup/rules/*.yml]
sim: {pdu-a: {model: apc-rpdu2, refresh: 1s}, cab1/psu1: {refresh: 20ms}}
burst: {for: 20s, every: 50ms}
)";

std::vector<std::string> complaints(std::string_view text) {
  ground::Problems problems;
  (void)site::parse(text, "r.yaml", profiles, problems);
  std::vector<std::string> out;
  for (const auto& problem : problems.all())
    if (problem.weight == ground::Problem::Weight::error) out.push_back(problem.text());
  return out;
}

site::Site read_whole() {
  ground::Problems problems;
  auto site = site::parse(whole, "r.yaml", profiles, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

std::vector<std::string> texts(const std::vector<ground::Element>& elements) {
  std::vector<std::string> out;
  for (const auto& element : elements) out.push_back(element.text());
  return out;
}

using Lines = std::vector<std::string>;

// One line of devices, contacts or loads among sound neighbours.
std::string with_device(const std::string& line) { return "rack: r\nfeeds:\n  A: {nominal_volts: 230}\ndevices:\n  " + line + "\n"; }

}  // namespace

TEST_CASE("a key that nothing acts on is named with its line, and no other") {
  ground::Problems problems;
  std::string lines{whole};
  lines.replace(lines.find("1ph"), 3, "wye");
  (void)site::parse(lines, "r.yaml", profiles, problems);
  Lines named;
  for (const auto& problem : problems.all()) named.push_back(problem.text());
  const auto says = [&](const std::string& line) { return std::find(named.begin(), named.end(), line) != named.end(); };
  CHECK(says("r.yaml:14: contacts.cab1-psu1.flight: without a pair nothing flies; add pair: LINE, or take it out"));
  for (const char* word : {"system", "sharing", "store", "self", "needs_watts", "rating_amperes", "psu1.holdup"})
    CHECK(std::none_of(named.begin(), named.end(), [&](const auto& line) { return line.find(word) != std::string::npos; }));
}

TEST_CASE("every key of the site file lands where it belongs") {
  const auto site = read_whole();
  CHECK(site.rack == "r12");
  CHECK(site.system == site::System::single_phase);
  CHECK(site.store_path == "/var/lib/holdup/r12.db");
  CHECK(site.keeping == site::Keeping{std::chrono::days{31}, std::chrono::days{401}, std::chrono::days{5 * 365}, std::int64_t{21} << 30U});
  CHECK(site.traps_listen == "127.0.0.1:9162");
  CHECK(site.traps_engine_file == "/var/lib/holdup/engine");
  CHECK(site.http_listen == "127.0.0.1:9870");
  REQUIRE(site.feeds.size() == 2);
  CHECK(site.feeds[0].nominal_volts == 230);
  CHECK(site.feeds[0].rating_amperes == 32.0);
  CHECK(site.feeds[0].upstream == std::vector<std::pair<std::string, std::string>>{{"ups", "u1"}, {"room", "r1"}});
  REQUIRE(site.devices.size() == 4);
  CHECK(site.devices[0].community_file == "/etc/holdup/pdu.secret");
  CHECK(site.devices[0].via == "switch/sw1");
  CHECK(site.devices[1].feed == 1u);
  CHECK(site.devices[2].profile == "orv3-psu");
  CHECK(site.devices[2].hot == ground::Duration{100ms});
  CHECK(site.devices[3].routine == ground::Duration{5s});
  CHECK(site.devices[3].timeout == ground::Duration{50ms});
  CHECK(site.devices[3].pace.max_duty == 0.25);
  CHECK(site.devices[3].pace.between_requests == ground::Duration{20ms});
  CHECK(site.devices[3].pace.after_connect == ground::Duration{1s});
  REQUIRE(site.contacts.size() == 1);
  CHECK(site.contacts[0].chip == "gpiochip0");
  CHECK(site.contacts[0].line == "4");
  CHECK(site.contacts[0].common == "gpiochip0");
  CHECK(site.contacts[0].active_low);
  CHECK(site.contacts[0].senses == site::Senses::ac_in);
  CHECK(site.contacts[0].qualify == ground::Duration{2ms});
  REQUIRE(site.loads.size() == 1);
  CHECK(site.loads[0].needs_watts == 1800.0);
  CHECK(site.loads[0].sharing == site::Sharing::active);
  REQUIRE(site.supplies.size() == 2);
  CHECK(site.supplies[1].pdu == 1u);
  CHECK(site.supplies[1].outlet == "3");
  CHECK(site.supplies[1].status == 3u);
  CHECK(site.supplies[1].rated_watts == std::vector<site::RatedWatts>{{0, 3000}});
  CHECK(site.supplies[1].holdup == std::vector<site::HoldUp>{{0, 20ms}});
  CHECK(site.feed_of_supply(1) == 1u);
  CHECK(site.rules == Lines{"/etc/holdup/rules/*.yml"});
  CHECK(site.alerts.alertmanager == Lines{"http://127.0.0.1:9093"});
  CHECK(site.alerts.webhook == Lines{"http://127.0.0.1:9000/hook"});
}

TEST_CASE("the chain above an element runs from supply over PDU to feed") {
  const auto site = read_whole();
  const auto above = [&](const char* text) { return texts(site.ancestors(*ground::Element::parse(text))); };
  CHECK(above("cab1/psu1") == Lines{"pdu-a/outlet/3", "pdu-a", "feed/A", "ups/u1"});
  CHECK(above("pdu-b/outlet/3") == Lines{"pdu-b", "feed/B"});
  CHECK(above("pdu-b") == Lines{"feed/B"});
  CHECK(above("device/pdu-a") == Lines{"pdu-a", "feed/A", "ups/u1", "switch/sw1"});
  CHECK(above("device/shelf-psu1") == Lines{"self"});
  CHECK(above("feed/A") == Lines{"ups/u1"});
  CHECK(above("feed/B").empty());
  CHECK(above("cab1").empty());
  CHECK(above("nobody/psu1").empty());
}

TEST_CASE("a broken device is refused with file, line, key and mend") {
  struct Broken {
    const char* line;
    const char* says;
  };
  const auto broken = GENERATE(
      Broken{"p: {feed: A}", "r.yaml:5: devices.p: 'url' is missing; add it"},
      Broken{"p: {url: 'snmp://'}",
             "r.yaml:5: devices.p.url: the host is no numeric address; write the address: names resolve only while the network lives"},
      Broken{"p: {url: 'snmp://pdu-a.example'}",
             "r.yaml:5: devices.p.url: the host is no numeric address; write the address: names resolve only while the network lives"},
      Broken{"p: {url: 'not a url'}",
             "r.yaml:5: devices.p.url: 'not a url' is no URL; write snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, "
             "modbus-rtu:///dev/ttyS0/UNIT or "
             "modbus-rtu://HOST:PORT/UNIT"},
      Broken{"p: {url: 'ftp://192.0.2.1'}",
             "r.yaml:5: devices.p.url: the scheme 'ftp' is not served; write snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, "
             "modbus-rtu:///dev/ttyS0/UNIT or "
             "modbus-rtu://HOST:PORT/UNIT"},
      Broken{"p: {url: 'snmp://192.0.2.1:70000'}", "r.yaml:5: devices.p.url: no port number; write a port from 1 to 65535"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0'}", "r.yaml:5: devices.p.url: 'ttyS0' is no unit; write a number from 1 to 247"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/0'}", "r.yaml:5: devices.p.url: '0' is no unit; write a number from 1 to 247"},
      Broken{"p: {url: 'modbus-rtu:///7'}",
             "r.yaml:5: devices.p.url: no serial device and unit; write modbus-rtu:///dev/ttyS0/UNIT?baud=19200&parity=even"},
      Broken{"p: {url: 'modbus-rtu://192.0.2.1/7'}",
             "r.yaml:5: devices.p.url: the port is missing; write modbus-rtu://HOST:PORT/UNIT: RTU over TCP has no port of its own"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7?baud=fast'}",
             "r.yaml:5: devices.p.url: 'fast' is no baud rate; write bits a second, such as 19200"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7?parity=mark'}", "r.yaml:5: devices.p.url: 'mark' is no parity; write none, even or odd"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7?bauds=9600'}",
             "r.yaml:5: devices.p.url: 'bauds' is unknown; a serial line has baud, parity and stop"},
      Broken{"p: {url: 'modbus://192.0.2.1/7?baud=9600'}", "r.yaml:5: devices.p.url: 'baud' is told of a serial line only; take it out"},
      Broken{"p: {url: 'modbus://192.0.2.1/7', tap: true}",
             "r.yaml:5: devices.p.tap: not on a serial line; give it a url modbus-rtu:///dev/ttyS0/UNIT, or take it out"},
      Broken{"p: {url: 'modbus-rtu://192.0.2.1:4001/7', tap: true}",
             "r.yaml:5: devices.p.tap: not on a serial line; give it a url modbus-rtu:///dev/ttyS0/UNIT, or take it out"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7'}\n  q: {url: 'modbus-rtu:///dev/ttyS0/8?baud=9600'}",
             "r.yaml:6: devices.q.url: /dev/ttyS0 at 9600 8E1 here, at 19200 8E1 of 'p'; write the same baud, parity and stop for all "
             "units of a line"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7', tap: true}\n  q: {url: 'modbus-rtu:///dev/ttyS0/8'}",
             "r.yaml:6: devices.q.url: /dev/ttyS0 is listened to and asked: 'p' and 'q'; tap all units of a line that has a master of its "
             "own, or none"},
      Broken{"p: {url: 'modbus-rtu:///dev/ttyS0/7'}\n  q: {url: 'modbus-rtu:///dev/ttyS0/8', tap: true}",
             "r.yaml:6: devices.q.tap: /dev/ttyS0 is listened to and asked: 'p' and 'q'; tap all units of a line that has a master of its "
             "own, or none"},
      Broken{"p: {url: 'snmp://public@192.0.2.1'}",
             "r.yaml:5: devices.p.url: a name or password in a URL; name the file with the secret in community_file or v3_file"},
      Broken{"p: {url: 'snmp://192.0.2.1', v3_file: a, community_file: b}",
             "r.yaml:5: devices.p.v3_file: and community_file; give one of them: SNMPv3 knows no community"},
      Broken{"p: {url: 'modbus://192.0.2.1/1', v3_file: a}", "r.yaml:5: devices.p.v3_file: not on an SNMP device; take it out"},
      Broken{"p: {url: 'snmp://192.0.2.1', allow_weak: true}",
             "r.yaml:5: devices.p.allow_weak: without v3_file there is nothing to allow; take it out"},
      Broken{"p: {url: 'snmp://192.0.2.1', v3_file: a, allow_weak: yes}",
             "r.yaml:5: devices.p.allow_weak: 'yes' is neither true nor false; write true or false"},
      Broken{"p: {url: 'snmp://192.0.2.1/7'}", "r.yaml:5: devices.p.url: '/7' after the address; write snmp://HOST[:PORT]"},
      Broken{"p: {url: 'modbus://192.0.2.1'}", "r.yaml:5: devices.p.url: the unit is missing; write modbus://HOST[:PORT]/UNIT"},
      Broken{"p: {url: 'modbus://192.0.2.1/256'}", "r.yaml:5: devices.p.url: '256' is no unit; write a number from 0 to 255"},
      Broken{"p: {url: 'modbus://192.0.2.1/one'}", "r.yaml:5: devices.p.url: 'one' is no unit; write a number from 0 to 255"},
      Broken{"p: {url: 'snmp://192.0.2.1', profile: orv3_psu}",
             "r.yaml:5: devices.p.profile: no profile 'orv3_psu'; did you mean 'orv3-psu'?"},
      Broken{"p: {url: 'snmp://192.0.2.1', feed: C}", "r.yaml:5: devices.p.feed: no feed 'C'; did you mean 'A'?"},
      Broken{"p: {url: 'snmp://192.0.2.1', via: sw1}", "r.yaml:5: devices.p.via: 'sw1' is no switch; write switch/NAME"},
      Broken{
          "p: {url: 'snmp://192.0.2.1', max_duty: 20}",
          "r.yaml:5: devices.p.max_duty: not above 0 and at most 1; write the share of the time that it may be kept busy, for example 0.2"},
      Broken{"p: {url: 'snmp://192.0.2.1', between_requests: 2s}",
             "r.yaml:5: devices.p.between_requests: longer than 1s; write at most 1s, or max_duty"},
      Broken{"p: {url: 'modbus://192.0.2.1/1', after_connect: 6s}", "r.yaml:5: devices.p.after_connect: longer than 5s; write at most 5s"},
      Broken{"p: {url: 'snmp://192.0.2.1', after_connect: 1s}",
             "r.yaml:5: devices.p.after_connect: not on a Modbus device; take it out: SNMP has no connection"},
      Broken{"p: {url: 'snmp://192.0.2.1', hot: 500ms, between_requests: 400ms}",
             "r.yaml:5: devices.p.between_requests: longer than half the hot period; write at most 250ms"},
      Broken{"p: {url: 'snmp://192.0.2.1', hot: 1}",
             "r.yaml:5: devices.p.hot: '1' is no duration; write a number and its unit: 20ms, 1s, 5min, 2h, 30d"},
      Broken{"p: {url: 'snmp://192.0.2.1', hot: 0s}", "r.yaml:5: devices.p.hot: zero; write a length above 0"},
      Broken{"p: {url: 'snmp://192.0.2.1', hot: 1s, timeout: 600ms}",
             "r.yaml:5: devices.p.timeout: longer than half the hot period; write at most 500ms"},
      Broken{"p: {url: 'snmp://192.0.2.1', timeout: 3s}", "r.yaml:5: devices.p.timeout: longer than 2s; write at most 2s"},
      Broken{"p: {url: 'snmp://192.0.2.1', comunity_file: x}",
             "r.yaml:5: devices.p.comunity_file: unknown key; did you mean 'community_file'?"},
      Broken{"p: snmp://192.0.2.1", "r.yaml:5: devices.p: not a mapping; write 'key: value' lines under it"},
      Broken{"switch: {url: 'snmp://192.0.2.1'}", "r.yaml:4: devices: 'switch' is the word for a kind of element; choose another name"},
      Broken{"'p q': {url: 'snmp://192.0.2.1'}", "r.yaml:5: devices.p q: no name; letters, digits, '-', '_', '.', at most 63"});
  const auto said = complaints(with_device(broken.line));
  REQUIRE_FALSE(said.empty());
  CHECK(said.front() == broken.says);
}

TEST_CASE("a broken load, contact or target is refused with file, line, key and mend") {
  const std::string head = with_device("pdu-a: {url: 'snmp://192.0.2.1', feed: A}\n  unit: {url: modbus://192.0.2.2/1}");
  const std::string sound = head + "loads:\n  cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}}}\n";
  struct Broken {
    std::string text;
    const char* says;
  };
  const std::vector<Broken> all{
      {head + "loads:\n  cab1: {}\n", "r.yaml:8: loads.cab1: no supplies; add supplies: {psu1: {cord: PDU/outlet/N}}"},
      {head + "loads:\n  cab1: {supplies: {psu1: {}}}\n",
       "r.yaml:8: loads.cab1.supplies.psu1: neither cord nor status; say which outlet feeds it (cord:), which device reports it "
       "(status:), or give it a contact"},
      {head + "loads:\n  cab1: {supplies: {psu1: {cord: pdu-a}}}\n",
       "r.yaml:8: loads.cab1.supplies.psu1.cord: 'pdu-a' is no outlet; write PDU/outlet/N"},
      {head + "loads:\n  cab1: {supplies: {psu1: {cord: pdu-b/outlet/1}}}\n",
       "r.yaml:8: loads.cab1.supplies.psu1.cord: no device 'pdu-b'; did you mean 'pdu-a'?"},
      {head + "loads:\n  cab1: {supplies: {psu1: {cord: unit/outlet/1}}}\n",
       "r.yaml:8: loads.cab1.supplies.psu1.cord: 'unit' hangs on no feed; give that device a feed:"},
      {head + "loads:\n  cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-a/outlet/1}}}\n",
       "r.yaml:8: loads.cab1.supplies.psu2.cord: pdu-a/outlet/1 is taken by cab1/psu1; one supply an outlet"},
      {head + "loads:\n  pdu-a: {supplies: {psu1: {cord: pdu-a/outlet/1}}}\n",
       "r.yaml:7: loads: 'pdu-a' is a device and a load; give one of them another name"},
      {head + "loads:\n  feed: {supplies: {A: {cord: pdu-a/outlet/1}}}\n",
       "r.yaml:7: loads: 'feed' is the word for a kind of element; choose another name"},
      {head + "loads:\n  cab1: {sharing: activ, supplies: {psu1: {cord: pdu-a/outlet/1}}}\n",
       "r.yaml:8: loads.cab1.sharing: 'activ' is not one of active, standby, unknown; did you mean 'active'?"},
      {head + "loads:\n  cab1: {needs_watts: -5, supplies: {psu1: {cord: pdu-a/outlet/1}}}\n",
       "r.yaml:8: loads.cab1.needs_watts: not above 0; write a positive number"},
      {sound + "contacts: {c: {source: gpiochip0/4, of: cab1/psu9}}\n",
       "r.yaml:9: contacts.c.of: no supply 'cab1/psu9'; did you mean 'cab1/psu1'?"},
      {sound + "contacts: {c: {source: gpiochip0, of: cab1/psu1}}\n",
       "r.yaml:9: contacts.c.source: 'gpiochip0' is no line of a chip; write CHIP/LINE, for example gpiochip0/4"},
      {sound + "contacts: {c: {source: gpiochip0/4, pair: gpiochip1/5, of: cab1/psu1}}\n",
       "r.yaml:9: contacts.c.pair: on another chip; wire both sides to gpiochip0"},
      {sound + "contacts: {c: {source: gpiochip0/4, pair: 4, of: cab1/psu1}}\n",
       "r.yaml:9: contacts.c.pair: line 4 has another contact; one side a line"},
      {sound + "contacts: {c: {source: gpiochip0/4, pair: gpiochip0/, of: cab1/psu1}}\n",
       "r.yaml:9: contacts.c.pair: no line; write the line of its other side, or take it out"},
      {sound + "contacts: {c: {source: gpiochip0/4, qualify: 1h, of: cab1/psu1}}\n",
       "r.yaml:9: contacts.c.qualify: longer than 1s; write how long the contact moves, as in 30ms"},
      {sound + "contacts: {c: {of: cab1/psu1}}\n", "r.yaml:9: contacts.c: 'source' is missing; add it"},
      {sound + "alerts: {webhook: [ftp://192.0.2.1/]}\n",
       "r.yaml:9: alerts.webhook: 'ftp://192.0.2.1/' is no http:// URL; write http://HOST:PORT/PATH"},
      {sound + "http: {listen: 9870}\n",
       "r.yaml:9: http.listen: '9870' is no address to listen at; write ADDRESS:PORT, for example 127.0.0.1:9870"},
      {sound + "store: {max_bytes: 20}\n", "r.yaml:9: store.max_bytes: '20' is no size; write a number and its unit: 512KiB, 20GiB"},
      {sound + "store: {max_bytes: 1MiB}\n", "r.yaml:9: store.max_bytes: less than 16MiB; write how large the file may grow, as in 20GiB"},
      {sound + "store: {minute: 2h}\n",
       "r.yaml:9: store.minute: shorter than 3h; samples are summed up after two hours; write 30d, 400d, 5y"},
      {sound + "feeeds: {}\n", "r.yaml:9: feeeds: unknown key; did you mean 'feeds'?"},
      {sound + "system: 3ph\n", "r.yaml:9: system: '3ph' is not one of 1ph, split, wye, delta, dc; did you mean '1ph'?"},
  };
  for (const auto& broken : all) {
    const auto said = complaints(broken.text);
    INFO(broken.text);
    REQUIRE(said.size() == 1);
    CHECK(said.front() == broken.says);
  }
}

TEST_CASE("a broken feed says what its volts and labels should be") {
  const auto said = complaints(
      "rack: r\nfeeds:\n  A: {nominal_volts: 0}\n  B: {}\n  C: {nominal_volts: 230, upstream: {ups: [u1]}}\ndevices:\n  p: {url: "
      "'snmp://192.0.2.1'}\n");
  CHECK(said == Lines{"r.yaml:3: feeds.A.nominal_volts: not between 0 and 1000; write the line's volts",
                      "r.yaml:4: feeds.B: 'nominal_volts' is missing; add it, for example nominal_volts: 230",
                      "r.yaml:5: feeds.C.upstream: 'ups' is not a single value; write {ups: u1, room: r1}"});
}

TEST_CASE("informs of SNMPv3 without a file to count starts in are warned about, and only they") {
  const std::string device = "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: A";
  const auto warns = [&](const std::string& rest) {
    ground::Problems problems;
    (void)site::parse(device + rest, "s.yaml", {}, problems);
    REQUIRE(problems.ok());
    const auto& all = problems.all();
    return std::any_of(all.begin(), all.end(), [](const auto& problem) { return problem.what.find("informs of SNMPv3") == 0; });
  };
  CHECK(warns(", v3_file: f}}\ntraps: {}\n"));
  CHECK(!warns(", v3_file: f}}\ntraps: {engine_file: e}\n"));
  CHECK(!warns(", v3_file: f}}\ntraps: {}\nstore: {path: s.db}\n"));
  CHECK(!warns(", v3_file: f}}\n"));
  CHECK(!warns("}}\ntraps: {}\n"));
}

TEST_CASE("no key that something acts on is called idle") {
  ground::Problems problems;
  (void)site::parse(
      "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: A}}\ntraps: {listen: '127.0.0.1:9162'}\n",
      "s.yaml", {}, problems);
  for (const auto& problem : problems.all()) CHECK(problem.what.find("nothing acts on it") == std::string::npos);
}

TEST_CASE("all problems of a site file are reported at once") {
  const auto said = complaints("rakc: r\nfeeds: [A]\ndevices:\n  p: {url: 'ftp://192.0.2.1', feed: A}\nloads: {cab1: {}}\n");
  CHECK(said.size() == 6);
}

TEST_CASE("what is no site file at all is refused without harm") {
  CHECK_FALSE(complaints("").empty());
  CHECK_FALSE(complaints("[1, 2]").empty());
  CHECK_FALSE(complaints("rack: [").empty());
  CHECK_FALSE(complaints("rack: &a r\n").empty());
  CHECK_FALSE(complaints("rack: r\nrack: s\n").empty());
  CHECK_FALSE(complaints(std::string{"rack: r\0", 8}).empty());
  CHECK_FALSE(complaints("rack: r\ndevices: {p: " + std::string(40, '[') + std::string(40, ']') + "}\n").empty());
  CHECK_FALSE(complaints("rack: r\n#" + std::string(std::size_t{2} << 20, 'x')).empty());
  CHECK_FALSE(
      complaints("rack: {a: b}\ndevices: x\nloads: 3\ncontacts: ~\nself: 1\ntraps: []\nstore: y\nalerts: z\nrules: {a: b}\n").empty());
}

TEST_CASE("points have periods of their own, and a loss a burst") {
  const auto site = read_whole();
  const auto& device = site.devices[3];
  REQUIRE(device.every.size() == 2);
  CHECK(device.every[0].metric == "rack_supply_input_ok");
  CHECK(device.every[0].period == 10ms);
  CHECK(device.every[0].line == device.lines.device);
  CHECK(device.every[1].text() == "rack_temperature_celsius{part=\"inlet\"}");
  CHECK(device.every[1].period == 1h);
  CHECK(device.turnaround == 8ms);
  CHECK(site.burst.length == 20s);
  CHECK(site.burst.every == 50ms);
  CHECK(site::Burst{}.length == 10s);
}

TEST_CASE("a period is from 10 ms to 24 h, of lanes, points and bursts alike") {
  const auto of_device = [](const std::string& keys) {
    return complaints("rack: r\ndevices:\n  d: {url: snmp://192.0.2.1, " + keys + "}\n");
  };
  const std::string range = " is not between 10ms and 24h; write a period from 10ms to 24h";
  CHECK(of_device("hot: 9ms") == std::vector{"r.yaml:3: devices.d.hot: 9ms" + range});
  CHECK(of_device("routine: 25h") == std::vector{"r.yaml:3: devices.d.routine: 25h" + range});
  CHECK(of_device("every: {rack_power_watts: 2d}") == std::vector{"r.yaml:3: devices.d.every.rack_power_watts: 2d" + range});
  CHECK(of_device("hot: 10ms, routine: 24h, every: {rack_power_watts: 10ms}").empty());
  CHECK(of_device("every: {'rack_power_watts{part}': 1s}") ==
        std::vector<std::string>{"r.yaml:3: devices.d.every.rack_power_watts{part}: no name of points; write METRIC or "
                                 "'METRIC{label=\"value\"}', as `holdup probe` prints them"});
  CHECK(of_device("every: 10ms").size() == 1);
  CHECK(of_device("turnaround: 3s").size() == 1);
  const std::string least = "rack: r\ndevices: {d: {url: snmp://192.0.2.1}}\n";
  CHECK(complaints(least + "burst: {every: 1ms}\n") == std::vector{"r.yaml:3: burst.every: 1ms" + range});
  CHECK(complaints(least + "burst: {for: 2h}\n").size() == 1);
  CHECK(complaints(least + "burst: {for: 0s}\n").empty());
}
