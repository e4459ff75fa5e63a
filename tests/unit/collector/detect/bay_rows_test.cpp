#include "tests/unit/collector/detect/rig.hpp"

// Row 13 of docs/verdicts.md: supplies that leave their bays and come back.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

// A supply out of its bay, and its sibling carries all.
void pull(Rig& rig, bool left) {
  const std::string unit = left ? "unit1" : "unit2", pdu = left ? "pdu-a" : "pdu-b", other = left ? "unit2" : "unit1";
  rig.set(unit, Meaning::supply_present, 0), rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.outlet_watts(pdu, 0), rig.unit_watts(other, 600), rig.outlet_watts(left ? "pdu-b" : "pdu-a", 600);
}

void put_back(Rig& rig, bool left) {
  const std::string unit = left ? "unit1" : "unit2";
  rig.set(unit, Meaning::supply_present, 1), rig.ac(unit, 1), rig.output(unit, 1);
  for (const char* each : {"unit1", "unit2"}) rig.unit_watts(each, 300);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 300);
}

}  // namespace

TEST_CASE("row 13: a supply that is no longer in its bay is removed, whatever its other bits say, and is back when it is in") {
  for (const bool left : {true, false}) {
    Rig rig{two_feeds};
    for (const char* unit : {"unit1", "unit2"}) rig.tells(unit, {{.means = Meaning::supply_present, .value = 1}});
    rig.run(10s);
    pull(rig, left);
    rig.run(10s);
    CHECK(rig.open(supply_removed, left ? "cab1/psu1" : "cab1/psu2") == "proven");
    CHECK(rig.open(supply_removed, left ? "cab1/psu2" : "cab1/psu1").empty());
    CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
    for (const Verdict verdict : {supply_input_lost, supply_output_failed, supply_lost, pdu_dark, feed_lost, load_down})
      CHECK_FALSE(rig.ever(verdict));
    put_back(rig, left);
    rig.run(5s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 13: what its bay calls empty and still draws current is in it: the bit is wrong, and nothing is lost") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::supply_present, .value = 1}});
  rig.run(10s);
  rig.set("unit1", Meaning::supply_present, 0);
  rig.run(500ms);
  rig.run(30s);
  CHECK(rig.open(supply_removed, "cab1/psu1").empty());
  CHECK(rig.open(path_redundancy_lost, "cab1").empty());
}

TEST_CASE("row 13: what is back in its bay and draws current has lost no input, though its card still tells of the empty bay") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::supply_present, .value = 1}});
  rig.run(10s);
  pull(rig, true);
  rig.run(10s);
  REQUIRE(rig.open(supply_removed, "cab1/psu1") == "proven");
  rig.outlet_watts("pdu-a", 300), rig.unit_watts("unit2", 300), rig.outlet_watts("pdu-b", 300);
  rig.run(1s);
  put_back(rig, true);
  rig.run(10s);
  CHECK_FALSE(rig.ever(supply_input_lost));
  CHECK(rig.idle());
}

TEST_CASE("row 13: a module that was seated and told of a good input loses it anew, however soon") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::supply_present, .value = 1}});
  rig.run(10s);
  pull(rig, true);
  rig.run(10s);
  put_back(rig, true);
  rig.run(1s);
  rig.ac("unit1", 0), rig.output("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
}

TEST_CASE("row 13: what a module tells of its input in the moment in which it is seated is of one that starts") {
  const bool has_cord = GENERATE(true, false);
  Rig rig{two_feeds};
  for (const char* unit : {"unit1", "unit2"}) rig.tells(unit, {{.means = Meaning::supply_present, .value = 1}});
  rig.run(10s);
  pull(rig, true);
  rig.run(10s);
  rig.set("unit1", Meaning::supply_present, 1);
  rig.run(1s);
  CHECK_FALSE(rig.ever(supply_input_lost));
  if (has_cord) put_back(rig, true);
  rig.run(10s);
  CHECK(rig.ever(supply_input_lost) != has_cord);
  CHECK(rig.idle() == has_cord);
}

TEST_CASE("row 13: the unit that sits in a module and falls silent with it is part of that loss, until the module is back and it is not") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("unit1"), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(30s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "proven");
  CHECK_FALSE(rig.ever(telemetry_lost));
  rig.outlet_watts("pdu-a", 300), rig.unit_watts("unit2", 300), rig.outlet_watts("pdu-b", 300);
  rig.run(15s);
  CHECK(rig.open(supply_lost, "cab1/psu1").empty());
  CHECK(rig.open(telemetry_lost, "device/unit1") == "proven");
}

TEST_CASE("row 13: a bay that never was full proves nothing") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::supply_present, .value = 0}});
  rig.run(60s);
  CHECK(rig.said().empty());
}

TEST_CASE("row 13: a unit that answers and has nothing of the supply any more, while the sibling carries, is a supply removed, probable") {
  Rig rig{two_feeds};
  rig.run(10s);
  for (const Meaning means : {Meaning::supply_input_ok, Meaning::supply_output_ok, Meaning::supply_output_power})
    rig.quality("unit1", means, Quality::absent);
  SECTION("and the sibling carries") {
    rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
    rig.run(10s);
    CHECK(rig.open(supply_removed, "cab1/psu1") == "probable");
    CHECK_FALSE(rig.ever(supply_output_failed));
    CHECK_FALSE(rig.ever(supply_input_lost));
    for (const Meaning means : {Meaning::supply_input_ok, Meaning::supply_output_ok, Meaning::supply_output_power})
      rig.quality("unit1", means, Quality::good);
    put_back(rig, true);
    rig.run(5s);
    CHECK(rig.idle());
  }
  SECTION("and nothing moved: a firmware that lost its table") {
    rig.run(30s);
    CHECK(rig.said().empty());
  }
}
