#include <cmath>

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

// A wye rack: a UPS before A, a transfer switch before pdu-c, a PDU on one phase, banks on phases.
constexpr const char* wye = R"(rack: r
system: wye
code: nec
unknown_page_after: 5min
feeds:
  M: {nominal_volts: 230}
  A: {nominal_volts: 230, rating_amperes: 32, curve: C, upstream: {ups: u1, room: r1}}
  B: {nominal_volts: 230, rating_amperes: 32, curve: mccb}
ups:
  u1: {status: u1-card, rated_watts: 3000}
ats:
  t1: {status: t1-card, carries: pdu-c, alternate: B}
devices:
  u1-card: {url: 'snmp://192.0.2.1', feed: M}
  t1-card: {url: 'snmp://192.0.2.2', via: switch/sw1}
  pdu-a:
    url: snmp://192.0.2.11
    feed: A
    rating_amperes: 32
    via: switch/sw1
    banks:
      1: {rating_amperes: 16, outlets: 1-8, phase: 1}
      2: {rating_amperes: 16, outlets: '9-15, X1', phase: 23}
  pdu-b: {url: 'snmp://192.0.2.12', feed: B, phase: 3}
  pdu-c: {url: 'snmp://192.0.2.13', feed: A}
  shelf1: {url: 'modbus://192.0.2.21/1'}
  bbu1: {url: 'modbus://192.0.2.21/9'}
