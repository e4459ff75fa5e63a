#include <algorithm>

#include "tests/unit/collector/detect/meter_rig.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// The rows of docs/verdicts.md about what stands before the feeds and what stores energy.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

using Said = std::vector<std::string>;

const std::string upstream = R"(rack: r
feeds: {A: {nominal_volts: 230, upstream: {ups: u1}}, B: {nominal_volts: 230}}
ups: {u1: {status: u1-card}}
ats: {t1: {status: t1-card, carries: pdu-c, alternate: B}}
devices:
  u1-card: {url: snmp://192.0.2.7}
  t1-card: {url: snmp://192.0.2.8}
  pdu-c: {url: snmp://192.0.2.9, feed: A}
)";

MeterRig ups_rig() {
  return {upstream,
          {{"u1-card",
            {{Meaning::ups_on_battery, "", 0},
             {Meaning::input_voltage, "", 230},
             {Meaning::ups_bypass, "", 0},
             {Meaning::ups_eco, "", 0},
             {Meaning::battery_test, "", 0},
             {Meaning::battery_ok, "", 1}}}}};
}

}  // namespace

TEST_CASE("row 26: past the inverter without eco mode nothing is stored behind the load, in eco mode it is normal") {
  auto rig = ups_rig();
  rig.run(10s);
  const bool eco = GENERATE(false, true);
  if (eco) rig.set("u1-card", Meaning::ups_eco, "", 1);
  rig.set("u1-card", Meaning::ups_bypass, "", 1);
  rig.run(5s);
  CHECK(rig.open(ups_bypass, "ups/u1") == (eco ? "" : "proven"));
  CHECK(rig.open(stored_energy_unavailable, "ups/u1") == (eco ? "" : "proven"));
  rig.set("u1-card", Meaning::ups_bypass, "", 0);
  rig.run(5s);
  CHECK(rig.idle());
  CHECK_FALSE(rig.ever(ups_on_battery));
}

TEST_CASE("row 26: on battery with a good input is a test of the battery, with a bad one it is none") {
  auto rig = ups_rig();
  rig.run(10s);
  SECTION("it says that it tests") {
    rig.set("u1-card", Meaning::ups_on_battery, "", 1), rig.set("u1-card", Meaning::battery_test, "", 1);
    rig.run(5s);
    CHECK(rig.said() == Said{"begun battery_test ups/u1 proven"});
    rig.set("u1-card", Meaning::ups_on_battery, "", 0), rig.set("u1-card", Meaning::battery_test, "", 0);
    rig.run(5s);
    CHECK(rig.idle());
  }
  SECTION("its input is measured good since") {
    rig.set("u1-card", Meaning::ups_on_battery, "", 1);
    rig.run(10s);
    CHECK(rig.open(battery_test, "ups/u1") == "probable");
    CHECK(rig.open(ups_on_battery, "ups/u1").empty());
  }
  SECTION("its input is gone") {
    rig.set("u1-card", Meaning::ups_on_battery, "", 1), rig.set("u1-card", Meaning::input_voltage, "", 0);
    rig.run(10s);
    CHECK(rig.said() == Said{"begun ups_on_battery ups/u1 proven"});
  }
}

TEST_CASE("a battery that is missing, faulty or flat stands behind nothing") {
  auto rig = ups_rig();
  rig.run(10s);
  rig.set("u1-card", Meaning::battery_ok, "", 0);
  rig.run(5s);
  CHECK(rig.said() == Said{"begun stored_energy_unavailable ups/u1 proven"});
  rig.set("u1-card", Meaning::battery_ok, "", 1);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("a PDU that falls silent behind a transfer switch without output is dark") {
  MeterRig rig{upstream,
               {{"t1-card", {{Meaning::source_ok, "1", 1}, {Meaning::source_ok, "2", 1}, {Meaning::outlet_voltage, "1", 230}}},
                {"pdu-c", {{Meaning::input_voltage, "", 230}}}}};
  rig.run(10s);
  const bool silent = GENERATE(false, true);
  if (!silent) rig.set("t1-card", Meaning::outlet_voltage, "1", 0);
  rig.silent("pdu-c");
  if (silent) rig.run(20s);
  CHECK(rig.open(pdu_dark, "pdu-c").empty());
  rig.run(10s);
  CHECK(rig.open(pdu_dark, "pdu-c") == (silent ? "" : "proven"));
  CHECK(rig.ever(telemetry_lost) == silent);
}

TEST_CASE("row 27: one source bad behind a switch whose output is good is a lost path, both bad says nothing of paths") {
  MeterRig rig{upstream, {{"t1-card", {{Meaning::source_ok, "1", 1}, {Meaning::source_ok, "2", 1}, {Meaning::selected_source, "", 1}}}}};
  rig.run(10s);
  SECTION("the alternate") {
    rig.set("t1-card", Meaning::source_ok, "2", 0);
    rig.run(5s);
    CHECK(rig.said() == Said{"begun path_redundancy_lost ats/t1 proven"});
    rig.set("t1-card", Meaning::source_ok, "2", 1);
    rig.run(5s);
    CHECK(rig.idle());
  }
  SECTION("the preferred one, and a transfer that was seen") {
    rig.set("t1-card", Meaning::source_ok, "1", 0), rig.set("t1-card", Meaning::selected_source, "", 2);
    rig.run(5s);
    CHECK(rig.ever(transferred));
    CHECK(rig.open(path_redundancy_lost, "ats/t1") == "proven");
  }
  SECTION("both") {
    rig.set("t1-card", Meaning::source_ok, "1", 0), rig.set("t1-card", Meaning::source_ok, "2", 0);
    rig.run(5s);
    CHECK_FALSE(rig.ever(path_redundancy_lost));
  }
  CHECK_FALSE(rig.ever(supply_lost));
}

TEST_CASE("row 28: all inputs of a shelf gone and its batteries giving is a rack on battery, with the countdown of the weakest") {
  const std::string shelf = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
  bbu1: {url: modbus://192.0.2.4/3}
  bbu2: {url: modbus://192.0.2.4/4}
loads:
  shelf:
    sharing: active
    batteries: {bbu1: {status: bbu1}, bbu2: {status: bbu2}}
    supplies: {psu1: {status: unit1}, psu2: {status: unit2}}
)";
  const std::vector<MeterRig::Point> unit{{Meaning::supply_input_ok, "", 1}, {Meaning::supply_output_ok, "", 1}};
  const std::vector<MeterRig::Point> battery{{Meaning::battery_carries, "", 0}, {Meaning::battery_runtime, "", 240}};
  MeterRig rig{shelf, {{"unit1", unit}, {"unit2", unit}, {"bbu1", battery}, {"bbu2", battery}}};
  rig.run(10s);
  for (const char* bbu : {"bbu1", "bbu2"}) rig.set(bbu, Meaning::battery_carries, "", 1);
  SECTION("with the inputs gone") {
    rig.set("bbu1", Meaning::battery_runtime, "", 180);
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_input_ok, "", 0);
    rig.run(5s);
    CHECK(rig.open(rack_on_battery, "shelf") == "proven");
    CHECK_THAT(rig.why(rack_on_battery), ContainsSubstring("the weakest battery has 180 s left"));
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_output_ok, "", 0);
    rig.run(5s);
    CHECK_FALSE(rig.ever(load_down));
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_input_ok, "", 1);
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_output_ok, "", 1);
    for (const char* bbu : {"bbu1", "bbu2"}) rig.set(bbu, Meaning::battery_carries, "", 0);
    rig.run(10s);
    CHECK(rig.idle());
  }
  SECTION("with the inputs gone until the batteries are empty") {
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_input_ok, "", 0);
    for (const char* psu : {"unit1", "unit2"}) rig.set(psu, Meaning::supply_output_ok, "", 0);
    rig.run(5s);
    CHECK_FALSE(rig.ever(load_down));
    for (const char* bbu : {"bbu1", "bbu2"}) rig.set(bbu, Meaning::battery_carries, "", 0);
    rig.run(5s);
    CHECK(rig.open(load_down, "shelf") == "proven");
  }
  SECTION("with the inputs good it is a test, or a shaved peak") {
    rig.run(5s);
    CHECK(rig.open(battery_test, "shelf/bbu1") == "probable");
    CHECK_FALSE(rig.ever(rack_on_battery));
  }
}

