#include "tests/unit/collector/detect/rig.hpp"

// Rows 9, 12 and 18 of docs/verdicts.md where a card told from a cache that stood still: what it tells once it moves may be of any moment
// meanwhile; and row 15 where a wire stands still.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

const std::string shared = [] {
  std::string text = pdus_only;
  return text.insert(text.find("supplies:"), "sharing: active, ");
}();

/// Both PDUs measure anew every half second, but for the one that stands still.
void run(Rig& rig, Duration length, const std::string& still = {}) {
  static int wobble = 0;
  for (const Instant end = rig.now() + length; rig.now() < end;) {
    for (const char* pdu : {"pdu-a", "pdu-b"})
      if (pdu != still) rig.volts(pdu, 230 + 0.1 * (++wobble % 7));
    rig.run(500ms);
  }
}

}  // namespace

TEST_CASE("row 9: a cord that went while its PDU's card stood still is lost, probable, once the card moves again") {
  Rig rig{shared};
  run(rig, 20s);
  run(rig, 20s, "pdu-a");
  rig.outlet_watts("pdu-b", 600);
  run(rig, 30s, "pdu-a");
  CHECK(rig.said().empty());
  rig.outlet_watts("pdu-a", 0);
  run(rig, 10s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "probable");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "probable");
  CHECK_FALSE(rig.ever(pdu_dark));
  rig.outlet_watts("pdu-a", 300), rig.outlet_watts("pdu-b", 300);
  run(rig, 10s);
  CHECK(rig.idle());
}

TEST_CASE(
    "row 9 contrary: what its sibling began to carry while its card measured is not its loss, nor what a still card's sibling did not") {
  Rig rig{shared};
  run(rig, 20s);
  SECTION("its card measured") {
    rig.outlet_watts("pdu-b", 600);
    run(rig, 30s);
  }
  SECTION("its sibling carries less than both did") {
    rig.outlet_watts("pdu-b", 400);
    run(rig, 30s, "pdu-a");
  }
  rig.outlet_watts("pdu-a", 0);
  run(rig, 60s);
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK_FALSE(rig.ever(path_redundancy_lost));
}

TEST_CASE("row 10: a supply that went to standby while its PDU's card stood still is said to, by its own word") {
  Rig rig{two_feeds};
  run(rig, 20s);
  rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  run(rig, 30s, "pdu-a");
  rig.outlet_watts("pdu-a", 0);
  run(rig, 10s);
  CHECK(rig.ever(supply_standby));
  CHECK_FALSE(rig.ever(supply_lost));
}

TEST_CASE("row 12: a load that went off while a PDU's card stood still is off, once the card moves again") {
  for (const bool both : {false, true}) {
    Rig rig{shared};
    run(rig, 20s);
    if (!both) rig.outlet_watts("pdu-b", 0);
    for (int i = 0; i < 60; ++i) both ? rig.run(500ms) : run(rig, 500ms, "pdu-a");
    rig.outlet_watts("pdu-a", 0);
    run(rig, 5s, both ? "pdu-b" : "");
    rig.outlet_watts("pdu-b", 0);
    run(rig, 10s);
    CHECK(rig.said() == std::vector<std::string>{"past load_off cab1 probable"});
  }
}

TEST_CASE("row 18 contrary: what moved back before the other meter could show it is no move that it missed") {
  const bool shows = GENERATE(true, false);
  Rig rig{two_feeds, 2s};
  for (int i = 0; i < 8; ++i) {
    rig.unit_watts("unit1", 0);
    rig.run(shows ? 10s : 1s);
    rig.unit_watts("unit1", 300);
    rig.run(20s);
  }
  CHECK(rig.ever(sensor_stuck) == shows);
}

TEST_CASE("row 15: a contact that holds while its supply's own word has told of the loss for two seconds is broken, too") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  SECTION("its outlet gives nothing") {
    rig.outlet_watts("pdu-a", 0);
    rig.run(10s);
    CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
    rig.ac("unit1", 1), rig.unit_watts("unit1", 300), rig.unit_watts("unit2", 300);
    rig.outlet_watts("pdu-a", 300), rig.outlet_watts("pdu-b", 300);
    rig.run(10s);
    CHECK(rig.idle());
  }
  SECTION("its outlet draws current: the unit's word is the doubtful one") {
    rig.run(10s);
    CHECK_FALSE(rig.ever(contact_failed));
  }
}
