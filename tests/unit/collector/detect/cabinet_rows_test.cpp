#include "tests/unit/collector/detect/rig.hpp"

// Rows 29 and 31 of docs/verdicts.md, and its second axis: what a lost module or breaker means for what stands behind it.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

const std::string cabinet = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, via: switch/sw1}
  pdu-b: {url: snmp://192.0.2.3, feed: B, via: switch/sw1}
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
  array: {url: snmp://192.0.2.5}
loads:
  cab1:
    needs_watts: 800
    sharing: active
    cooling: with_supply
    shutdown_after: 5min
    status: array
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: unit1, rated_watts: {115: 700, 230: 1000}}
      psu2: {cord: pdu-b/outlet/3, status: unit2, rated_watts: {115: 700, 230: 1000}}
)";

struct Cabinet : Rig {
  Cabinet() : Rig{cabinet} {
    for (const char* unit : {"unit1", "unit2"})
      tells(unit, {{.means = Meaning::supply_present, .value = 1}, {.means = Meaning::fan_speed, .value = 9000}});
    tells("array", {{.means = Meaning::cache_write_back, .value = 1}, {.means = Meaning::unsaved_data, .value = 0}});
    run(10s);
  }
  void pull() {
    set("unit1", Meaning::supply_present, 0), set("unit1", Meaning::fan_speed, 0), ac("unit1", 0), output("unit1", 0);
    unit_watts("unit1", 0), outlet_watts("pdu-a", 0), unit_watts("unit2", 600), outlet_watts("pdu-b", 600);
  }
  void put_back() {
    set("unit1", Meaning::supply_present, 1), set("unit1", Meaning::fan_speed, 9000), ac("unit1", 1), output("unit1", 1);
    unit_watts("unit1", 300), outlet_watts("pdu-a", 300), unit_watts("unit2", 300), outlet_watts("pdu-b", 300);
  }
};

// Three single-corded servers on bank 2, one on bank 1; cab1 has its other cord on B.
const std::string banks = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a:
    url: snmp://192.0.2.1
    feed: A
    banks: {1: {rating_amperes: 16, outlets: 1-8}, 2: {rating_amperes: 16, outlets: 9-16}}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  unit1: {url: modbus://192.0.2.4/1}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/9}, psu2: {cord: pdu-b/outlet/3}}}
  cab2: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/10}, psu2: {cord: pdu-b/outlet/4}}}
  srv1: {supplies: {psu1: {cord: pdu-a/outlet/11, status: unit1}}}
  srv2: {supplies: {psu1: {cord: pdu-a/outlet/1}}}
)";

struct Banks : Rig {
  explicit Banks(std::vector<More> more = {}) : Rig{banks, {}, {.without = {Meaning::outlet_power}}} {
    for (const char* outlet : {"9", "10", "11", "1"}) more.push_back({.means = Meaning::outlet_current, .value = 5, .index = outlet});
    tells("pdu-a", more);
    tells("pdu-b", {{.means = Meaning::outlet_current, .value = 5, .index = "4"}});
    set("pdu-b", Meaning::outlet_current, 5);
    run(10s);
  }
  // The breaker of bank 2 opens; what has a second cord goes on.
  void trip() {
    for (const char* outlet : {"9", "10", "11"}) set("pdu-a", Meaning::outlet_current, 0, outlet);
    set("pdu-b", Meaning::outlet_current, 10), set("pdu-b", Meaning::outlet_current, 10, "4");
    ac("unit1", 0);
  }
  void close() {
    for (const char* outlet : {"9", "10", "11"}) set("pdu-a", Meaning::outlet_current, 5, outlet);
    set("pdu-b", Meaning::outlet_current, 5), set("pdu-b", Meaning::outlet_current, 5, "4");
    ac("unit1", 1);
  }
};

}  // namespace

