#include <algorithm>

#include "collector/incident/notices.hpp"

#include "tests/unit/collector/incident/bench.hpp"

// Maintenance windows, attestations and hands-off: what they make quiet, what loud, and that a fold gives the same.

using namespace holdup;
using namespace std::chrono_literals;
using namespace holdup::detect;
using enum holdup::detect::Verdict;
using incident::Intent;
using incident::Ledger;
using incident::test::Bench;
using incident::test::Lines;

namespace {

incident::Window window_on(const std::string& element, Intent intent, const Bench& bench, ground::Duration length = 1h) {
  const auto now = ground::Utc{bench.now.time_since_epoch()};
  return {.id = {},
          .element = *ground::Element::parse(element),
          .intent = intent,
          .owner = "alice",
          .reason = "new fans",
          .begin = now,
          .end = now + length};
}

void open_window(Bench& bench, const std::string& element, Intent intent, ground::Duration length = 1h) {
  (void)bench.tell(note_of(window_on(element, intent, bench, length), {bench.now, 0s}));
}

std::string_view severity(const Bench& bench, std::size_t incident = 0) {
  return bench.ledger.severity_of(bench.ledger.open().at(incident));
}

}  // namespace

TEST_CASE("what a window's intent names is quiet, with what follows from it") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::remove);
  (void)bench.begin(supply_removed, "cab1/psu1");
  CHECK(severity(bench) == "info");
  (void)bench.begin(path_redundancy_lost, "cab1");
  (void)bench.begin(telemetry_lost, "device/unit1");
  for (std::size_t i = 0; i < bench.ledger.open().size(); ++i) CHECK(severity(bench, i) == "info");
  (void)bench.begin(load_down, "cab1");
  CHECK(severity(bench) == "critical");
}

TEST_CASE("outside the intent, on the same element, it is as loud as ever") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::off);
  (void)bench.begin(supply_output_failed, "cab1/psu1");
  CHECK(severity(bench) == "critical");
}

TEST_CASE("a loss on the other side of a window is a page of its own that says wrong side") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::remove);
  CHECK(bench.begin(supply_removed, "cab1/psu2") == Lines{"begin supply_removed cab1/psu2 <- cab1/psu2 #b-2",
                                                          "begin wrong_side cab1/psu2 <- cab1/psu2 #b-2",
                                                          "update supply_removed cab1/psu2 <- cab1/psu2 #b-2"});
  CHECK(severity(bench) == "critical");
  CHECK(bench.log.back().evidence.empty());
  CHECK(bench.end(supply_removed, "cab1/psu2") == Lines{"end supply_removed cab1/psu2 <- cab1/psu2 #b-2",
                                                        "end wrong_side cab1/psu2 <- cab1/psu2 #b-2",
                                                        "end restored cab1/psu2 <- cab1/psu2 #b-2"});
}

TEST_CASE("a window on feed A raises everything on B, also what would be a warning") {
  Bench bench;
  open_window(bench, "feed/A", Intent::work);
  (void)bench.begin(overload, "pdu-b");
  CHECK(severity(bench) == "critical");
  (void)bench.begin(feed_lost, "feed/B");
  CHECK(bench.ledger.open().back().verdict == wrong_side);
  (void)bench.begin(feed_lost, "feed/A");
  CHECK(severity(bench, bench.ledger.open().size() - 1) == "info");
}

TEST_CASE("while A is in maintenance the loss of B is a new page, and the load that goes down is never quiet") {
  Bench bench;
  open_window(bench, "feed/A", Intent::off);
  (void)bench.begin(feed_lost, "feed/A");
  (void)bench.begin(path_redundancy_lost, "cab1");
  (void)bench.begin(feed_lost, "feed/B");
  CHECK(bench.ledger.open().size() == 2);
  const auto down = bench.begin(load_down, "cab1");
  CHECK(down.back().ends_with("<- feed/B #" + bench.ledger.open()[1].id));
  CHECK(severity(bench, 0) == "info");
  CHECK(severity(bench, 1) == "critical");
}

TEST_CASE("while A is in maintenance, what falls silent on B and leaves a load unknown is the wrong side, unknown, until it is heard") {
  Bench bench;
  open_window(bench, "feed/A", Intent::off);
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(telemetry_lost, "device/pdu-b");
  CHECK(severity(bench, 1) == "critical");
  const auto said = bench.begin(load_down, "cab1", Strength::unknown);
  CHECK(std::ranges::find(said, "begin wrong_side pdu-b <- pdu-b #" + bench.ledger.open()[1].id) != said.end());
  const auto over = bench.end(load_down, "cab1");
  CHECK(over.back() == "end wrong_side pdu-b <- pdu-b #" + bench.ledger.open()[1].id);
  CHECK(bench.end(telemetry_lost, "device/pdu-b").back().starts_with("end restored pdu-b"));
}

