#include "tests/unit/collector/detect/meter_rig.hpp"

// The rows of docs/verdicts.md about the electricity itself: lines, neutrals, sags, leaks, frequency, breakers.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

using Said = std::vector<std::string>;

const std::string wye = R"(rack: r
system: wye
feeds: {A: {nominal_volts: 230, rating_amperes: 32}, B: {nominal_volts: 230}}
devices:
  pdu-a:
    url: snmp://192.0.2.1
    feed: A
    banks: {1: {outlets: 1-4, phase: 1, rating_amperes: 16}, 2: {outlets: 5-8, phase: 2, rating_amperes: 16}}
  pdu-a2: {url: snmp://192.0.2.2, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
loads:
  cab1:
    supplies:
      psu1: {cord: pdu-a/outlet/3, input_min_volts: 90, input_max_volts: 264}
      psu2: {cord: pdu-b/outlet/3}
)";

std::vector<MeterRig::Point> three_lines(bool between) {
  std::vector<MeterRig::Point> out;
  for (const char* line : {"1", "2", "3"}) out.push_back({Meaning::input_voltage, line, 230});
  if (between)
    for (const char* pair : {"L1-L2", "L2-L3", "L3-L1"}) out.push_back({Meaning::line_voltage, pair, 398});
  return out;
}

MeterRig wye_rig(bool between = true) {
  return {wye, {{"pdu-a", three_lines(between)}, {"pdu-a2", three_lines(between)}, {"pdu-b", three_lines(between)}}};
}

void lose_line_1(MeterRig& rig, const std::string& pdu, double left = 60) {
  rig.set(pdu, Meaning::input_voltage, "1", left);
  rig.set(pdu, Meaning::line_voltage, "L1-L2", 215), rig.set(pdu, Meaning::line_voltage, "L3-L1", 215);
}

void restore_line_1(MeterRig& rig, const std::string& pdu) {
  rig.set(pdu, Meaning::input_voltage, "1", 230);
  rig.set(pdu, Meaning::line_voltage, "L1-L2", 398), rig.set(pdu, Meaning::line_voltage, "L3-L1", 398);
}

}  // namespace

TEST_CASE("row 22: one line at what comes back from the others is a lost phase, of its PDU, and of the feed where all on it see it") {
  auto rig = wye_rig();
  rig.run(10s);
  lose_line_1(rig, "pdu-a");
  SECTION("one of two PDUs") {
    rig.run(5s);
    CHECK(rig.said() == Said{"begun phase_lost pdu-a/phase/1 proven", "begun path_redundancy_lost cab1 proven"});
    CHECK_THAT(rig.why(phase_lost), ContainsSubstring("phase L1 is gone; on it: cab1/psu1"));
    restore_line_1(rig, "pdu-a");
    rig.run(5s);
    CHECK(rig.idle());
  }
  SECTION("both") {
    lose_line_1(rig, "pdu-a2");
    rig.run(5s);
    CHECK(rig.open(phase_lost, "feed/A") == "proven");
    restore_line_1(rig, "pdu-a"), restore_line_1(rig, "pdu-a2");
    rig.run(10s);
    CHECK(rig.idle());
  }
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(sag));
}

TEST_CASE("row 22: a card that dies with the line is a second witness: the phase is the feed's, and the silence follows from it") {
  auto rig = wye_rig();
  rig.run(10s);
  lose_line_1(rig, "pdu-a"), rig.silent("pdu-a2");
  rig.run(30s);
  CHECK(rig.open(phase_lost, "feed/A") == "proven");
  CHECK_THAT(rig.why(phase_lost), ContainsSubstring("silent since then: its card lives from that line"));
  for (const Verdict verdict : {telemetry_lost, feed_lost, pdu_dark, sag}) CHECK_FALSE(rig.ever(verdict));
  restore_line_1(rig, "pdu-a");
  rig.run(30s);
  CHECK(rig.open(phase_lost, "feed/A") == "proven");
  CHECK_FALSE(rig.ever(telemetry_lost));
  SECTION("the card has started") {
    rig.back("pdu-a2");
    rig.run(5s);
    CHECK(rig.idle());
    CHECK_FALSE(rig.ever(telemetry_lost));
  }
  SECTION("the card never starts: the line is back, and the card is missed") {
    rig.run(60s);
    CHECK(rig.open(phase_lost, "feed/A").empty());
    CHECK(rig.open(telemetry_lost, "device/pdu-a2") == "proven");
  }
}