TEST_CASE("row 30: a plant that leaves its float voltage lives on its battery, volts without amperes are a blown fuse") {
  const std::string plant = R"(rack: r
system: dc
feeds: {A: {nominal_volts: -48}, B: {nominal_volts: -48}}
devices:
  dist-a: {url: snmp://192.0.2.1, feed: A}
  dist-b: {url: snmp://192.0.2.2, feed: B}
)";
  const std::vector<MeterRig::Point> inlet{{Meaning::input_voltage, "", -54}, {Meaning::inlet_current, "", 20}};
  MeterRig rig{plant, {{"dist-a", inlet}, {"dist-b", inlet}}};
  rig.run(10s);
  SECTION("slowly, under load") {
    for (double volts = -53.8; volts <= -50; volts += 0.1) rig.set("dist-a", Meaning::input_voltage, "", volts), rig.run(1s);
    rig.set("dist-a", Meaning::input_voltage, "", -50);
    rig.run(5s);
    CHECK(rig.said() == Said{"begun dc_plant_on_battery feed/A proven"});
    rig.set("dist-a", Meaning::input_voltage, "", -54);
    rig.run(5s);
    CHECK(rig.idle());
  }
  SECTION("a fuse") {
    rig.set("dist-a", Meaning::input_voltage, "", -38), rig.set("dist-a", Meaning::inlet_current, "", 0);
    rig.run(5s);
    CHECK(rig.open(fuse_blown, "dist-a") == "proven");
    CHECK_FALSE(rig.ever(sag));
    CHECK_FALSE(rig.ever(dc_plant_on_battery));
  }
}

namespace {

const std::string plant_with_loads = R"(rack: r
system: dc
feeds: {A: {nominal_volts: -48, upstream: {ups: p1}}, B: {nominal_volts: -48}}
ups: {p1: {status: rectifiers}}
devices:
  dist-a: {url: snmp://192.0.2.1, feed: A}
  dist-b: {url: snmp://192.0.2.2, feed: B}
  rectifiers: {url: snmp://192.0.2.3}
loads:
  core1: {sharing: active, supplies: {psu1: {cord: dist-a/outlet/1}, psu2: {cord: dist-b/outlet/1}}}
)";

MeterRig plant_rig() {
  const std::vector<MeterRig::Point> distribution{{Meaning::input_voltage, "", -54},   {Meaning::inlet_current, "", 20},
                                                  {Meaning::outlet_voltage, "1", -54}, {Meaning::outlet_current, "1", 9},
                                                  {Meaning::outlet_voltage, "2", -54}, {Meaning::outlet_current, "2", 0},
                                                  {Meaning::outlet_state, "1", 1}};
  return {plant_with_loads, {{"dist-a", distribution}, {"dist-b", distribution}, {"rectifiers", {{Meaning::ups_on_battery, "", 0}}}}};
}

}  // namespace

TEST_CASE("row 30: tens of volts without current behind a good bus are the fuse of that outlet, and no lost supply") {
  auto rig = plant_rig();
  rig.run(10s);
  rig.set("dist-a", Meaning::outlet_voltage, "1", -38), rig.set("dist-a", Meaning::outlet_current, "1", 0);
  rig.set("dist-b", Meaning::outlet_current, "1", 18);
  rig.run(5s);
  CHECK(rig.open(fuse_blown, "dist-a/outlet/1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "core1") == "proven");
  for (const auto verdict : {supply_lost, sag, pdu_dark, feed_lost, load_down, dc_plant_on_battery}) CHECK_FALSE(rig.ever(verdict));
  rig.set("dist-a", Meaning::outlet_voltage, "1", -54), rig.set("dist-a", Meaning::outlet_current, "1", 9);
  rig.set("dist-b", Meaning::outlet_current, "1", 9);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 30: an outlet that sinks with its bus, or still carries, has its fuse") {
  auto rig = plant_rig();
  rig.run(10s);
  SECTION("the bus") {
    rig.set("dist-a", Meaning::input_voltage, "", -33);
    rig.set("dist-a", Meaning::outlet_current, "1", 0);
  }
  SECTION("it carries") {}
  rig.set("dist-a", Meaning::outlet_voltage, "1", -33);
  rig.run(5s);
  CHECK_FALSE(rig.ever(fuse_blown));
}

TEST_CASE("row 30: a plant that the site file names is what is on battery, in one incident with its own word") {
  auto rig = plant_rig();
  rig.run(10s);
  rig.set("dist-a", Meaning::input_voltage, "", -50), rig.set("rectifiers", Meaning::ups_on_battery, "", 1);
  rig.run(5s);
  CHECK(rig.open(dc_plant_on_battery, "ups/p1") == "proven");
  CHECK(rig.open(ups_on_battery, "ups/p1") == "proven");
}

namespace {

const std::string two_ups = R"(rack: r
feeds: {A: {nominal_volts: 230, upstream: {ups: u1}}, B: {nominal_volts: 230, upstream: {ups: u2}}}
ups: {u1: {status: u1-card}, u2: {status: u2-card}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
  u1-card: {url: snmp://192.0.2.3}
  u2-card: {url: snmp://192.0.2.4}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}
)";

MeterRig two_ups_rig() {
  const std::vector<MeterRig::Point> ups{{Meaning::outlet_voltage, "1", 230}, {Meaning::ups_on_battery, "", 0}};
  const std::vector<MeterRig::Point> pdu{{Meaning::input_voltage, "", 230}, {Meaning::outlet_current, "1", 2}};
  return {two_ups, {{"pdu-a", pdu}, {"pdu-b", pdu}, {"u1-card", ups}, {"u2-card", ups}}};
}

void cut(MeterRig& rig, const std::string& card, const std::string& pdu) {
  rig.set(card, Meaning::outlet_voltage, "1", 0), rig.silent(pdu);
}

void bring_back(MeterRig& rig, const std::string& card, const std::string& pdu) {
  rig.set(card, Meaning::outlet_voltage, "1", 230), rig.back(pdu);
}

}  // namespace

TEST_CASE("a UPS that gives nothing, and a silence behind it, are a lost feed, both of them take the load") {
  auto rig = two_ups_rig();
  rig.run(10s);
  cut(rig, "u1-card", "pdu-a");
  rig.run(5s);
  CHECK(rig.open(feed_lost, "feed/A") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK_FALSE(rig.ever(load_down));
  cut(rig, "u2-card", "pdu-b");
  rig.run(5s);
  CHECK(!rig.open(load_down, "cab1").empty());
  CHECK_FALSE(rig.ever(telemetry_lost));
  SECTION("what returns at once is a hazard") {
    bring_back(rig, "u1-card", "pdu-a"), bring_back(rig, "u2-card", "pdu-b");
    rig.run(10s);
    CHECK(std::ranges::count(rig.said(), "past restore_hazard cab1 proven") == 1);
  }
  SECTION("one side after the other is none") {
    bring_back(rig, "u1-card", "pdu-a");
    rig.run(10s);
    bring_back(rig, "u2-card", "pdu-b");
    rig.run(10s);
    CHECK_FALSE(rig.ever(restore_hazard));
  }
  CHECK(rig.idle());
}

TEST_CASE("a UPS whose output is bypassed outside of it takes nothing from a feed whose PDU answers") {
  auto rig = two_ups_rig();
  rig.run(10s);
  rig.set("u1-card", Meaning::outlet_voltage, "1", 0);
  rig.run(30s);
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(path_redundancy_lost));
}

TEST_CASE("a PDU's silence below a UPS that gives is its card's") {
  auto rig = two_ups_rig();
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(15s);
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
}

TEST_CASE(
    "what hangs behind a transfer switch alone is down with the last of its feeds, and unknown where nobody hears it after the first") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}, C: {nominal_volts: 230}}
ats: {t1: {carries: pdu-c, alternate: B}}
devices:
  pdu-a1: {url: snmp://192.0.2.1, feed: A, via: switch/sw1}
  pdu-a2: {url: snmp://192.0.2.2, feed: A, via: switch/sw1}
  pdu-b1: {url: snmp://192.0.2.3, feed: B, via: switch/sw1}
  pdu-b2: {url: snmp://192.0.2.4, feed: B, via: switch/sw1}
  pdu-c: {url: snmp://192.0.2.5, feed: A, via: switch/sw1}
  pdu-x: {url: snmp://192.0.2.6, feed: C, via: switch/sw1}
loads:
  core1: {supplies: {psu1: {cord: pdu-c/outlet/3}}}
)"};
  rig.run(10s);
  rig.silent("pdu-a1"), rig.silent("pdu-a2");
  rig.run(10s);
  CHECK(rig.open(feed_lost, "feed/A") == "probable");
  CHECK_FALSE(rig.ever(load_down));  // B carries it
  SECTION("B goes, too") {
    for (const char* pdu : {"pdu-b1", "pdu-b2", "pdu-c"}) rig.silent(pdu);
    rig.run(10s);
    CHECK(rig.open(feed_lost, "feed/B") == "probable");
    CHECK(rig.open(load_down, "core1") == "probable");
    CHECK_FALSE(rig.ever(telemetry_lost));
    for (const char* pdu : {"pdu-b1", "pdu-b2", "pdu-c"}) rig.back(pdu);
    rig.run(10s);
    CHECK(rig.open(load_down, "core1").empty());
  }
  SECTION("its PDU falls silent") {
    rig.silent("pdu-c");
    rig.run(10s);
    CHECK(rig.open(telemetry_lost, "device/pdu-c") == "proven");
    CHECK(rig.open(load_down, "core1") == "unknown");
  }
}

TEST_CASE("a feed is not called lost by the silence of a switch: what may live from it through a transfer switch tells of no path") {
  const auto [hangs, strength] = GENERATE(std::pair{"", ""}, std::pair{"switches: {sw2: {cords: [pdu-b2/outlet/8]}}\n", "probable"});
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
ats: {t1: {carries: pdu-c, alternate: B}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, via: switch/sw1}
  pdu-b1: {url: snmp://192.0.2.3, feed: B, via: switch/sw1}
  pdu-b2: {url: snmp://192.0.2.4, feed: B, via: switch/sw2}
  pdu-c: {url: snmp://192.0.2.5, feed: A, via: switch/sw2}
loads:
  core1: {supplies: {psu1: {cord: pdu-c/outlet/3}}}
)" + std::string{hangs}};
  rig.run(10s);
  for (const char* pdu : {"pdu-b1", "pdu-b2", "pdu-c"}) rig.silent(pdu);
  rig.run(20s);
  CHECK(rig.open(feed_lost, "feed/B") == strength);
}