TEST_CASE("what two cards left unknown beside the work is over with the load's end, whatever incident it stands in") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::off);
  (void)bench.begin(supply_off_commanded, "cab1/psu1");
  (void)bench.begin(telemetry_lost, "self");
  Finding unknown{load_down, *ground::Element::parse("cab1"), Strength::unknown, {}, {}};
  unknown.signs.push_back({.source = *ground::Element::parse("device/unit2"), .point = "silence", .value = {}});
  (void)bench.file({{Change::Kind::begun, unknown}});
  REQUIRE(bench.ledger.open().size() == 3);
  CHECK(bench.ledger.open().back().verdict == wrong_side);
  CHECK(bench.ledger.open().back().cause.text() == "cab1/psu2");
  (void)bench.end(load_down, "cab1");
  CHECK(bench.ledger.open().size() == 2);
}

TEST_CASE("a window ends by itself, and what is still open is loud again") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::remove, 10min);
  (void)bench.begin(supply_removed, "cab1/psu1");
  CHECK(bench.ledger.next_due().has_value());
  CHECK(bench.settle(9min).empty());
  CHECK(severity(bench) == "info");
  CHECK(bench.settle(2min) == Lines{"end maintenance cab1/psu1 <- cab1/psu1 #"});
  CHECK(severity(bench) == "critical");
  CHECK(bench.ledger.notices().windows().empty());
}

TEST_CASE("notices are folded, a window of another boot keeps what the clocks leave of it, never more than it was given") {
  Bench bench;
  open_window(bench, "cab1/psu1", Intent::remove, 1h);
  (void)bench.tell(note_of(incident::HandsOff{.id = {}, .by = "bob", .token = "red"}, {bench.now, 0s}));
  (void)bench.tell(incident::note_of(
      incident::Attestation{.id = {}, .element = *ground::Element::parse("cab1/cache"), .by = "eve", .reason = "its lamp is green"},
      {bench.now, 0s}));
  const auto [boot, now, offset, left] = GENERATE(table<std::string, ground::Duration, ground::Duration, ground::Duration>(
      {{"b", 100s, 0s, 1h}, {"c", 5s, 95s + 20min, 40min}, {"c", 5s, -1000h, 1h}, {"c", 5s, 1000h, 0s}}));
  Ledger folded{bench.site};
  folded.begin_boot(boot);
  for (const auto& event : bench.log) folded.fold(event, {ground::Instant{now}, offset});
  REQUIRE(folded.notices().windows().size() == 1);
  const auto& window = folded.notices().windows().front();
  CHECK(window.due == ground::Instant{now + left});
  CHECK(window.intent == Intent::remove);
  CHECK(window.owner == "alice");
  CHECK(window.reason == "new fans");
  REQUIRE(folded.notices().hands_off());
  CHECK(folded.notices().hands_off()->token == "red");
  REQUIRE(folded.notices().attestation_of(*ground::Element::parse("cab1/cache")) != nullptr);
  CHECK(folded.notices().attestation_of(*ground::Element::parse("cab1/cache"))->reason == "its lamp is green");
  folded.fold(bench.ledger.note(end_of(*folded.notices().hands_off(), "eve", "blue", {bench.now, 0s}), {bench.now, 0s}), {bench.now, 0s});
  CHECK_FALSE(folded.notices().hands_off());
}

TEST_CASE("an attestation is gone with the next sign on its branch, and stays for signs elsewhere") {
  Bench bench;
  const auto psu1 = *ground::Element::parse("cab1/psu1");
  (void)bench.tell(incident::note_of(incident::Attestation{.id = {}, .element = psu1, .by = "eve", .reason = "looked"}, {bench.now, 0s}));
  (void)bench.begin(pdu_dark, "pdu-b");
  CHECK(bench.ledger.notices().attestation_of(psu1) != nullptr);
  CHECK(bench.begin(feed_lost, "feed/A").back() == "end attested cab1/psu1 <- cab1/psu1 #");
  CHECK(bench.ledger.notices().attestation_of(psu1) == nullptr);
}
