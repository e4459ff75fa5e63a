#include "tests/unit/collector/detect/rig.hpp"

// Rows 1 to 5, 18 and 32 of docs/verdicts.md: what silence means, on either side, what ends it, and values that stand still.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

using Said = std::vector<std::string>;

std::string with(std::string text, const std::string& before, const std::string& more) { return text.insert(text.find(before), more); }

// The two PDUs share a switch that hangs on A, and psu1 has a wire of its own.
const std::string switch_on_a = with(two_feeds, "contacts:", "switches: {sw1: {cords: [pdu-a/outlet/20]}}\n");

// Both cords of the load carry more, or less.
void shift(Rig& rig, double watts) { rig.outlet_watts("pdu-a", watts), rig.outlet_watts("pdu-b", watts); }

}  // namespace

TEST_CASE("row 1: a dark PDU is back when it answers with good voltage, and its consequences end with it") {
  for (const bool mirror : {false, true}) {
    Rig rig{mirror ? mirrored(pdus_only) : pdus_only};
    const std::string gone = mirror ? "pdu-b" : "pdu-a", other = mirror ? "pdu-a" : "pdu-b";
    rig.run(10s);
    rig.silent(gone), rig.outlet_watts(other, 600);
    rig.run(10s);
    CHECK(rig.open(pdu_dark, gone) == "proven");
    rig.back(gone), rig.volts(gone, 60), rig.outlet_watts(gone, 0);
    rig.run(30s);
    CHECK(rig.open(pdu_dark, gone) == "proven");  // it answers, and has no voltage to give
    rig.volts(gone, 230), rig.outlet_watts(gone, 300), rig.outlet_watts(other, 300);
    rig.run(5s);
    CHECK(rig.idle());
    CHECK_FALSE(rig.ever(telemetry_lost));
  }
}

TEST_CASE("row 1: a second PDU on A that agrees makes it the feed") {
  Rig rig{two_feeds + "  web1: {sharing: active, supplies: {p1: {cord: pdu-a2/outlet/3}, p2: {cord: pdu-b/outlet/5}}}\n"};
  rig.tells("pdu-b", {{.means = Meaning::outlet_power, .value = 300, .index = "5"}});
  rig.run(10s);
  rig.lose_a(), rig.set("pdu-b", Meaning::outlet_power, 600, "5");
  rig.run(5s);
  CHECK(rig.open(feed_lost, "feed/A") == "proven");
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 2: where the load is shared, a sibling that did not move proves that a silent PDU still gives") {
  Rig rig{sharing("active", pdus_only)};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(60s);
  CHECK(rig.said() == Said{"begun telemetry_lost device/pdu-a proven"});
  SECTION("until it moves, by more or less than what went") {
    rig.outlet_watts("pdu-b", 450);
    rig.run(10s);
    CHECK(rig.open(path_redundancy_lost, "cab1") == "unknown");
  }
  SECTION("until the sibling falls silent too") {
    rig.silent("pdu-b");
    rig.run(30s);
    CHECK(rig.open(path_redundancy_lost, "cab1") == "unknown");
  }
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(feed_lost));
}

TEST_CASE("row 3: redundancy that is unknown pages after a quarter of an hour, once, and not when it is known again before") {
  for (const bool mirror : {false, true}) {
    Rig rig{mirror ? mirrored(pdus_only) : pdus_only};
    const std::string gone = mirror ? "pdu-b" : "pdu-a";
    rig.run(10s);
    rig.silent(gone);
    rig.run(14min);
    CHECK(rig.said() == Said{"begun telemetry_lost device/" + gone + " proven", "begun path_redundancy_lost cab1 unknown"});
    SECTION("known before") {
      rig.back(gone);
      rig.run(10min);
      CHECK(rig.said().size() == 4);
      CHECK(rig.idle());
    }
    SECTION("not known") {
      rig.run(2min);
      CHECK(rig.said().back() == "strengthened path_redundancy_lost cab1 unknown");
      CHECK(rig.evidence(path_redundancy_lost, "cab1") == "cab1 " + std::string{unknown_for_long} + "; ");
      rig.run(60min);
      CHECK(rig.said().size() == 3);
    }
    CHECK_FALSE(rig.ever(pdu_dark));
    CHECK_FALSE(rig.ever(supply_lost));
  }
}

