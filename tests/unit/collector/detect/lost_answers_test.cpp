#include "tests/unit/collector/detect/rig.hpp"

// Rows 1, 4 and 32 of docs/verdicts.md, where single answers get lost, or were under way.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

TEST_CASE("row 4: while one elsewhere has lost an answer and is asked again, the silence of a whole feed is called no card's") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (int question = 0; question < 3; ++question) {
    rig.pass(500ms);
    if (question == 2) rig.silent("pdu-b");
    for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.ask(pdu);
  }
  rig.wait(2s);
  rig.ask("pdu-b");
  rig.wait(100ms);
  CHECK_FALSE(rig.ever(telemetry_lost));
  rig.back("pdu-b"), rig.pass(100ms), rig.ask("pdu-b");
  rig.pass(100ms);
  for (const char* pdu : {"pdu-a", "pdu-a2", "pdu-b"}) rig.ask(pdu);
  CHECK_FALSE(rig.ever(telemetry_lost));
  CHECK(rig.open(feed_lost, "feed/A") == "probable");
}

TEST_CASE("row 4: a card that had lost an answer long before its feed went, and was not asked since, went with it") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("pdu-a2"), rig.ask("pdu-a2");
  for (int question = 0; question < 8; ++question) {
    rig.pass(500ms);
    for (const char* pdu : {"pdu-a", "pdu-b"}) rig.ask(pdu);
  }
  rig.silent("pdu-a"), rig.ac("unit1", 0);
  rig.run(4s);
  CHECK(rig.open(feed_lost, "feed/A") == "probable");
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 1: an answer of the sibling's meter that is lost makes no silence the card's") {
  Rig rig{pdus_only, 8s};
  rig.run(30s);
  rig.silent("pdu-a");
  rig.run(5s);
  rig.silent("pdu-b");
  rig.run(500ms);
  CHECK(rig.said().empty());
  rig.back("pdu-b"), rig.outlet_watts("pdu-b", 600);
  rig.run(20s);
  CHECK_FALSE(rig.open(pdu_dark, "pdu-a").empty());
  CHECK_FALSE(rig.ever(telemetry_lost));
}

TEST_CASE("row 1: an answer that was under way when its PDU died tells of the moment in which it was asked for") {
  Rig rig{pdus_only};
  rig.run(10s);
  rig.ask_slowly("pdu-a", 100ms);
  rig.outlet_watts("pdu-b", 600), rig.ask_slowly("pdu-a", 1500ms);
  rig.silent("pdu-a");
  rig.run(10s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
}

TEST_CASE("a card that loses every second answer is silent once it has lost more in a row than that explains") {
  Rig rig{sharing("active", pdus_only)};
  for (int question = 0; question < 60; ++question) {
    question % 2 == 0 ? rig.silent("pdu-a") : rig.back("pdu-a");
    rig.run(500ms);
  }
  rig.silent("pdu-a");
  rig.run(3s);
  CHECK_FALSE(rig.ever(telemetry_lost));
  rig.run(2s);
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
}

TEST_CASE("what a load suffers does not come and go with single answers of a supply that has its input again") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.lose_a();
  rig.run(10s);
  REQUIRE(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.ac("unit1", 1), rig.unit_watts("unit1", 300), rig.unit_watts("unit2", 300), rig.outlet_watts("pdu-b", 300);
  rig.run(10s);  // the cards of A start
  const auto told = rig.said();
  REQUIRE(rig.open(feed_lost, "feed/A") != "");
  rig.silent("unit1");
  rig.run(500ms);
  rig.back("unit1");
  rig.run(5s);
  CHECK(rig.said() == told);
}

TEST_CASE("row 32: what is left of a load that has lost one side is reported by a unit that nobody hears: unknown, and said") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);  // it never showed what psu2 draws
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.silent("unit2");
  rig.ac("unit1", 0), rig.output("unit1", 0), rig.unit_watts("unit1", 0);
  rig.run(15s);
  CHECK(rig.open(load_down, "cab1") == "unknown");
  rig.back("unit2");
  rig.run(5s);
  CHECK(rig.open(load_down, "cab1").empty());
}
