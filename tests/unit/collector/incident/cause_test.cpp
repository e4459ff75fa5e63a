#include <algorithm>

#include "collector/incident/severity.hpp"
#include "tests/unit/collector/incident/bench.hpp"

// Which incident a finding belongs to, what becomes of its cause, and when it is over.

using namespace holdup;
using namespace std::chrono_literals;
using namespace holdup::detect;
using enum holdup::detect::Verdict;
using incident::test::Bench;
using incident::test::Lines;

namespace {

// pdu-c behind a transfer switch between A and B; A behind u1.
const std::string with_ats = R"(rack: r
feeds: {A: {nominal_volts: 230, upstream: {ups: u1}}, B: {nominal_volts: 230}}
ups: {u1: {status: u1-card}}
ats: {t1: {carries: pdu-c, alternate: B}}
devices:
  u1-card: {url: snmp://192.0.2.9}
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  pdu-c: {url: snmp://192.0.2.4, feed: A}
loads:
  cab1: {supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
  cab2: {supplies: {psu1: {cord: pdu-c/outlet/1}}}
)";

}  // namespace

TEST_CASE("a UPS on battery takes nothing away: a loss below it is a page of its own, and is not renamed by it") {
  Bench bench{with_ats};
  SECTION("the battery first") {
    CHECK(bench.begin(ups_on_battery, "ups/u1") == Lines{"begin ups_on_battery ups/u1 <- ups/u1 #b-1"});
    CHECK(bench.begin(feed_lost, "feed/A") == Lines{"begin feed_lost feed/A <- feed/A #b-2"});
  }
  SECTION("the loss first") {
    CHECK(bench.begin(feed_lost, "feed/A") == Lines{"begin feed_lost feed/A <- feed/A #b-1"});
    CHECK(bench.begin(ups_on_battery, "ups/u1") == Lines{"begin ups_on_battery ups/u1 <- ups/u1 #b-2"});
  }
  CHECK(bench.ledger.open().size() == 2);
}

TEST_CASE("what hangs behind a transfer switch falls with the second of its feeds, and is that loss's consequence") {
  Bench bench{with_ats};
  (void)bench.begin(feed_lost, "feed/A");
  CHECK(bench.begin(feed_lost, "feed/B") == Lines{"begin feed_lost feed/B <- feed/B #b-2"});
  CHECK(bench.begin(pdu_dark, "pdu-c") == Lines{"begin pdu_dark pdu-c <- feed/B #b-2"});
  CHECK(bench.begin(telemetry_lost, "device/pdu-c") == Lines{"begin telemetry_lost device/pdu-c <- feed/B #b-2"});
  CHECK(bench.begin(load_down, "cab2").front().ends_with("<- feed/B #b-2"));
}

TEST_CASE("with one of its feeds there, a PDU behind a transfer switch that goes dark is a loss of its own") {
  Bench bench{with_ats};
  (void)bench.begin(feed_lost, "feed/A");
  CHECK(bench.begin(pdu_dark, "pdu-c") == Lines{"begin pdu_dark pdu-c <- pdu-c #b-2"});
}

TEST_CASE("a breaker that was overloaded and tripped is one incident, named by the trip") {
  Bench bench;
  (void)bench.begin(overload, "pdu-a");
  CHECK(bench.begin(pdu_dark, "pdu-a") == Lines{"begin pdu_dark pdu-a <- pdu-a #b-1", "update overload pdu-a <- pdu-a #b-1"});
  CHECK(bench.ledger.severity_of(bench.ledger.open().front()) == "critical");
}

TEST_CASE("an overload above a supply does not hide that the supply is lost") {
  Bench bench;
  (void)bench.begin(overload, "pdu-a");
  CHECK(bench.begin(supply_output_failed, "cab1/psu1") == Lines{"begin supply_output_failed cab1/psu1 <- cab1/psu1 #b-2"});
}

TEST_CASE("a feed that is back ends its incident, although the load still suffers from the other") {
  Bench bench;
  (void)bench.begin(feed_lost, "feed/A");
  (void)bench.begin(path_redundancy_lost, "cab1");
  (void)bench.begin(feed_lost, "feed/B");
  CHECK(bench.end(feed_lost, "feed/A") == Lines{"end feed_lost feed/A <- feed/A #b-1", "end path_redundancy_lost cab1 <- feed/A #b-1",
                                                "begin path_redundancy_lost cab1 <- feed/B #b-3", "end restored feed/A <- feed/A #b-1"});
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(bench.ledger.open()[0].open.size() == 2);
  CHECK(bench.end(feed_lost, "feed/B").size() == 1);  // nothing else to follow from: it waits for the load
  CHECK(bench.end(path_redundancy_lost, "cab1").back() == "end restored feed/B <- feed/B #b-3");
}

TEST_CASE("while the cause is back and something below it is not, the incident says so") {
  Bench bench;
  (void)bench.begin(feed_lost, "feed/A");
  (void)bench.begin(supply_input_lost, "cab1/psu1");
  (void)bench.end(feed_lost, "feed/A");
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(incident::sentence(bench.ledger.open()[0]) == "feed/A is back (feed_lost); still: cab1/psu1 supply_input_lost");
}

TEST_CASE("what comes and goes is paged twice, then one incident with a count until it has been calm for ten minutes") {
  Bench bench;
  std::set<std::string> pages;
  for (int i = 0; i < 7; ++i) {
    const auto begun = bench.begin(supply_input_lost, "cab1/psu1");
    REQUIRE(begun.size() == 1);
    pages.insert(begun.front().substr(begun.front().find('#')));
    (void)bench.end(supply_input_lost, "cab1/psu1");
  }
  CHECK(pages.size() == 3);
  REQUIRE(bench.ledger.open().size() == 1);
  const auto& held = bench.ledger.open().front();
  CHECK(held.open.empty());
  CHECK(held.times == 7);
  CHECK(incident::sentence(held).ends_with("it comes and goes: 7 times"));
  CHECK(bench.settle(9min).empty());
  SECTION("another loss on the same branch meanwhile is a page of its own") {
    CHECK(bench.begin(supply_output_failed, "cab1/psu1").front().find('#') != std::string::npos);
    CHECK(bench.ledger.open().size() == 2);
  }
  SECTION("it is restored when it stayed away") {
    CHECK(bench.settle(2min) == Lines{"end restored cab1/psu1 <- cab1/psu1 " + *pages.rbegin()});
    CHECK(bench.ledger.open().empty());
    CHECK(bench.log.back().evidence[1].point.starts_with("came and went 7 times"));
  }
  SECTION("a crash changes nothing of it") {
    incident::Ledger folded{bench.site};
    folded.begin_boot("b");
    for (const auto& event : bench.log) folded.fold(event, {bench.now, 0s});
    CHECK(folded.finish_fold({bench.now, 0s}).empty());
    REQUIRE(folded.open().size() == 1);
    CHECK(folded.open().front().times == 7);
    CHECK(folded.next_due() == bench.ledger.next_due());
  }
}

TEST_CASE("interruptions one after another become one incident with a count") {
  Bench bench;
  std::set<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    (void)bench.file({incident::test::change(Change::Kind::past, past_interruption, "pdu-a")});
    ids.insert(bench.log.back().incident);
  }
  CHECK(ids.size() == 3);
  REQUIRE(bench.ledger.open().size() == 1);
  CHECK(bench.ledger.open().front().times == 6);
  CHECK(bench.settle(11min).size() == 1);
  CHECK(bench.ledger.open().empty());
}

TEST_CASE("row 32: a load of which nobody knows whether it is down is filed under the silence that left it so, not under the first loss") {
  Bench bench{with_ats};
  (void)bench.begin(pdu_dark, "pdu-a");
  (void)bench.begin(telemetry_lost, "device/pdu-b");
  CHECK(bench.begin(load_down, "cab1", Strength::unknown) == Lines{"begin load_down cab1 <- device/pdu-b #b-2"});
}