TEST_CASE("row 3: the site file says how long unknown may stand") {
  Rig rig{pdus_only + "unknown_page_after: 1min\n"};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(75s);
  CHECK(rig.said().back() == "strengthened path_redundancy_lost cab1 unknown");
}

TEST_CASE("row 4 mirrored: all on B silent while all elsewhere answer is feed B, and it is back when they are") {
  Rig rig{mirrored(two_feeds)};
  rig.run(10s);
  rig.silent("pdu-b"), rig.silent("pdu-b2"), rig.ac("unit2", 0);
  rig.run(5s);
  CHECK(rig.open(feed_lost, "feed/B") == "probable");
  CHECK(rig.open(feed_lost, "feed/A").empty());
  CHECK_FALSE(rig.ever(telemetry_lost));
  rig.back("pdu-b"), rig.back("pdu-b2"), rig.ac("unit2", 1);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 4 contrary: all on A silent while one elsewhere is silent too proves no pattern") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.silent("pdu-b");
  rig.run(60s);
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 4 contrary: PDUs of a feed behind several switches are a pattern only where who shares each switch answers") {
  auto text = two_feeds;
  text.replace(text.find("via: switch/sw1", text.find("pdu-a2")), 15, "via: switch/sw2");
  text.insert(text.find("}", text.find("unit2:")), ", via: switch/sw2");
  const bool whole_switch = GENERATE(true, false);
  Rig rig{text};
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  if (whole_switch) rig.silent("unit2");
  for (const char* unit : {"unit1", "unit2"}) rig.quality(unit, Meaning::supply_input_ok, Quality::absent);
  rig.run(10s);
  CHECK(rig.ever(feed_lost) != whole_switch);
}