TEST_CASE("row 29: a module that is pulled takes fans with it, and its input that is good again restores neither") {
  Cabinet rig;
  rig.pull();
  rig.set("array", Meaning::cache_write_back, 0);
  rig.run(10s);
  CHECK(rig.open(supply_removed, "cab1/psu1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK(rig.open(module_redundancy_lost, "cab1") == "proven");
  CHECK(rig.open(cooling_lost, "cab1") == "proven");
  CHECK(rig.evidence(cooling_lost, "cab1").find("may shut itself down so many seconds after this") != std::string::npos);
  CHECK(rig.open(cache_degraded, "cab1/cache") == "proven");
  for (const Verdict verdict : {load_down, supply_output_failed, feed_lost, destaging}) CHECK_FALSE(rig.ever(verdict));
  SECTION("the module is back, its fans are not, the cache still writes through") {
    rig.put_back(), rig.set("unit1", Meaning::fan_speed, 0);
    rig.run(30s);
    CHECK(rig.open(supply_removed, "cab1/psu1").empty());
    CHECK(rig.open(module_redundancy_lost, "cab1").empty());
    CHECK(rig.open(cooling_lost, "cab1") == "proven");
    CHECK(rig.open(cache_degraded, "cab1/cache") == "proven");
  }
  SECTION("all is back") {
    rig.put_back(), rig.set("array", Meaning::cache_write_back, 1);
    rig.run(10s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 29: a fan that stands still in its module is cooling lost, too, one of a supply that stands by is not") {
  const bool standby = GENERATE(true, false);
  Cabinet rig;
  rig.tells("unit1", {{.means = Meaning::supply_standby, .value = 0}});
  rig.run(5s);
  rig.set("unit1", Meaning::fan_speed, 0), rig.set("unit1", Meaning::supply_standby, standby ? 1 : 0);
  rig.run(5s);
  CHECK(rig.open(cooling_lost, "cab1") == (standby ? "" : "proven"));
  rig.set("unit1", Meaning::fan_speed, 9000);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 29: a cache that loses its battery degrades without any loss of power, and a write-through that always was is nothing") {
  const double before = GENERATE(1., 0.);
  Rig rig{cabinet};
  rig.tells("array", {{.means = Meaning::cache_write_back, .value = before}});
  rig.run(10s);
  rig.set("array", Meaning::cache_write_back, 0);
  rig.run(10s);
  CHECK(rig.open(cache_degraded, "cab1/cache") == (before == 1 ? "proven" : ""));
  CHECK_FALSE(rig.ever(path_redundancy_lost));
}

TEST_CASE("a cabinet's battery that is nearly empty while it rests is told before it is needed, and until it is charged again") {
  Cabinet rig;
  rig.tells("array", {{.means = Meaning::battery_ok, .value = 1}, {.means = Meaning::battery_charge, .value = 0.75}});
  rig.run(5s);
  for (const double charge : {0.6, 0.48, 0.26}) rig.set("array", Meaning::battery_charge, charge), rig.run(2s);
  CHECK_FALSE(rig.ever(stored_energy_unavailable));
  for (const double charge : {0.255, 0.249}) rig.set("array", Meaning::battery_charge, charge), rig.run(2s);
  CHECK(rig.said() == std::vector<std::string>{"begun stored_energy_unavailable cab1/bbu1 proven"});
  rig.set("array", Meaning::battery_charge, 0.28);
  rig.run(5s);
  CHECK(rig.open(stored_energy_unavailable, "cab1/bbu1") == "proven");
  rig.set("array", Meaning::battery_charge, 0.31);
  rig.run(5s);
  CHECK(rig.idle());
  rig.set("array", Meaning::battery_ok, 0);
  rig.run(2s);
  CHECK(rig.open(stored_energy_unavailable, "cab1/bbu1") == "proven");
}

TEST_CASE("a battery that gives, or whose charge was never anything but 0, is not called empty") {
  Cabinet rig;
  const bool carries = GENERATE(true, false);
  rig.tells("array", {{.means = Meaning::battery_carries, .value = carries ? 1. : 0.},
                      {.means = Meaning::battery_charge, .value = carries ? 0.5 : 0.}});
  rig.run(5s);
  rig.set("array", Meaning::battery_charge, carries ? 0.1 : 0);
  rig.run(5s);
  CHECK_FALSE(rig.ever(stored_energy_unavailable));
}

TEST_CASE("row 29: a cache with unsaved data destages once nothing feeds the cabinet, until it says that it is done") {
  Cabinet rig;
  rig.set("array", Meaning::unsaved_data, 1);
  rig.run(10s);
  CHECK(rig.said().empty());  // its everyday life
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.unit_watts(unit, 0);
  rig.silent("pdu-a"), rig.silent("pdu-b");
  rig.run(5s);
  CHECK(rig.open(destaging, "cab1/cache") == "proven");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 1), rig.unit_watts(unit, 300);
  rig.back("pdu-a"), rig.back("pdu-b");
  rig.run(10s);
  CHECK(rig.open(destaging, "cab1/cache") == "proven");  // power is back, and the cache is not done
  rig.set("array", Meaning::unsaved_data, 0);
  rig.run(5s);
  CHECK(rig.open(destaging, "cab1/cache").empty());
  CHECK(rig.idle());
  CHECK_FALSE(rig.ever(miscorded));  // that power came back to its PDU first is no cord that hangs elsewhere
}

TEST_CASE("two axes: a line that sinks to where supplies give less takes the module redundancy and no path, once it lasts") {
  Cabinet rig;
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.volts(pdu, 185);
  rig.run(8s);
  CHECK(rig.said() == std::vector<std::string>{"begun sag feed/A proven", "begun sag feed/B proven"});
  rig.run(5s);
  CHECK(rig.open(module_redundancy_lost, "cab1") == "proven");
  for (const Verdict verdict : {path_redundancy_lost, load_down, feed_lost, pdu_dark}) CHECK_FALSE(rig.ever(verdict));
  CHECK(rig.evidence(module_redundancy_lost, "cab1").find("1400 W are rated to give, 700 W after one more, for 800 W") !=
        std::string::npos);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.volts(pdu, 197);
  rig.run(10s);
  CHECK(rig.open(module_redundancy_lost, "cab1") == "proven");  // hardly better: it would come and go
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.volts(pdu, 230);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 31: a bank whose outlets fall together under a good inlet has tripped, and its supplies have not failed") {
  Banks rig;
  rig.trip();
  rig.run(10s);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/2") == "proven");
  CHECK(rig.open(bank_tripped, "pdu-a/bank/1").empty());
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab2") == "proven");
  for (const Verdict verdict : {supply_lost, supply_output_failed, pdu_dark, feed_lost, load_off}) CHECK_FALSE(rig.ever(verdict));
  CHECK(rig.open(load_down, "srv2").empty());
  rig.run(10min);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/2") == "proven");
  rig.close();
  rig.run(10s);
  CHECK(rig.idle());
}

TEST_CASE(
    "row 31: what its outlets show of a bank may be from as soon as they were last seen to carry: it may be closed again, and all start") {
  Banks rig;
  const Instant carried = rig.now();
  rig.trip();
  rig.run(500ms);
  REQUIRE(rig.open(bank_tripped, "pdu-a/bank/2") == "proven");
  const Sign fell = rig.signs(bank_tripped, "pdu-a/bank/2").front();
  CHECK(fell.time - fell.uncertainty == carried);
}

TEST_CASE("row 31: an overload before the trip is in its evidence") {
  const double carried = GENERATE(12., 19.);
  Banks rig{{{.means = Meaning::bank_current, .value = 15, .index = "2", .part = "bank"}}};
  rig.set("pdu-a", Meaning::bank_current, carried, "2");
  rig.run(20s);
  rig.trip(), rig.set("pdu-a", Meaning::bank_current, 0, "2");
  rig.run(5s);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/2") == "proven");
  const bool over = rig.evidence(bank_tripped, "pdu-a/bank/2").find("overload: carried 19 A before of 16 A") != std::string::npos;
  CHECK(over == (carried > 16));
}

TEST_CASE("row 31: a breaker that says itself that it is open, or a branch without voltage, is proven at once") {
  const auto means = GENERATE(Meaning::breaker_closed, Meaning::bank_voltage);
  const double good = means == Meaning::breaker_closed ? 1 : 230;
  Banks rig{{{.means = means, .value = good, .index = "2", .part = "bank"}}};
  rig.set("pdu-a", means, 0, "2");
  rig.run(1s);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/2") == "proven");
  rig.set("pdu-a", means, good, "2");
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 31 contrary: a PDU that loses its inlet, one outlet alone, and loads that go off are no bank") {
  Banks rig;
  SECTION("the inlet") { rig.trip(), rig.volts("pdu-a", 0), rig.set("pdu-a", Meaning::outlet_current, 0, "1"); }
  SECTION("one outlet") { rig.set("pdu-a", Meaning::outlet_current, 0, "9"), rig.set("pdu-b", Meaning::outlet_current, 10); }
  SECTION("loads go off") {
    for (const char* outlet : {"9", "10", "11"}) rig.set("pdu-a", Meaning::outlet_current, 0, outlet);
    rig.set("pdu-b", Meaning::outlet_current, 0), rig.set("pdu-b", Meaning::outlet_current, 0, "4");
  }
  SECTION("the card falls silent") { rig.silent("pdu-a"); }
  rig.run(30s);
  CHECK_FALSE(rig.ever(bank_tripped));
}
