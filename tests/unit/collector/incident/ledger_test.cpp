#include "collector/incident/ledger.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "collector/incident/severity.hpp"
#include "tests/unit/collector/incident/bench.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using namespace holdup::detect;
using enum holdup::detect::Verdict;
using incident::Ledger;
using incident::test::Bench;
using incident::test::change;
using incident::test::Kind;
using incident::test::Lines;
using incident::test::text;

namespace {

// All that must survive a crash, in a form that compares.
Lines state_of(const Ledger& ledger) {
  Lines lines;
  for (const auto& incident : ledger.open()) {
    std::string line = incident.id + " " + std::string{name(incident.verdict)} + " " + incident.cause.text() + " " +
                       std::string{name(incident.strength)} + " " + incident.summary + " |";
    std::set<std::string> open;
    for (const auto& verdict : incident.open)
      open.insert(std::string{name(verdict.verdict)} + " " + verdict.element.text() + " " + std::string{name(verdict.strength)});
    for (const auto& verdict : open) line += " " + verdict;
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("the cause moves up from supply to PDU to feed within one incident") {
  Bench bench;
  CHECK(bench.begin(supply_input_lost, "cab1/psu1") == Lines{"begin supply_input_lost cab1/psu1 <- cab1/psu1 #b-1"});
  CHECK(bench.begin(pdu_dark, "pdu-a") == Lines{"begin pdu_dark pdu-a <- pdu-a #b-1", "update supply_input_lost cab1/psu1 <- pdu-a #b-1"});
  CHECK(bench.begin(feed_lost, "feed/A") == Lines{"begin feed_lost feed/A <- feed/A #b-1", "update pdu_dark pdu-a <- feed/A #b-1"});
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(bench.ledger.open()[0].verdict == feed_lost);
  CHECK(bench.ledger.open()[0].open.size() == 3);
}

TEST_CASE("consequences are folded under their cause, whichever comes first") {
  Bench bench;
  SECTION("cause first") {
    (void)bench.begin(feed_lost, "feed/A");
    CHECK(bench.begin(path_redundancy_lost, "cab1") == Lines{"begin path_redundancy_lost cab1 <- feed/A #b-1"});
    CHECK(bench.begin(supply_input_lost, "cab1/psu1") == Lines{"begin supply_input_lost cab1/psu1 <- feed/A #b-1"});
  }
  SECTION("consequence first") {
    (void)bench.begin(path_redundancy_lost, "cab1");
    CHECK(bench.begin(supply_input_lost, "cab1/psu1") ==
          Lines{"begin supply_input_lost cab1/psu1 <- cab1/psu1 #b-1", "update path_redundancy_lost cab1 <- cab1/psu1 #b-1"});
  }
  CHECK(bench.ledger.open().size() == 1);
}

TEST_CASE("a card that fell silent and then proves to be a dark PDU is one incident") {
  Bench bench;
  (void)bench.begin(telemetry_lost, "device/pdu-a");
  CHECK(bench.begin(pdu_dark, "pdu-a") == Lines{"begin pdu_dark pdu-a <- pdu-a #b-1", "update telemetry_lost device/pdu-a <- pdu-a #b-1"});
}

TEST_CASE("an outlet switched off explains its supply's lost input") {
  Bench bench;
  (void)bench.begin(supply_input_lost, "cab1/psu1");
  (void)bench.begin(supply_off_commanded, "cab1/psu1");
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(bench.ledger.open()[0].verdict == supply_off_commanded);
}

TEST_CASE("a loss on another branch is a new incident") {
  Bench bench;
  (void)bench.begin(feed_lost, "feed/A");
  (void)bench.begin(path_redundancy_lost, "cab1");
  CHECK(bench.begin(pdu_dark, "pdu-b") == Lines{"begin pdu_dark pdu-b <- pdu-b #b-3"});
  CHECK(bench.begin(supply_input_lost, "cab1/psu2") == Lines{"begin supply_input_lost cab1/psu2 <- pdu-b #b-3"});
  CHECK(bench.ledger.open().size() == 2);
}

TEST_CASE("a feed that proves lost absorbs the incidents of its PDUs") {
  Bench bench;
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(pdu_dark, "pdu-a2");
  REQUIRE(bench.ledger.open().size() == 2);
  CHECK(bench.begin(feed_lost, "feed/A") == Lines{"begin feed_lost feed/A <- feed/A #b-2", "update pdu_dark pdu-a2 <- feed/A #b-2",
                                                  "update pdu_dark pdu-a <- feed/A #b-2", "end folded pdu-a <- feed/A #b-1"});
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(bench.ledger.open()[0].open.size() == 3);
  (void)bench.end(pdu_dark, "pdu-a");
  (void)bench.end(pdu_dark, "pdu-a2");
  CHECK(bench.end(feed_lost, "feed/A").back() == "end restored feed/A <- feed/A #b-2");
}

TEST_CASE("a switch's silence takes in what was already said of its devices and the redundancy it hides") {
  Bench bench;
  (void)bench.begin(telemetry_lost, "device/pdu-b");
  CHECK(bench.begin(telemetry_lost, "switch/sw1") ==
        Lines{"begin telemetry_lost switch/sw1 <- switch/sw1 #b-1", "update telemetry_lost device/pdu-b <- switch/sw1 #b-1"});
  CHECK(bench.begin(path_redundancy_lost, "cab1", Strength::unknown) == Lines{"begin path_redundancy_lost cab1 <- switch/sw1 #b-1"});
}

TEST_CASE("an incident ends with one restored of its cause, after every verdict's own end") {
  Bench bench;
  (void)bench.begin(supply_input_lost, "cab1/psu1");
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(path_redundancy_lost, "cab1");
  CHECK(bench.end(pdu_dark, "pdu-a") == Lines{"end pdu_dark pdu-a <- pdu-a #b-1"});
  CHECK(bench.end(supply_input_lost, "cab1/psu1") == Lines{"end supply_input_lost cab1/psu1 <- pdu-a #b-1"});
  CHECK(bench.end(path_redundancy_lost, "cab1") ==
        Lines{"end path_redundancy_lost cab1 <- pdu-a #b-1", "end restored pdu-a <- pdu-a #b-1"});
  CHECK(bench.ledger.open().empty());
  CHECK(bench.log.back().evidence.front().point == "inputs: proven");
}

TEST_CASE("ids are counted and go on after a fold of the same boot, another boot counts anew") {
  Bench bench;
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(pdu_dark, "pdu-b");
  CHECK(bench.log[0].id == "b-1");
  CHECK(bench.log[1].id == "b-2");
  const std::string boot = GENERATE("b", "c");
  Ledger again{bench.site};
  again.begin_boot(boot);
  for (const auto& event : bench.log) again.fold(event, {bench.now, 0s});
  CHECK(again.finish_fold({bench.now, 0s}).empty());
  const auto events = again.file({change(Kind::strengthened, pdu_dark, "pdu-a")}, {bench.now, 0s});
  REQUIRE(events.size() == 1);
  CHECK(events[0].id == (boot == "b" ? "b-3" : "c-1"));
  CHECK(events[0].boot == boot);
  CHECK(events[0].incident == "b-1");
}

TEST_CASE("a crash between the last end and restored is made good by the fold") {
  Bench bench;
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.end(pdu_dark, "pdu-a");
  REQUIRE(bench.log.size() == 3);
  Ledger again{bench.site};
  again.begin_boot("c");
  again.fold(bench.log[0], {bench.now, 0s});
  again.fold(bench.log[1], {bench.now, 0s});
  const auto events = again.finish_fold({bench.now, 0s});
  REQUIRE(events.size() == 1);
  CHECK(text(events[0]) == "end restored pdu-a <- pdu-a #b-1");
  CHECK(events[0].id == "c-1");
  CHECK(again.open().empty());
}

TEST_CASE("words that a fold does not know are passed over") {
  Bench bench;
  (void)bench.begin(pdu_dark, "pdu-a");
  Ledger again{bench.site};
  auto strange = bench.log[0];
  strange.verdict = "meteorite";
  again.fold(strange, {});
  CHECK(again.open().empty());
  strange = bench.log[0];
  strange.element = "";
  again.fold(strange, {});
  CHECK(again.open().empty());
}

TEST_CASE("the fold of the events is the state, after every step of a long and random log") {
  const auto seed = GENERATE(range(1u, 21u));
  std::mt19937 random{seed};
  Bench bench;
  const std::vector<std::pair<Verdict, std::string>> things{{supply_input_lost, "cab1/psu1"},
                                                            {supply_input_lost, "cab1/psu2"},
                                                            {supply_output_failed, "cab1/psu1"},
                                                            {supply_off_commanded, "cab1/psu1"},
                                                            {supply_lost, "cab1/psu2"},
                                                            {pdu_dark, "pdu-a"},
                                                            {pdu_dark, "pdu-a2"},
                                                            {pdu_dark, "pdu-b"},
                                                            {feed_lost, "feed/A"},
                                                            {feed_lost, "feed/B"},
                                                            {load_down, "cab1"},
                                                            {path_redundancy_lost, "cab1"},
                                                            {telemetry_lost, "device/pdu-a"},
                                                            {telemetry_lost, "device/unit1"},
                                                            {telemetry_lost, "switch/sw1"},
                                                            {telemetry_lost, "device/pdu-b"}};
  std::map<std::size_t, Strength> open;
  for (int step = 0; step < 300; ++step) {
    std::vector<Change> changes;
    for (auto n = random() % 3 + 1; n > 0; --n) {
      const std::size_t thing = random() % things.size();
      const auto& [verdict, element] = things[thing];
      const auto at = open.find(thing);
      if (at == open.end()) {
        open[thing] = static_cast<Strength>(random() % 4);
        changes.push_back(change(Kind::begun, verdict, element, open[thing]));
      } else if (at->second != Strength::proven && random() % 2 == 0) {
        at->second = Strength::proven;
        changes.push_back(change(Kind::strengthened, verdict, element));
      } else {
        changes.push_back(change(Kind::ended, verdict, element, at->second));
        open.erase(at);
      }
    }
    (void)bench.file(changes);
    Ledger folded{bench.site};
    folded.begin_boot("c");
    for (const auto& event : bench.log) folded.fold(event, {bench.now, 0s});
    REQUIRE(folded.finish_fold({bench.now, 0s}).empty());
    REQUIRE(state_of(folded) == state_of(bench.ledger));
  }
  std::set<std::string> ids;
  for (const auto& event : bench.log) REQUIRE(ids.insert(event.id).second);
}

TEST_CASE("a fold cut at any event neither crashes nor opens what was never begun") {
  Bench bench;
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(supply_input_lost, "cab1/psu1");
  (void)bench.begin(pdu_dark, "pdu-a2");
  (void)bench.begin(feed_lost, "feed/A");
  (void)bench.begin(path_redundancy_lost, "cab1");
  for (const auto& [verdict, element] :
       {std::pair{pdu_dark, "pdu-a"}, {pdu_dark, "pdu-a2"}, {path_redundancy_lost, "cab1"}, {supply_input_lost, "cab1/psu1"}})
    (void)bench.end(verdict, element);
  (void)bench.end(feed_lost, "feed/A");
  for (std::size_t cut = 0; cut <= bench.log.size(); ++cut) {
    Ledger folded{bench.site};
    folded.begin_boot("c");
    std::set<std::string> begun;
    for (std::size_t i = 0; i < cut; ++i) {
      folded.fold(bench.log[i], {});
      begun.insert(bench.log[i].verdict + bench.log[i].element);
    }
    (void)folded.finish_fold({});
    std::set<std::string> seen;
    for (const auto& incident : folded.open()) {
      CHECK_FALSE(incident.open.empty());
      for (const auto& verdict : incident.open) {
        CHECK(begun.contains(std::string{name(verdict.verdict)} + verdict.element.text()));
        CHECK(seen.insert(std::string{name(verdict.verdict)} + verdict.element.text()).second);
      }
    }
    if (cut == bench.log.size()) CHECK(folded.open().empty());
  }
}

TEST_CASE("with 10,000 incidents open another is counted and not opened, until one is closed") {
  Bench bench;
  std::vector<Change> changes;
  for (int number = 0; number < 10'000; ++number)
    changes.push_back(change(Kind::begun, telemetry_lost, "device/x" + std::to_string(number)));
  bench.file(changes);
  REQUIRE(bench.ledger.open().size() == 10'000);
  CHECK(bench.begin(telemetry_lost, "device/y").empty());
  CHECK(bench.ledger.dropped() == 1);
  CHECK(bench.end(telemetry_lost, "device/y").empty());
  bench.end(telemetry_lost, "device/x7");
  CHECK(bench.begin(telemetry_lost, "device/y").size() == 1);
  CHECK(bench.ledger.open().size() == 10'000);
}

TEST_CASE("what is unknown is a warning until it has been so for too long, through a restart too") {
  Bench bench;
  bench.begin(telemetry_lost, "device/pdu-a");
  bench.begin(path_redundancy_lost, "cab1", Strength::unknown);
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(incident::severity(bench.ledger.open()[0]) == "warning");
  auto loud = change(Kind::strengthened, path_redundancy_lost, "cab1", Strength::unknown);
  loud.finding.signs = {{.source = *ground::Element::parse("cab1"), .point = std::string{unknown_for_long}, .value = 900}};
  CHECK(bench.file({loud}).size() == 1);
  CHECK(incident::severity(bench.ledger.open()[0]) == "critical");
  Ledger again{bench.site};
  again.begin_boot("b");
  for (const auto& event : bench.log) again.fold(event, {bench.now, 0s});
  REQUIRE(again.open().size() == 1);
  CHECK(incident::severity(again.open()[0]) == "critical");
  bench.end(path_redundancy_lost, "cab1");
  CHECK(incident::severity(bench.ledger.open()[0]) == "warning");
}

TEST_CASE("an incident that is unknown itself is a warning, and what is known of the same word wakes a person") {
  Bench bench;
  bench.begin(supply_lost, "cab1/psu1", Strength::unknown);
  CHECK(incident::severity(bench.ledger.open()[0]) == "warning");
  bench.file({change(Kind::strengthened, supply_lost, "cab1/psu1", Strength::proven)});
  CHECK(incident::severity(bench.ledger.open()[0]) == "critical");
}

TEST_CASE("what becomes of a load's cache is filed under the loss of its supply, and a removed supply names the cause anew") {
  Bench bench;
  bench.begin(supply_input_lost, "cab1/psu1");
  CHECK(bench.begin(supply_removed, "cab1/psu1") ==
        Lines{"begin supply_removed cab1/psu1 <- cab1/psu1 #b-1", "update supply_input_lost cab1/psu1 <- cab1/psu1 #b-1"});
  CHECK(bench.begin(cache_degraded, "cab1/cache") == Lines{"begin cache_degraded cab1/cache <- cab1/psu1 #b-1"});
  CHECK(bench.begin(module_redundancy_lost, "cab1") == Lines{"begin module_redundancy_lost cab1 <- cab1/psu1 #b-1"});
  CHECK(bench.ledger.open().size() == 1);
}