TEST_CASE("row 5: a switch that hangs on A goes with it: a wire that lost A tells the loss, and the switch's silence follows") {
  Rig rig{switch_on_a};
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.silent(pdu);
  rig.contact("wire1", true), rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(60s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK(rig.open(pdu_dark, "pdu-a") != "");
  CHECK(rig.open(pdu_dark, "pdu-b").empty());
  CHECK_FALSE(rig.ever(telemetry_lost));
  CHECK(rig.open(feed_lost, "feed/B").empty());
  CHECK_FALSE(rig.ever(load_down));
  SECTION("all comes back") {
    for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.back(pdu);
    rig.contact("wire1", false), rig.feed_a_back();
    rig.run(5s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 5: with the wire alone the loss of A is probable, and the switch still follows") {
  std::string text = switch_on_a;
  for (const std::string unit : {", status: unit1", ", status: unit2"}) text.erase(text.find(unit), unit.size());
  Rig rig{text};
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.silent(pdu);
  rig.contact("wire1", true);
  rig.run(60s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  CHECK(rig.open(pdu_dark, "pdu-a") == "probable");
  CHECK(rig.evidence(pdu_dark, "pdu-a").find("switch/sw1 hangs on it: its silence follows") != std::string::npos);
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 5 contrary: a switch that hangs on A and falls silent while the wires hold is the switch") {
  Rig rig{switch_on_a};
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.silent(pdu);
  rig.run(60s);
  CHECK(rig.open(telemetry_lost, "switch/sw1") == "proven");
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(feed_lost));
}

TEST_CASE("row 17: a change-over contact pages at once, proven, and a later reading that knows better takes it back") {
  std::string text = two_feeds;
  const std::string wire = "source: gpiochip0/1,";
  text.replace(text.find(wire), wire.size(), wire + " pair: 2,");
  Rig rig{text, 30s};  // the status may be half a minute old
  rig.side("wire1", Side::pair, true);
  rig.run(60s);
  rig.side("wire1", Side::own, true), rig.side("wire1", Side::pair, false);
  rig.settle();
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  rig.run(29s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");  // what was read may predate it: no veto
  CHECK_FALSE(rig.ever(contact_failed));
  rig.run(5s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
  CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
}

TEST_CASE("row 18: an outlet's meter that stands still while the supply behind it moves is stuck, and then proves nothing") {
  for (const bool left : {true, false}) {
    const std::string pdu = left ? "pdu-a" : "pdu-b", unit = left ? "unit1" : "unit2";
    Rig rig{two_feeds};
    for (int i = 0; i < 5; ++i) {
      for (const char* each : {"unit1", "unit2"}) rig.unit_watts(each, i % 2 == 0 ? 300 : 600);
      rig.outlet_watts(left ? "pdu-b" : "pdu-a", i % 2 == 0 ? 300 : 600);
      rig.run(40s);
    }
    CHECK(rig.open(sensor_stuck, "device/" + pdu) != "");
    CHECK(rig.open(sensor_stuck, "device/" + (left ? std::string{"pdu-b"} : std::string{"pdu-a"})).empty());
    for (const Verdict verdict : {supply_lost, supply_input_lost, pdu_dark, path_redundancy_lost, telemetry_lost})
      CHECK_FALSE(rig.ever(verdict));
    SECTION("what is lost then is told by others, and the frozen card does not restore it") {
      rig.ac(unit, 0), rig.unit_watts(unit, 0), rig.unit_watts(left ? "unit2" : "unit1", 600);
      rig.run(10s);
      CHECK(rig.open(supply_input_lost, left ? "cab1/psu1" : "cab1/psu2") == "proven");
      CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
    }
    SECTION("it moves again") {
      rig.outlet_watts(pdu, 310);
      rig.run(5s);
      CHECK(rig.open(sensor_stuck, "device/" + pdu).empty());
    }
  }
}

TEST_CASE("row 18: a status unit that is frozen as a whole takes its good input bit with it") {
  Rig rig{two_feeds};
  for (int i = 0; i < 5; ++i) {
    rig.unit_watts("unit2", i % 2 == 0 ? 300 : 600), shift(rig, i % 2 == 0 ? 300 : 600);
    rig.run(40s);
  }
  REQUIRE(rig.open(sensor_stuck, "device/unit1") == "proven");  // against its outlet and against its sibling
  CHECK(rig.open(sensor_stuck, "device/unit2").empty());
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  rig.run(10s);
  CHECK(rig.open(feed_lost, "feed/A") == "probable");  // its "input good" contradicts nothing
  CHECK(rig.open(path_redundancy_lost, "cab1") != "");
}

TEST_CASE("row 18 contrary: a steady load, a standby, a slow card and a single step are not stuck") {
  SECTION("nothing moves") {
    Rig rig{two_feeds};
    rig.run(60min);
    CHECK(rig.said().empty());
  }
  SECTION("one step") {
    Rig rig{two_feeds};
    rig.run(60s);
    for (const char* unit : {"unit1", "unit2"}) rig.unit_watts(unit, 600);
    rig.run(10min);
    CHECK_FALSE(rig.ever(sensor_stuck));
  }
  SECTION("a card that measures once a minute") {
    Rig rig{two_feeds, 60s};
    for (int i = 0; i < 40; ++i) {
      for (const char* unit : {"unit1", "unit2"}) rig.unit_watts(unit, i % 2 == 0 ? 300 : 600);
      if (i % 6 == 0) shift(rig, 300 + i);
      rig.run(10s);
    }
    CHECK_FALSE(rig.ever(sensor_stuck));
  }
  SECTION("a supply that stands by at nothing") {
    Rig rig{two_feeds};
    rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0);
    for (int i = 0; i < 10; ++i) {
      rig.unit_watts("unit2", i % 2 == 0 ? 300 : 600), rig.outlet_watts("pdu-b", i % 2 == 0 ? 300 : 600);
      rig.run(40s);
    }
    CHECK_FALSE(rig.ever(sensor_stuck));
  }
}

TEST_CASE("row 32 mirrored: A lost while B is latched is said anew, and the load with it") {
  Rig rig{mirrored(two_feeds)};
  rig.run(10s);
  rig.silent("pdu-b"), rig.silent("pdu-b2"), rig.ac("unit2", 0), rig.unit_watts("unit2", 0), rig.unit_watts("unit1", 600);
  rig.run(20s);
  REQUIRE(rig.open(supply_input_lost, "cab1/psu2") == "proven");
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.volts("pdu-a", 0);
  rig.run(5s);
  const auto& said = rig.said();
  CHECK(std::count(said.begin(), said.end(), "begun supply_input_lost cab1/psu1 proven") == 1);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
  CHECK(rig.open(load_down, "cab1") == "probable");
  CHECK_FALSE(rig.open(feed_lost, "feed/B").empty());
}

TEST_CASE("row 1: where no outlet is metered, inlets tell what a silent PDU carried and who took it over") {
  const std::string two_loads = sharing("active", pdus_only) +
                                "  cab2: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/4}, psu2: {cord: "
                                "pdu-b/outlet/4}}}\n";
  for (const std::string& text : {sharing("active", pdus_only), two_loads})
    for (const bool mirror : {false, true}) {
      Rig rig{mirror ? mirrored(text) : text, {}, {.without = {Meaning::outlet_current, Meaning::outlet_power}}};
      const std::string gone = mirror ? "pdu-b" : "pdu-a", other = mirror ? "pdu-a" : "pdu-b";
      for (const auto& pdu : {gone, other}) rig.tells(pdu, {{.means = Meaning::inlet_power, .value = 300, .part = "inlet"}});
      rig.run(10s);
      rig.silent(gone), rig.set(other, Meaning::inlet_power, 600);
      rig.run(10s);
      CHECK(rig.open(pdu_dark, gone) == "proven");
      CHECK_FALSE(rig.ever(telemetry_lost));
    }
}

TEST_CASE("row 9: a PDU that meters its inlet alone shows the going of its only cord, and no other's") {
  const bool second = GENERATE(false, true);
  const std::string more = "  cab2: {supplies: {psu1: {cord: pdu-a/outlet/4}, psu2: {cord: pdu-b/outlet/4}}}\n";
  Rig rig{sharing("active", pdus_only) + (second ? more : ""), {}, {.without = {Meaning::outlet_current, Meaning::outlet_power}}};
  for (const char* pdu : {"pdu-a", "pdu-b"})
    rig.tells(pdu, {{.means = Meaning::inlet_power, .value = 300, .part = "inlet"}, {.means = Meaning::phase_current, .value = 1.4}});
  rig.run(10s);
  rig.set("pdu-a", Meaning::inlet_power, 0), rig.set("pdu-a", Meaning::phase_current, 0);
  rig.set("pdu-b", Meaning::inlet_power, 600), rig.set("pdu-b", Meaning::phase_current, 2.8);
  rig.run(10s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == (second ? "" : "proven"));
}

TEST_CASE("row 12: one number of amperes for several lines is not the only cord's: a load that draws a little is not off") {
  const bool several = GENERATE(false, true);
  Rig rig{
      (several ? "system: wye\n" : "") + sharing("active", pdus_only), {}, {.without = {Meaning::outlet_current, Meaning::outlet_power}}};
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.tells(pdu, {{.means = Meaning::inlet_current, .value = 1.4, .part = "inlet"}});
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.set(pdu, Meaning::inlet_current, 0.15);
  rig.run(20s);
  CHECK(rig.ever(load_off) != several);
}

TEST_CASE("row 1: two cords of one load on the silent PDU went together, and the third carries what both carried") {
  const std::string three = with(sharing("active", pdus_only), "psu2: {cord", "psu3: {cord: pdu-a/outlet/4}, ");
  Rig rig{three};
  rig.tells("pdu-a", {{.means = Meaning::outlet_power, .value = 300, .index = "4"}});
  rig.run(10s);
  rig.silent("pdu-a"), rig.outlet_watts("pdu-b", 900);
  rig.run(10s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 1: what the siblings carry is measured anew before a silence is called the card's") {
  Rig rig{pdus_only, 8s};
  rig.run(30s);
  rig.silent("pdu-a");
  rig.run(6s);
  CHECK(rig.said().empty());
  SECTION("taken over") {
    rig.outlet_watts("pdu-b", 600);
    rig.run(20s);
    CHECK_FALSE(rig.open(pdu_dark, "pdu-a").empty());
    CHECK_FALSE(rig.ever(telemetry_lost));
  }
  SECTION("unmoved") {
    rig.run(10s);
    CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
    CHECK_FALSE(rig.ever(pdu_dark));
  }
}

TEST_CASE("a card that starts after a short interruption, which a supply below it saw, is no lost telemetry until it stays away") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a"), rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(500ms);
  rig.ac("unit1", 1), rig.unit_watts("unit1", 300), rig.unit_watts("unit2", 300), rig.outlet_watts("pdu-b", 300);
  rig.run(30s);
  CHECK(rig.idle());
  CHECK_FALSE(rig.ever(telemetry_lost));
  rig.run(60s);
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
}

TEST_CASE("row 32: nobody hears what is left of a load that has lost one side: whether it is down is unknown, and said") {
  for (const bool mirror : {false, true}) {
    Rig rig{mirror ? mirrored(pdus_only) : pdus_only};
    const std::string first = mirror ? "pdu-b" : "pdu-a", second = mirror ? "pdu-a" : "pdu-b";
    rig.run(10s);
    rig.silent(first), rig.outlet_watts(second, 600);
    rig.run(10s);
    REQUIRE(rig.open(pdu_dark, first) == "proven");
    rig.silent(second);
    rig.run(10s);
    CHECK(rig.open(load_down, "cab1") == "unknown");
    rig.back(second);
    rig.run(10s);
    CHECK(rig.open(load_down, "cab1").empty());
    CHECK(rig.open(pdu_dark, first) == "proven");
  }
}

TEST_CASE("a load that drew current before it went down is not up by its PDU's answer alone: something in between may be gone") {
  const double watts = GENERATE(300., 30.);
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  unit1: {url: modbus://192.0.2.4/1}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/4, status: unit1}, psu2: {cord: pdu-b/outlet/4}}}
  srv1: {supplies: {psu1: {cord: pdu-a/outlet/3}}}
)"};
  rig.outlet_watts("pdu-a", watts);
  rig.run(10s);
  rig.silent("pdu-a"), rig.ac("unit1", 0);
  rig.run(10s);
  REQUIRE(rig.open(pdu_dark, "pdu-a") == "probable");
  REQUIRE(rig.open(load_down, "srv1") == "probable");
  rig.back("pdu-a"), rig.ac("unit1", 1), rig.outlet_watts("pdu-a", 0);
  rig.run(30s);
  CHECK(rig.open(pdu_dark, "pdu-a").empty());
  CHECK(rig.open(load_down, "srv1") == (watts > 100 ? "probable" : ""));
  rig.outlet_watts("pdu-a", 300);
  rig.run(5s);
  CHECK(rig.open(load_down, "srv1").empty());
}

TEST_CASE("one number for the lines of an inlet is their mean: a line that is left is no dark PDU") {
  Rig rig{"system: wye\n" + pdus_only};
  rig.run(10s);
  rig.volts("pdu-a", 230 / 3.);
  rig.run(10s);
  CHECK_FALSE(rig.ever(pdu_dark));
  rig.volts("pdu-a", 0);
  rig.run(10s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
}
