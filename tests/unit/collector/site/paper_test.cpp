#include "collector/site/paper.hpp"

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;

namespace {

using Lines = std::vector<std::string>;

Lines findings(const std::string& text) {
  ground::Problems problems;
  const auto site = site::parse(text, "r.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  ground::Problems found;
  site::judge_on_paper(site, "r.yaml", found);
  CHECK(found.ok());  // a watcher runs on a bad rack, too
  Lines out;
  for (const auto& problem : found.all()) out.push_back(problem.text());
  return out;
}

// Lines 1 to 7; `feeds` and `devices` are further keys of their entries.
std::string rack(const std::string& rest, const std::string& feeds = {}, const std::string& pdus = {}, const std::string& head = {}) {
  return "rack: r\nfeeds:\n  A: {nominal_volts: 230" + feeds + "}\n  B: {nominal_volts: 230" + feeds +
         "}\ndevices:\n  pdu-a: {url: 'snmp://192.0.2.1', feed: A" + pdus + "}\n  pdu-b: {url: 'snmp://192.0.2.2', feed: B" + pdus + "}\n" +
         rest + head;
}

std::string supplies(const std::string& one, const std::string& other, const std::string& load = {}) {
  return "loads:\n  cab1: {" + load + "supplies: {psu1: {" + one + "}, psu2: {" + other + "}}}\n";
}

const std::string on_both = supplies("cord: pdu-a/outlet/1", "cord: pdu-b/outlet/1");

}  // namespace

TEST_CASE("a rack that is sound on paper is not complained about") {
  CHECK(findings(rack(on_both, ", rating_amperes: 16")).empty());
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1, rated_watts: 2000, input_min_volts: 90, input_max_volts: 264",
                               "cord: pdu-b/outlet/1, rated_watts: 2000", "needs_watts: 1800, "),
                      ", rating_amperes: 16") +
                 "self: {supplies: [pdu-a/outlet/9, pdu-b/outlet/9], path: [switch/sw1]}\nswitches: {sw1: {cords: [pdu-a/outlet/8, "
                 "pdu-b/outlet/8]}}\n")
            .empty());
  CHECK(
      findings("rack: r\ndevices: {u: {url: 'modbus://192.0.2.1/1'}}\nloads: {c: {supplies: {s: {status: u}, t: {status: u}}}}\n").empty());
}

TEST_CASE("a single-corded load is named, with what takes it down") {
  CHECK(findings(rack("loads:\n  srv1: {supplies: {psu1: {cord: pdu-a/outlet/1}}}\n")) ==
        Lines{"r.yaml:9: loads.srv1: single-corded, on feed/A: one loss takes it down; give it a second supply on another feed, or live "
              "with it"});
}

TEST_CASE("cords that hang on one feed, PDU, bank, UPS or transfer switch are named") {
  const auto mend = "; move one to an outlet that does not";
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1", "cord: pdu-a/outlet/2"))) ==
        Lines{std::string{"r.yaml:9: loads.cab1.supplies: all cords hang on pdu-a and feed/A: its loss takes the load down"} + mend});
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1", "cord: pdu-a/outlet/2"), "", ", banks: {1: {outlets: 1-8}}")) ==
        Lines{std::string{"r.yaml:9: loads.cab1.supplies: all cords hang on pdu-a/bank/1, pdu-a and feed/A: its loss takes the load down"} +
              mend});
  CHECK(findings(rack(on_both, ", upstream: {ups: u1}")) ==
        Lines{std::string{"r.yaml:9: loads.cab1.supplies: all cords hang on ups/u1: its loss takes the load down"} + mend});
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1", "cord: pdu-a/outlet/2") + "ats: {t: {carries: pdu-a, alternate: B}}\n")) ==
        Lines{std::string{"r.yaml:9: loads.cab1.supplies: all cords hang on pdu-a and ats/t: its loss takes the load down"} + mend});
}