loads:
  cab1:
    needs_watts: 1800
    cooling: with_supply
    shutdown_after: 5min
    status: shelf1
    batteries: {bbu1: {status: bbu1}}
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: shelf1, rated_watts: {230: 3000, 115: 1500}, holdup: {3000: 12ms, 1500: 18ms}, input_min_volts: 90, input_max_volts: 264}
      psu2: {cord: pdu-a/outlet/X1, rated_watts: 2000, holdup: 20ms}
  cab2: {supplies: {psu1: {cord: pdu-c/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}
switches: {sw1: {cords: [pdu-a/outlet/1]}}
self: {supplies: [pdu-a/outlet/2, pdu-b/outlet/9], path: [switch/sw1]}
)";

site::Site read(const std::string& text) {
  ground::Problems problems;
  auto site = site::parse(text, "r.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

Lines complaints(const std::string& text) {
  ground::Problems problems;
  (void)site::parse(text, "r.yaml", {}, problems);
  Lines out;
  for (const auto& problem : problems.all())
    if (problem.weight == ground::Problem::Weight::error) out.push_back(problem.text());
  return out;
}

Lines above(const site::Site& site, const char* text) {
  Lines out;
  for (const auto& element : site.ancestors(*ground::Element::parse(text))) out.push_back(element.text());
  return out;
}

std::string rack(const std::string& system, const std::string& pdu, const std::string& rest = {}) {
  return "rack: r\nsystem: " + system +
         "\nfeeds:\n  A: {nominal_volts: 230}\n  B: {nominal_volts: 230}\ndevices:\n  p: {url: 'snmp://192.0.2.1', " + pdu +
         "}\n  q: {url: 'snmp://192.0.2.2', feed: B}\n" + rest;
}

}  // namespace

TEST_CASE("every key of the chain lands where it belongs") {
  const auto site = read(wye);
  CHECK(site.code == site::Code::nec);
  CHECK(site.unknown_page_after == 5min);
  CHECK(site.feeds[1].curve == site::Curve::c);
  CHECK(site.feeds[2].curve == site::Curve::mccb);
  CHECK(site.feeds[1].ups == 0U);
  CHECK(site.feeds[2].ups == std::nullopt);
  CHECK(site.feeds[1].line == 7);
  CHECK(site.upses[0].rated_watts == 3000.0);
  CHECK(site.ups_of_device(*site.device("u1-card")) == 0U);
  CHECK(site.ats_of_device(*site.device("t1-card")) == 0U);
  CHECK(site.atses[0].carries == *site.device("pdu-c"));
  CHECK(site.atses[0].alternate == *site.feed("B"));
  const auto& pdu_a = site.devices[*site.device("pdu-a")];
  CHECK(pdu_a.rating_amperes == 32.0);
  REQUIRE(pdu_a.banks.size() == 2);
  CHECK(site.banks[1].outlets == Lines{"9", "10", "11", "12", "13", "14", "15", "X1"});
  CHECK(site.banks[1].rating_amperes == 16.0);
  CHECK(site::phases_text(site.banks[1].phases) == "23");
  CHECK(site::phases_text(site.devices[*site.device("pdu-b")].phases) == "3");
  const auto& psu1 = site.supplies[0];
  CHECK(psu1.rated_watts == std::vector<site::RatedWatts>{{115, 1500}, {230, 3000}});
  CHECK(psu1.holdup == std::vector<site::HoldUp>{{1500, 18ms}, {3000, 12ms}});
  CHECK(psu1.input_min_volts == 90.0);
  CHECK(psu1.input_max_volts == 264.0);
  CHECK(site.supplies[1].rated_watts == std::vector<site::RatedWatts>{{0, 2000}});
  CHECK(site.supplies[1].holdup == std::vector<site::HoldUp>{{0, 20ms}});
  CHECK(site.loads[0].cooling == site::Cooling::with_supply);
  CHECK(site.loads[0].shutdown_after == ground::Duration{5min});
  CHECK(site.loads[0].status == site.device("shelf1"));
  REQUIRE(site.batteries.size() == 1);
  CHECK(site.element_of_battery(0).text() == "cab1/bbu1");
  CHECK(site.batteries[0].status == *site.device("bbu1"));
  CHECK(site.switches[0].cords == std::vector<site::Cord>{{*site.device("pdu-a"), "1"}});
  CHECK(site.self.supplies.size() == 2);
  CHECK(site.self.path == Lines{"switch/sw1"});
}

TEST_CASE("the chain above an element has every link, nearest first") {
  const auto site = read(wye);
  CHECK(above(site, "cab1/psu1") == Lines{"pdu-a/outlet/3", "pdu-a/bank/1", "pdu-a/phase/1", "pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "pdu-a/outlet/X1") == Lines{"pdu-a/bank/2", "pdu-a/phase/2", "pdu-a/phase/3", "pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "pdu-a/bank/1") == Lines{"pdu-a/phase/1", "pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "pdu-a/phase/1") == Lines{"pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "pdu-b/outlet/1") == Lines{"pdu-b/phase/3", "pdu-b", "feed/B"});
  CHECK(above(site, "ups/u1") == Lines{"feed/M"});
}

TEST_CASE("behind a transfer switch, and of a load, only what all ways share is above") {
  const auto site = read(wye);
  CHECK(above(site, "pdu-c") == Lines{"ats/t1"});
  CHECK(above(site, "ats/t1").empty());
  CHECK(site.feeds_of_pdu(*site.device("pdu-c")) == std::vector<site::Index>{1, 2});
  CHECK(above(site, "cab1") == Lines{"pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "cab1/bbu1") == Lines{"cab1", "pdu-a", "feed/A", "ups/u1", "feed/M"});
  CHECK(above(site, "cab2").empty());
  CHECK(above(site, "self").empty());
  CHECK(above(site, "switch/sw1").front() == "pdu-a/outlet/1");
  // What a switch hangs on takes the voice from what is reached through it.
  CHECK(above(site, "device/t1-card") ==
        Lines{"switch/sw1", "pdu-a/outlet/1", "pdu-a/bank/1", "pdu-a/phase/1", "pdu-a", "feed/A", "ups/u1", "feed/M"});
  const auto both = read(rack("1ph", "feed: A", "ats: {t: {carries: p, alternate: A}}\n"));
  CHECK(above(both, "p") == Lines{"ats/t", "feed/A"});
  CHECK(above(both, "ats/t") == Lines{"feed/A"});
  CHECK(both.feeds_of_pdu(0).size() == 1);
}

TEST_CASE("nominal volts are those between the lines that something hangs on") {
  auto site = read(wye);
  CHECK(site.nominal_volts_of_supply(0) == 230.0);
  CHECK(std::abs(*site.nominal_volts_of_supply(1) - 398.4) < 0.1);
  site.system = site::System::delta;
  CHECK(site.nominal_volts_of_supply(1) == 230.0);
  site.system = site::System::split;
  CHECK(site.nominal_volts(0, 3) == 460.0);
  const auto dc = read("rack: r\nsystem: dc\nfeeds: {A: {nominal_volts: -48}}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: A}}\n");
  CHECK(dc.feeds[0].negative);
  CHECK(dc.feeds[0].nominal_volts == 48.0);
}

TEST_CASE("a supply gives what its label says at the line voltage, and holds what is printed for as much") {
  const auto site = read(wye);
  const auto& psu1 = site.supplies[0];
  CHECK(site::rated_watts_at(psu1, 230) == 3000.0);
  CHECK(site::rated_watts_at(psu1, 208) == 3000.0);
  CHECK(site::rated_watts_at(psu1, 190) == 1500.0);
  CHECK(site::rated_watts_at(psu1, 80) == 1500.0);
  CHECK(site::rated_watts_at(site.supplies[1], 110) == 2000.0);
  CHECK(site::rated_watts_at(site.supplies[2], 230) == std::nullopt);
  CHECK(site::holdup_at(psu1, 1000) == ground::Duration{18ms});
  CHECK(site::holdup_at(psu1, 1600) == ground::Duration{17250us});  // straight in 1/W
  CHECK(site::holdup_at(psu1, 3000) == ground::Duration{12ms});
  CHECK(site::holdup_at(psu1, 3100) == std::nullopt);
  CHECK(site::holdup_at(site.supplies[1], 5000) == ground::Duration{20ms});
}

TEST_CASE("a UPS that only a label names stands before its feed all the same") {
  const auto site = read(
      "rack: r\nfeeds: {A: {nominal_volts: 230, upstream: {ups: u9}}, B: {nominal_volts: 230, upstream: {ups: 'the old one'}}}\n"
      "devices: {p: {url: 'snmp://192.0.2.1', feed: A}, q: {url: 'snmp://192.0.2.2', feed: B}}\n");
  CHECK(above(site, "p") == Lines{"feed/A", "ups/u9"});
  CHECK(above(site, "q") == Lines{"feed/B"});
}

TEST_CASE("a chain that contradicts itself is refused with file, line, key and mend") {
  struct Broken {
    std::string text;
    const char* says;
  };
  const std::string sound = rack("1ph", "feed: A, banks: {1: {outlets: 1-8}}");
  const auto wrong = [&](const std::string& rest) { return sound + rest; };
  const auto broken = GENERATE_COPY(
      Broken{rack("wye", "feed: A, phase: 4"),
             "r.yaml:7: devices.p.phase: '4' is no phase of system wye; write 1, 2 or 3, or line to line 12, 23 or 31"},
      Broken{rack("delta", "feed: A, phase: 1"), "r.yaml:7: devices.p.phase: '1' is no phase of system delta; write 12, 23 or 31"},
      Broken{rack("split", "feed: A, phase: 23"), "r.yaml:7: devices.p.phase: '23' is no phase of system split; write 1, 2 or 12"},
      Broken{rack("1ph", "feed: A, phase: 2"), "r.yaml:7: devices.p.phase: '2' is no phase of system 1ph; write 1"},
      Broken{rack("dc", "feed: A, phase: 1"), "r.yaml:7: devices.p.phase: dc has no phases; take it out"},
      Broken{rack("1ph", "rating_amperes: 16"),
             "r.yaml:7: devices.p.rating_amperes: of a device that hangs on no feed; give it a feed:, or take this out"},
      Broken{rack("1ph", "banks: {1: {outlets: 1-8}}"),
             "r.yaml:7: devices.p.banks: of a device that hangs on no feed; give it a feed:, or take this out"},
      Broken{rack("1ph", "feed: A, banks: {1: {outlets: 8-1}}"),
             "r.yaml:7: devices.p.banks.1.outlets: '8-1' is no outlet; write 1-8, or 1,3,5, or a list of them"},
      Broken{rack("1ph", "feed: A, banks: {1: {outlets: '1,,2'}}"),
             "r.yaml:7: devices.p.banks.1.outlets: '' is no outlet; write 1-8, or 1,3,5, or a list of them"},
      Broken{rack("1ph", "feed: A, banks: {1: {outlets: [1, 1]}}"),
             "r.yaml:7: devices.p.banks.1.outlets: 1 is there twice; one bank an outlet"},
      Broken{rack("1ph", "feed: A, banks: {1: {outlets: 1-8}, 2: {outlets: 8-9}}"),
             "r.yaml:7: devices.p.banks.2.outlets: 8 is in bank 1, too; one bank an outlet"},
      Broken{wrong("loads: {c: {supplies: {s: {cord: p/outlet/9}}}}\n"),
             "r.yaml:9: loads.c.supplies.s.cord: no bank of 'p' has outlet 9; write an outlet of its banks, or mend their outlets:"},
      Broken{wrong("self: {supplies: [p/outlet/9]}\n"),
             "r.yaml:9: self.supplies: no bank of 'p' has outlet 9; write an outlet of its banks, or mend their outlets:"},
      Broken{wrong("self: {path: [sw1]}\n"), "r.yaml:9: self.path: 'sw1' is no switch; write switch/NAME"},
      Broken{wrong("switches: {sw1: {cords: [z/outlet/1]}}\n"), "r.yaml:9: switches.sw1.cords: no device 'z'; did you mean 'p'?"},
      Broken{wrong("ats: {t: {carries: p}}\n"), "r.yaml:9: ats.t: 'alternate' is missing; add it"},
      Broken{wrong("ats: {t: {carries: p, alternate: C}}\n"), "r.yaml:9: ats.t.alternate: no feed 'C'; did you mean 'A'?"},
      Broken{wrong("ats: {t: {carries: p, alternate: B}, u: {carries: p, alternate: B}}\n"),
             "r.yaml:9: ats.u.carries: 'p' is behind t already; one switch a PDU"},
      Broken{wrong("loads: {c: {shutdown_after: 5min, supplies: {s: {cord: p/outlet/1}}}}\n"),
             "r.yaml:9: loads.c.shutdown_after: of a load whose fans stay; write cooling: with_supply beside it, or take it out"},
      Broken{wrong("loads: {c: {supplies: {s: {cord: p/outlet/1, rated_watts: {high: 1000}}}}}\n"),
             "r.yaml:9: loads.c.supplies.s.rated_watts.high: no number above 0; write the volts of the line, as in {115: 1500, 230: 3000}"},
      Broken{wrong("loads: {c: {supplies: {s: {cord: p/outlet/1, input_min_volts: 264, input_max_volts: 90}}}}\n"),
             "r.yaml:9: loads.c.supplies.s.input_min_volts: not below input_max_volts; write the range of its label, as in 90 and 264"},
      Broken{wrong("loads: {c: {batteries: {s: {}}, supplies: {s: {cord: p/outlet/1}}}}\n"),
             "r.yaml:9: loads.c.batteries.s: a supply of this load has that name; give each its own"},
      Broken{"rack: r\nfeeds:\n  A: {nominal_volts: -48}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: A}}\n",
             "r.yaml:3: feeds.A.nominal_volts: below 0; only dc has a sign: write the line's volts, or system: dc"},
      Broken{"rack: r\nfeeds:\n  A: {nominal_volts: 230, upstream: {ups: u2}}\nups: {u1: {}}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: "
             "A}}\n",
             "r.yaml:3: feeds.A.upstream: no UPS 'u2'; did you mean 'u1'?"},
      Broken{"rack: r\nfeeds:\n  A: {nominal_volts: 230, upstream: {ups: u1}}\nups: {u1: {status: u}}\ndevices: {u: {url: "
             "'snmp://192.0.2.1', feed: A}}\n",
             "r.yaml:3: feeds.A.upstream: a circle: ups/u1 feeds it and hangs on it; take the feed: of u out, or name the feed before the "
             "UPS"});
  INFO(broken.text);
  CHECK(complaints(broken.text) == Lines{broken.says});
}

TEST_CASE("UPSs that stand in a circle over several feeds are refused at each") {
  const auto said = complaints(
      "rack: r\nfeeds:\n  A: {nominal_volts: 230, upstream: {ups: u1}}\n  B: {nominal_volts: 230, upstream: {ups: u2}}\n"
      "ups: {u1: {status: c1}, u2: {status: c2}}\n"
      "devices: {c1: {url: 'snmp://192.0.2.1', feed: B}, c2: {url: 'snmp://192.0.2.2', feed: A}}\n");
  CHECK(said.size() == 2);
}
