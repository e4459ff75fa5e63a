#include "tests/unit/collector/detect/rig.hpp"

// The rows of docs/verdicts.md, one a test: evidence in, verdicts and strengths out, and what must not be said.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing is said of a rack that is well") {
  for (const auto& text : {two_feeds, pdus_only, mirrored(two_feeds)}) {
    Rig rig{text};
    rig.run(60s);
    CHECK(rig.said().empty());
  }
}

TEST_CASE("row 1: a silent PDU whose share its sibling carries is dark, proven by transfer, and its silence is folded") {
  Rig rig{pdus_only};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.outlet_watts("pdu-b", 590);
  rig.run(5s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.run(60s);
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(telemetry_lost));
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK_FALSE(rig.ever(supply_output_failed));
}

TEST_CASE("row 1: the rise must be what the silent one carried") {
  const double watts = GENERATE(300., 340., 540., 660., 900.);
  Rig rig{pdus_only};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.outlet_watts("pdu-b", watts);
  rig.run(30s);
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
}

TEST_CASE("row 1: a rise long after the silence is another story") {
  Rig rig{pdus_only};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(20s);
  rig.outlet_watts("pdu-b", 600);
  rig.run(60s);
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 2: a silent PDU whose supply reports good input is a lost card and no more") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(60s);
  CHECK(rig.said() == Said{"begun telemetry_lost device/pdu-a proven"});
  rig.back("pdu-a");
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 3: a silent PDU and no other eye on its feed leaves the path redundancy unknown") {
  Rig rig{pdus_only};
  rig.run(10s);
  rig.silent("pdu-a");
  rig.run(10s);
  CHECK(rig.said() == Said{"begun telemetry_lost device/pdu-a proven", "begun path_redundancy_lost cab1 unknown"});
  rig.back("pdu-a");
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 4: all on A silent together while all elsewhere answer is feed A, probable, transfer proves it") {
  Rig rig{two_feeds};
  rig.run(10s);
  SECTION("the pattern of silence alone") {
    rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.ac("unit1", 0);
    rig.run(5s);
    CHECK(rig.open(feed_lost, "feed/A") == "probable");
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  }
  SECTION("with transfer on one of its PDUs the feed is still as sure as its weakest PDU") {
    rig.lose_a();
    rig.run(5s);
    CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
    CHECK(rig.open(feed_lost, "feed/A") == "probable");
  }
  rig.run(30s);
  CHECK_FALSE(rig.ever(telemetry_lost));
  CHECK_FALSE(rig.ever(supply_output_failed));
  CHECK_FALSE(rig.ever(load_down));
  CHECK(rig.open(feed_lost, "feed/B").empty());
}

TEST_CASE("row 4: a card elsewhere that was silent long before does not hide the loss of the feed") {
  Rig rig{two_feeds + "  web1: {supplies: {p1: {cord: pdu-b/outlet/5}}}\n"};
  rig.silent("unit2");
  rig.run(30s);
  REQUIRE(rig.open(telemetry_lost, "device/unit2") == "proven");
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.ac("unit1", 0);
  rig.run(5s);
  CHECK(rig.open(feed_lost, "feed/A") == "probable");
}