TEST_CASE("what is before a UPS takes nothing down at once, and is not named") {
  const auto said = findings(
      "rack: r\nfeeds: {M: {nominal_volts: 230}, A: {nominal_volts: 230, upstream: {ups: u1}}}\nups: {u1: {status: c}}\ndevices:\n  c: "
      "{url: "
      "'snmp://192.0.2.9', feed: M}\n  p: {url: 'snmp://192.0.2.1', feed: A}\n"
      "loads:\n  l: {supplies: {s: {cord: p/outlet/1}, t: {cord: p/outlet/2}}}\nself: {supplies: [p/outlet/3]}\n");
  CHECK(said == Lines{"r.yaml:8: loads.l.supplies: all cords hang on p, feed/A and ups/u1: its loss takes the load down; move one to an "
                      "outlet that does not",
                      "r.yaml:9: self.supplies: collector and the card of p all hang on feed/A: losing it loses the alarm; give the "
                      "collector's machine a cord to "
                      "another feed"});
}

TEST_CASE("cords on one phase of a feed are named with their line") {
  const std::string text =
      "rack: r\nsystem: wye\nfeeds: {A: {nominal_volts: 230}}\ndevices:\n  p: {url: 'snmp://192.0.2.1', feed: A, phase: 2}\n"
      "  q: {url: 'snmp://192.0.2.2', feed: A, phase: 23}\n";
  CHECK(findings(text + "loads:\n  c: {supplies: {s: {cord: p/outlet/1}, t: {cord: q/outlet/1}}}\n") ==
        Lines{"r.yaml:8: loads.c.supplies: all cords hang on feed/A, line L2: its loss takes the load down; move one to an outlet that "
              "does not"});
}

TEST_CASE("a supply without a cord leaves the path unknown, where others have one") {
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1", "status: pdu-b"))) ==
        Lines{"r.yaml:9: loads.cab1.supplies.psu2: no cord: whether cab1 has two paths cannot be known; say which outlet feeds it, as in "
              "cord: PDU/outlet/N"});
}

TEST_CASE("module redundancy is reckoned in watts at the line's volts") {
  const std::string rated = "rated_watts: {115: 1000, 230: 2000}";
  const auto load = supplies("cord: pdu-a/outlet/1, " + rated, "cord: pdu-b/outlet/1, " + rated, "needs_watts: 1800, ");
  CHECK(findings(rack(load)).empty());
  auto low = rack(load);
  for (auto at = low.find("nominal_volts: 230"); at != std::string::npos; at = low.find("nominal_volts: 230"))
    low.replace(at, 18, "nominal_volts: 115");
  CHECK(findings(low) ==
        Lines{"r.yaml:9: loads.cab1.needs_watts: without psu1 the others give 1000 W at 115 V and it needs 1800 W: no module redundancy; "
              "give it stronger supplies or one more"});
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1, rated_watts: 800", "cord: pdu-b/outlet/1, rated_watts: 800",
                               "needs_watts: 1800, "))) == Lines{"r.yaml:9: loads.cab1.needs_watts: all its supplies together give 1600 W "
                                                                 "and it needs 1800 W; mend rated_watts or needs_watts, or give it "
                                                                 "stronger supplies"});
}

TEST_CASE("path redundancy is reckoned in watts: a side that cannot carry the load alone is named") {
  const auto load = [](const std::string& watts) {
    return rack("loads:\n  shelf: {needs_watts: " + watts +
                ", supplies: {psu1: {cord: pdu-a/outlet/1, rated_watts: 3000}, psu2: {cord: pdu-a/outlet/2, rated_watts: 3000}, "
                "psu3: {cord: pdu-b/outlet/1, rated_watts: 3000}, psu4: {cord: pdu-b/outlet/2, rated_watts: 3000}}}\n");
  };
  CHECK(findings(load("6000")).empty());
  const std::string mend = "; give it stronger supplies, or more on the other feed";
  CHECK(findings(load("8000")) ==
        Lines{"r.yaml:9: loads.shelf.needs_watts: when feed/A is lost psu3 and psu4 give 6000 W and it needs 8000 W: no path redundancy" +
                  mend,
              "r.yaml:9: loads.shelf.needs_watts: when feed/B is lost psu1 and psu2 give 6000 W and it needs 8000 W: no path redundancy" +
                  mend});
}