TEST_CASE("row 22: where the going of a line is known to no moment, a card that fell silent meanwhile is a witness, and no proof") {
  MeterRig rig{wye, {{"pdu-a", three_lines(true), 20s}, {"pdu-a2", three_lines(true)}, {"pdu-b", three_lines(true)}}};
  rig.run(30s);
  rig.silent("pdu-a2");
  rig.run(500ms);
  lose_line_1(rig, "pdu-a");
  rig.run(30s);
  CHECK(rig.open(phase_lost, "feed/A") == "probable");
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 22: a card that was silent before, or on another path, is no witness, nor is any against a PDU whose line is good") {
  SECTION("silent before") {
    auto rig = wye_rig();
    rig.run(10s);
    rig.silent("pdu-a2");
    rig.run(15s);
    lose_line_1(rig, "pdu-a");
    rig.run(10s);
    CHECK(rig.open(phase_lost, "feed/A").empty());
    CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
    CHECK(rig.open(telemetry_lost, "device/pdu-a2") == "proven");
  }
  SECTION("silent together with who sees the line gone once it answers again") {
    auto rig = wye_rig();
    rig.run(10s);
    rig.silent("pdu-a"), rig.silent("pdu-a2");
    rig.run(15s);
    rig.back("pdu-a"), lose_line_1(rig, "pdu-a");
    rig.run(10s);
    CHECK(rig.open(phase_lost, "feed/A").empty());
    CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
  }
  SECTION("on another path") {
    auto text = wye;
    text.insert(text.find("192.0.2.2") + 9, ", via: switch/sw2");
    MeterRig rig{text, {{"pdu-a", three_lines(true)}, {"pdu-a2", three_lines(true)}, {"pdu-b", three_lines(true)}}};
    rig.run(10s);
    lose_line_1(rig, "pdu-a"), rig.silent("pdu-a2");
    rig.run(20s);
    CHECK(rig.open(phase_lost, "feed/A").empty());
    CHECK(rig.ever(telemetry_lost));
  }
  SECTION("another PDU of the feed has its line") {
    auto text = wye;
    text.insert(text.find("  pdu-b:"), "  pdu-a3: {url: snmp://192.0.2.4, feed: A}\n");
    MeterRig rig{
        text, {{"pdu-a", three_lines(true)}, {"pdu-a2", three_lines(true)}, {"pdu-a3", three_lines(true)}, {"pdu-b", three_lines(true)}}};
    rig.run(10s);
    lose_line_1(rig, "pdu-a"), rig.silent("pdu-a2");
    rig.run(20s);
    CHECK(rig.open(phase_lost, "feed/A").empty());
    CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
    CHECK(rig.open(telemetry_lost, "device/pdu-a2") == "proven");
  }
}

namespace {

// srv1 hangs on L1 of A alone, srv2 on L2; cab1 on L1 of both feeds.
const std::string on_lines = R"(rack: r
system: wye
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a:
    url: snmp://192.0.2.1
    feed: A
    banks: {1: {outlets: 1-4, phase: 1}, 2: {outlets: 5-8, phase: 2}}
  pdu-b: {url: snmp://192.0.2.3, feed: B, banks: {1: {outlets: 1-4, phase: 1}}}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
  srv1: {supplies: {psu1: {cord: pdu-a/outlet/1}}}
  srv2: {supplies: {psu1: {cord: pdu-a/outlet/5}}}
)";

MeterRig rig_of_lines() {
  auto points = three_lines(false);
  for (const char* outlet : {"1", "3", "5"}) {
    points.push_back({Meaning::outlet_voltage, outlet, 230});
    points.push_back({Meaning::outlet_current, outlet, 2});
  }
  return {on_lines, {{"pdu-a", points}, {"pdu-b", points}}};
}

void lose_outlet(MeterRig& rig, const std::string& outlet, double left) {
  rig.set("pdu-a", Meaning::outlet_voltage, outlet, left), rig.set("pdu-a", Meaning::outlet_current, outlet, 0);
}

}  // namespace