TEST_CASE("row 5: everything behind a switch silent is one loss of telemetry, and no power verdict") {
  Rig rig{two_feeds};
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.silent(pdu);
  rig.run(60s);
  CHECK(rig.said() == Said{"begun telemetry_lost switch/sw1 proven"});
  SECTION("one that stays silent is told alone when the others answer") {
    rig.back("pdu-b"), rig.back("pdu-a2");
    rig.run(5s);
    CHECK(rig.open(telemetry_lost, "switch/sw1").empty());
    CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
  }
  SECTION("all back is quiet") {
    for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.back(pdu);
    rig.run(5s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 5: a switch without another eye on power leaves redundancy unknown") {
  Rig rig{pdus_only};
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-b");
  rig.run(30s);
  CHECK(rig.open(telemetry_lost, "switch/sw1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "unknown");
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(load_down));
}

TEST_CASE("row 5: the last answer of B, under way when the switch died, does not make A's silence a loss") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  rig.pass(500ms);
  rig.ask("pdu-a"), rig.ask("pdu-a2");
  rig.pass(1ms);
  rig.ask("pdu-b");
  rig.silent("pdu-b");
  for (const char* unit : {"unit1", "unit2"}) rig.silent(unit);
  rig.run(60s);
  CHECK_FALSE(rig.ever(feed_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 8: an outlet that is off is off by command, no failed supply") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.outlet("pdu-a", 0), rig.outlet_watts("pdu-a", 0), rig.ac("unit1", 0), rig.unit_watts("unit1", 0);
  rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(10s);
  CHECK(rig.open(supply_off_commanded, "cab1/psu1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK_FALSE(rig.ever(supply_output_failed));
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 9: current gone at a live outlet and taken up by the sibling is a lost supply, proven") {
  Rig rig{sharing("active", pdus_only)};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 600);
  rig.run(3s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(feed_lost));
  rig.outlet_watts("pdu-a", 300), rig.outlet_watts("pdu-b", 300);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 10: where supplies may stand by, a current that is gone proves no loss") {
  const std::string word = GENERATE("standby", "unknown");
  Rig rig{sharing(word, pdus_only)};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 600);
  rig.run(30s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == (word == "unknown" ? "unknown" : ""));
  CHECK(rig.open(path_redundancy_lost, "cab1") == (word == "unknown" ? "unknown" : ""));
}

TEST_CASE("row 12: both outlets falling together is the load going off") {
  Rig rig{sharing("active", pdus_only)};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 0);
  rig.run(60s);
  CHECK(rig.said() == Said{"past load_off cab1 probable"});  // nobody measures at the outlets
  rig.outlet_watts("pdu-b", 300);                            // back on one cord, long after: no transfer
  rig.run(60s);
  CHECK_FALSE(rig.ever(supply_lost));
}

TEST_CASE("rows 15 and 17: a contact is reported at once, and withdrawn when a later reading knows better") {
  Rig rig{two_feeds, 2s};
  rig.run(10s);
  rig.contact("wire1", true);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  rig.run(1500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");  // those readings may predate the edge
  rig.run(1500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
  CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
  rig.run(30s);
  CHECK(rig.said().size() == 5);  // begun and ended, of the supply and of its load; begun, of the contact
}

TEST_CASE("row 17: an edge that may lie after a reading is not vetoed by it") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.contact("wire1", true, 700ms);
  rig.run(500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  rig.run(500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
}

TEST_CASE("row 17: a reported loss that a reading confirms is strengthened, not begun again") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.contact("wire1", true);
  rig.ac("unit1", 0);
  rig.run(5s);
  const auto& said = rig.said();
  CHECK(std::count(said.begin(), said.end(), "begun supply_input_lost cab1/psu1 reported") == 1);
  CHECK(std::count(said.begin(), said.end(), "strengthened supply_input_lost cab1/psu1 proven") == 1);
  CHECK(std::count(said.begin(), said.end(), "begun supply_input_lost cab1/psu1 proven") == 0);
}

TEST_CASE("row 19: what has no good quality is never 0") {
  const auto quality = GENERATE(Quality::absent, Quality::failed, Quality::stale, Quality::out_of_range);
  Rig rig{two_feeds};
  rig.run(10s);
  for (const char* pdu : {"pdu-a", "pdu-a2"}) {
    rig.volts(pdu, 0), rig.outlet(pdu, 0), rig.outlet_watts(pdu, 0);
    for (Meaning m : {Meaning::input_voltage, Meaning::outlet_state, Meaning::outlet_current, Meaning::outlet_power})
      rig.quality(pdu, m, quality);
  }
  rig.ac("unit1", 0), rig.quality("unit1", Meaning::supply_input_ok, quality);
  rig.run(30s);
  CHECK(rig.said().empty());
}

TEST_CASE("row 19: 0 volts at a point that was never other than 0 is no loss") {
  Rig rig{two_feeds};
  rig.volts("pdu-a", 0), rig.volts("pdu-a2", 0);
  rig.run(60s);
  CHECK(rig.said().empty());
}

TEST_CASE("0 volts where there were 230 is a dark PDU, and a feed when all its PDUs say so") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.volts("pdu-a", 0), rig.ac("unit1", 0);
  rig.run(1s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
  CHECK_FALSE(rig.ever(feed_lost));
  rig.volts("pdu-a2", 0);
  rig.run(1s);
  CHECK(rig.open(feed_lost, "feed/A") == "proven");
}

TEST_CASE("row 32: B lost while A is still latched is said anew") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.lose_a();
  rig.run(20s);
  rig.ac("unit2", 0), rig.unit_watts("unit2", 0), rig.volts("pdu-b", 0);
  rig.run(5s);
  CHECK(rig.open(supply_input_lost, "cab1/psu2") == "proven");
  CHECK(rig.open(pdu_dark, "pdu-b") == "proven");
  CHECK(rig.open(load_down, "cab1") == "probable");  // both inputs are gone, the outputs may live on what is stored
  CHECK_FALSE(rig.open(feed_lost, "feed/A").empty());
  rig.output("unit1", 0), rig.output("unit2", 0);
  rig.run(1s);
  CHECK(rig.open(load_down, "cab1") == "proven");
}

TEST_CASE("the mirror image says the same of the other side") {
  Rig rig{mirrored(pdus_only)};
  rig.run(10s);
  rig.silent("pdu-b");
  rig.outlet_watts("pdu-a", 600);
  rig.run(5s);
  CHECK(rig.open(pdu_dark, "pdu-b") == "proven");
  CHECK(rig.open(pdu_dark, "pdu-a").empty());
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
}