TEST_CASE("a breaker that is too small for the other side's load is named, with when") {
  const auto load = supplies("cord: pdu-a/outlet/1", "cord: pdu-b/outlet/1", "needs_watts: 4600, ");
  CHECK(findings(rack(load, ", rating_amperes: 16")) ==
        Lines{"r.yaml:3: feeds.A.rating_amperes: carries 20 A of 16 A when feed/B is lost; move load away, or give it a larger breaker",
              "r.yaml:4: feeds.B.rating_amperes: carries 20 A of 16 A when feed/A is lost; move load away, or give it a larger breaker"});
  CHECK(findings(rack(load, "", ", banks: {1: {outlets: 1-8, rating_amperes: 16}}")) ==
        Lines{"r.yaml:6: devices.pdu-a.banks.1.rating_amperes: carries 20 A of 16 A when feed/B is lost; move load away, or give it a "
              "larger breaker",
              "r.yaml:7: devices.pdu-b.banks.1.rating_amperes: carries 20 A of 16 A when feed/A is lost; move load away, or give it a "
              "larger breaker"});
  CHECK(findings(rack(load, "", ", rating_amperes: 16")).size() == 2);
  CHECK(findings(rack(load, ", rating_amperes: 20")).empty());
}

TEST_CASE("only where the code is NEC a lasting load may take no more than 80 %") {
  const auto load = supplies("cord: pdu-a/outlet/1", "cord: pdu-b/outlet/1", "needs_watts: 4140, ");
  CHECK(findings(rack(load, ", rating_amperes: 20")).empty());
  CHECK(findings(rack(load, ", rating_amperes: 20") + "code: iec\n").empty());
  CHECK(findings(rack(load, ", rating_amperes: 20") + "code: nec\n") ==
        Lines{"r.yaml:3: feeds.A.rating_amperes: carries 18 A of 20 A when feed/B is lost, more than the 80 % of NEC; move load away, or "
              "give it a larger breaker",
              "r.yaml:4: feeds.B.rating_amperes: carries 18 A of 20 A when feed/A is lost, more than the 80 % of NEC; move load away, or "
              "give it a larger breaker"});
}

TEST_CASE("what one feed carries already, and a load that tells no watts, are said") {
  const auto said = findings(
      rack("loads:\n  a: {needs_watts: 4600, supplies: {s: {cord: pdu-a/outlet/1}}}\n  b: {supplies: {s: {cord: pdu-a/outlet/2}}}\n",
           ", rating_amperes: 16"));
  REQUIRE(said.size() == 3);
  CHECK(said[2] ==
        "r.yaml:3: feeds.A.rating_amperes: carries 20 A of 16 A as it is, without b that tell no needs_watts; move load away, or give it a "
        "larger breaker");
}

TEST_CASE("a UPS that would carry more than it is rated for is named") {
  const auto said = findings(
      rack(supplies("cord: pdu-a/outlet/1", "cord: pdu-b/outlet/1", "needs_watts: 4600, ") + "ups: {u1: {rated_watts: 4000}, u2: {}}\n") +
      "");
  CHECK(said.empty());
  const auto text =
      "rack: r\nfeeds:\n  A: {nominal_volts: 230, upstream: {ups: u1}}\n  B: {nominal_volts: 230}\nups:\n  u1: {rated_watts: "
      "4000}\ndevices:\n"
      "  pdu-a: {url: 'snmp://192.0.2.1', feed: A}\n  pdu-b: {url: 'snmp://192.0.2.2', feed: B}\n" +
      supplies("cord: pdu-a/outlet/1", "cord: pdu-b/outlet/1", "needs_watts: 4600, ");
  CHECK(findings(text) == Lines{"r.yaml:6: ups.u1.rated_watts: carries 4600 W of 4000 W when feed/B is lost; move load away"});
}