TEST_CASE("row 22: what hangs on the lost line is without power, its bank has not tripped, and what hangs on another is untouched") {
  auto rig = rig_of_lines();
  rig.run(10s);
  rig.set("pdu-a", Meaning::input_voltage, "1", 40);
  lose_outlet(rig, "1", 40), lose_outlet(rig, "3", 40);
  rig.set("pdu-b", Meaning::outlet_current, "3", 4);
  rig.run(10s);
  CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
  CHECK(rig.open(load_down, "srv1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK(rig.open(load_down, "srv2").empty());
  CHECK(rig.open(load_down, "cab1").empty());
  for (const Verdict verdict : {bank_tripped, supply_lost, pdu_dark, feed_lost}) CHECK_FALSE(rig.ever(verdict));
  rig.set("pdu-a", Meaning::input_voltage, "1", 230);
  for (const char* outlet : {"1", "3"})
    rig.set("pdu-a", Meaning::outlet_voltage, outlet, 230), rig.set("pdu-a", Meaning::outlet_current, outlet, 2);
  rig.set("pdu-b", Meaning::outlet_current, "3", 2);
  rig.run(10s);
  CHECK(rig.idle());
}

TEST_CASE("row 22: a supply that goes on drawing hangs on another line than the file says") {
  auto rig = rig_of_lines();
  rig.run(10s);
  rig.set("pdu-a", Meaning::input_voltage, "1", 40);
  lose_outlet(rig, "3", 40);
  rig.run(10s);
  CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
  CHECK_FALSE(rig.ever(load_down));
}

TEST_CASE("row 31: outlets without voltage are a tripped bank only once the inlet was measured after they fell") {
  auto rig = rig_of_lines();
  rig.run(10s);
  lose_outlet(rig, "1", 0), lose_outlet(rig, "3", 0);
  rig.run(3s);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/1") == "proven");
  CHECK(rig.open(load_down, "srv1") == "proven");
  CHECK_FALSE(rig.ever(phase_lost));
}

TEST_CASE("row 22: a line that its own meter calls dead while nothing between the lines changed is no lost phase") {
  auto rig = wye_rig();
  rig.run(10s);
  rig.set("pdu-a", Meaning::input_voltage, "1", 0);
  rig.run(10s);
  CHECK_FALSE(rig.ever(phase_lost));
}

TEST_CASE("row 22: a lost phase ends where the rows of its lines were gone as it came back") {
  MeterRig rig{wye, {{"pdu-a", three_lines(true), 20s}, {"pdu-a2", three_lines(true)}, {"pdu-b", three_lines(true)}}};
  rig.run(10s);
  lose_line_1(rig, "pdu-a");
  rig.run(10s);
  REQUIRE(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
  restore_line_1(rig, "pdu-a");
  rig.run(1s);
  rig.absent(Meaning::input_voltage, true);
  rig.run(10s);
  CHECK(rig.open(phase_lost, "pdu-a/phase/1") == "proven");
  rig.absent(Meaning::input_voltage, false);
  rig.run(30s);
  CHECK(rig.idle());
}

TEST_CASE("row 22: a line that never had a voltage is not wired, not lost") {
  auto rig = MeterRig{
      wye, {{"pdu-b", {{Meaning::input_voltage, "1", 230}, {Meaning::input_voltage, "2", 230}, {Meaning::input_voltage, "3", 0}}}}};
  rig.run(60s);
  CHECK(rig.said().empty());
}

TEST_CASE("row 22: in a delta both voltages that touch the dead line fall to half") {
  auto text = wye;
  text.replace(text.find("wye"), 3, "delta");
  for (const auto* phase : {", phase: 1", ", phase: 2"}) text.erase(text.find(phase), 10);
  MeterRig rig{text, {{"pdu-b", three_lines(false)}}};
  rig.run(10s);
  rig.set("pdu-b", Meaning::input_voltage, "1", 115), rig.set("pdu-b", Meaning::input_voltage, "3", 115);
  rig.run(5s);
  CHECK(rig.said() == Said{"begun phase_lost pdu-b/phase/1 proven"});
}

TEST_CASE("row 23: one line high and another low with nothing wrong between them is a lost neutral, not a sag and a swell") {
  for (const bool between : {true, false}) {
    auto rig = wye_rig(between);
    rig.run(10s);
    rig.set("pdu-b", Meaning::input_voltage, "1", 275), rig.set("pdu-b", Meaning::input_voltage, "2", 180);
    rig.run(5s);
    CHECK(rig.said() == Said{std::string{"begun neutral_lost pdu-b "} + (between ? "proven" : "probable")});
    rig.set("pdu-b", Meaning::input_voltage, "1", 230), rig.set("pdu-b", Meaning::input_voltage, "2", 230);
    rig.run(5s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 21: a voltage below 90 % is a sag of the feed where every PDU on it measured it, and tells who is at risk") {
  auto rig = wye_rig();
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2"})
    for (const char* line : {"1", "2", "3"}) rig.set(pdu, Meaning::input_voltage, line, 161);
  rig.run(2s);
  CHECK(rig.said() == Said{"begun sag feed/A proven"});
  CHECK_THAT(rig.why(sag),
             ContainsSubstring("at 70 % of nominal; amperes of what stays up rise by 43 %; within the input range of cab1/psu1"));
  for (const char* pdu : {"pdu-a", "pdu-a2"})
    for (const char* line : {"1", "2", "3"}) rig.set(pdu, Meaning::input_voltage, line, 230);
  rig.run(10s);
  CHECK(rig.idle());
  CHECK_THAT(rig.why(sag), ContainsSubstring("below 90 % for between 1.5 and 2.5 s, to 70 % or less"));
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(supply_input_lost));
}

TEST_CASE("row 21: what only one of two PDUs measures is its own") {
  auto rig = wye_rig();
  rig.run(10s);
  for (const char* line : {"1", "2", "3"}) rig.set("pdu-a2", Meaning::input_voltage, line, 190);
  rig.run(2s);
  CHECK(rig.said() == Said{"begun sag pdu-a2 proven"});
}

TEST_CASE("the line's own coming and going is no sag and no swell") {
  auto rig = wye_rig();
  rig.run(5s);
  for (const double volts : {218., 240., 208., 252., 230.}) {
    for (const char* line : {"1", "2", "3"}) rig.set("pdu-b", Meaning::input_voltage, line, volts);
    rig.run(5s);
  }
  CHECK(rig.said().empty());
}

TEST_CASE("voltage that returns far too high is a hazard for what it meets") {
  auto rig = wye_rig();
  rig.run(5s);
  for (const char* line : {"1", "2", "3"}) rig.set("pdu-b", Meaning::input_voltage, line, 0);
  rig.run(5s);
  for (const char* line : {"1", "2", "3"}) rig.set("pdu-b", Meaning::input_voltage, line, 262);
  rig.run(3s);
  CHECK(rig.ever(restore_hazard));
  CHECK(rig.open(swell, "feed/B") == "proven");
}

TEST_CASE("row 25: a frequency that leaves the grid's and stays away is probably a generator, behind a UPS nothing is claimed") {
  const bool behind_ups = GENERATE(false, true);
  std::string text = wye;
  if (behind_ups) text.replace(text.find("B: {nominal_volts: 230}"), 23, "B: {nominal_volts: 230, upstream: {ups: u1}}");
  MeterRig rig{text, {{"pdu-b", {{Meaning::input_voltage, "", 230}, {Meaning::frequency, "", 50.01}}}}};
  rig.run(60s);
  rig.set("pdu-b", Meaning::frequency, "", 50.4);
  rig.run(15s);
  CHECK_FALSE(rig.ever(on_generator));
  rig.run(15s);
  CHECK(rig.open(on_generator, "feed/B") == (behind_ups ? "" : "probable"));
  rig.set("pdu-b", Meaning::frequency, "", 49.99);
  rig.run(40s);
  CHECK(rig.idle());
}

TEST_CASE("row 25: a grid that slides is no generator") {
  MeterRig rig{wye, {{"pdu-b", {{Meaning::input_voltage, "", 230}, {Meaning::frequency, "", 50}}}}};
  for (int i = 0; i <= 60; ++i) {
    rig.set("pdu-b", Meaning::frequency, "", 50 + 0.05 * std::sin(i / 5.));
    rig.run(5s);
  }
  CHECK(rig.said().empty());
}

TEST_CASE("an overloaded breaker is told with the range in which it may trip, and only when it lasts") {
  MeterRig rig{wye, {{"pdu-a", {{Meaning::input_voltage, "", 230}, {Meaning::bank_current, "1", 12}, {Meaning::bank_current, "2", 12}}}}};
  rig.run(10s);
  rig.set("pdu-a", Meaning::bank_current, "2", 24);
  rig.run(500ms);
  CHECK_FALSE(rig.ever(overload));
  rig.run(1s);
  CHECK(rig.open(overload, "pdu-a/bank/2") == "proven");
  CHECK_THAT(rig.why(overload), ContainsSubstring("150 % of 16 A, may trip"));
  rig.set("pdu-a", Meaning::bank_current, "2", 15);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 24: a leak that climbed before the branch went, with nothing overloaded, was its residual-current device") {
  const bool climbs = GENERATE(true, false);
  MeterRig rig{wye,
               {{"pdu-a2", {{Meaning::input_voltage, "", 230}, {Meaning::residual_current, "", 0.002}}},
                {"pdu-b", {{Meaning::input_voltage, "", 230}}}}};
  rig.run(30s);
  if (climbs) rig.set("pdu-a2", Meaning::residual_current, "", 0.024), rig.run(20s);
  rig.set("pdu-a2", Meaning::input_voltage, "", 0);
  rig.run(5s);
  CHECK(rig.open(pdu_dark, "pdu-a2") == "proven");
  CHECK(rig.open(residual_current_trip, "pdu-a2") == (climbs ? "probable" : ""));
  CHECK_FALSE(rig.ever(overload));
  CHECK_FALSE(rig.ever(feed_lost));
}