TEST_CASE("where phases are not told what breakers carry is called unknown") {
  CHECK(
      findings(
          "rack: r\nsystem: wye\nfeeds: {A: {nominal_volts: 230, rating_amperes: 16}}\ndevices:\n  p: {url: 'snmp://192.0.2.1', feed: A}\n"
          "loads: {c: {needs_watts: 9000, supplies: {s: {cord: p/outlet/1}}}}\n")
          .back() ==
      "r.yaml:5: devices.p: the phase of its outlets is not told: what its breakers carry cannot be reckoned; add phase: to its banks, or "
      "to "
      "it where it hangs on one");
}

TEST_CASE("a supply that its outlet's volts do not suit is named") {
  CHECK(findings(rack(supplies("cord: pdu-a/outlet/1, input_min_volts: 90, input_max_volts: 140", "cord: pdu-b/outlet/1"))) ==
        Lines{"r.yaml:9: loads.cab1.supplies.psu1.input_max_volts: its outlet brings 230 V of feed/A, outside its input range; plug it "
              "elsewhere, or mend the "
              "range, the phase or nominal_volts"});
  const auto said = findings(
      "rack: r\nsystem: wye\nfeeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\ndevices:\n  p: {url: 'snmp://192.0.2.1', feed: A, "
      "phase: 12}\n"
      "  q: {url: 'snmp://192.0.2.2', feed: B, phase: 1}\n"
      "loads:\n  c: {supplies: {s: {cord: p/outlet/1, input_max_volts: 264}, t: {cord: q/outlet/1, input_max_volts: 264}}}\n");
  REQUIRE(said.size() == 1);
  CHECK(said[0].find("c.supplies.s.input_max_volts: its outlet brings 398 V (phase 12) of feed/A") != std::string::npos);
}

TEST_CASE("a transfer switch whose sources share what they hang on is named") {
  CHECK(findings(rack(on_both + "ats: {t: {carries: pdu-a, alternate: A}}\n")) ==
        Lines{"r.yaml:10: ats.t.alternate: both sources hang on feed/A: it saves from nothing there; give it an alternate of its own"});
  CHECK(findings(rack(on_both + "ats: {t: {carries: pdu-a, alternate: B}}\n")).empty());
}

TEST_CASE("a watcher that dies with what it watches is named") {
  const std::string mend = "; give the collector's machine a cord to another feed";
  CHECK(
      findings(rack(on_both + "self: {supplies: [pdu-a/outlet/9], path: [switch/sw1]}\nswitches: {sw1: {cords: [pdu-a/outlet/8]}}\n")) ==
      Lines{"r.yaml:10: self.supplies: collector, switch/sw1 and the card of pdu-a all hang on feed/A: losing it loses the alarm" + mend});
  CHECK(findings(rack(on_both + "self: {supplies: [pdu-a/outlet/9]}\n")) ==
        Lines{"r.yaml:10: self.supplies: collector and the card of pdu-a all hang on feed/A: losing it loses the alarm" + mend});
  CHECK(findings(
            rack(on_both +
                 "self: {supplies: [pdu-a/outlet/9, pdu-b/outlet/9], path: [switch/sw1]}\nswitches: {sw1: {cords: [pdu-a/outlet/8]}}\n")) ==
        Lines{"r.yaml:11: switches.sw1.cords: switch/sw1 and the card of pdu-a all hang on feed/A: losing it loses the alarm; give it a "
              "cord to another feed"});
}

TEST_CASE("a switch that hides the other feed's devices when its own feed dies is named") {
  const auto on = [](const std::string& cords) {
    return rack(on_both + "switches: {sw1: {cords: [" + cords + "]}}\n", "", ", via: switch/sw1");
  };
  CHECK(findings(on("pdu-a/outlet/8")) ==
        Lines{"r.yaml:10: switches.sw1.cords: hangs on feed/A: losing it hides pdu-b; give it a cord to another feed"});
  CHECK(findings(on("pdu-a/outlet/8, pdu-b/outlet/8")).empty());
}
