#include "rig.hpp"

// VERDICTS row 17 for traps: reported at once, then confirmed or withdrawn when a reading can know. A trap never proves.
using namespace holdup;
using namespace holdup::detect;
using namespace std::chrono_literals;
using detect::test::Rig;
using reading::TrapSays;
using enum detect::Verdict;
using Said = std::vector<std::string>;

namespace {

struct Call {
  std::string device;
  TrapSays says{};
  std::string part, index;
};

void call(Rig& rig, const Call& call) {
  const auto device = rig.site().device(call.device);
  REQUIRE(device);
  rig.detector().trapped(*device, {.trap = "1.3.6.1.4.1.99.0.1", .says = call.says, .part = call.part, .index = call.index, .varbinds = {}},
                         rig.now());
  rig.hear();
}

constexpr const char* with_ups = R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices:
  ups-a: {url: snmp://192.0.2.1, feed: A}
  ats-1: {url: snmp://192.0.2.2}
)";

}  // namespace

TEST_CASE("row 17: a PDU's word that its inlet is lost is reported at once") {
  Rig rig{test::two_feeds, 30s};
  rig.run(40s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost});
  CHECK(rig.open(pdu_dark, "pdu-a") == "reported");
  CHECK(rig.said().front() == "begun pdu_dark pdu-a reported");
}

TEST_CASE("row 17: a reading that may predate the trap neither refutes nor confirms it, the first that cannot withdraws it") {
  Rig rig{test::two_feeds, 30s};
  rig.run(40s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost});
  rig.run(29s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "reported");
  rig.run(2s);
  CHECK(rig.open(pdu_dark, "pdu-a").empty());
  CHECK(rig.said().back().starts_with("ended "));
  CHECK_FALSE(rig.ever(telemetry_lost));
  CHECK_FALSE(rig.ever(feed_lost));
}

TEST_CASE("row 17: a reading that shows the loss makes the reported verdict proven, not a second one") {
  Rig rig{test::two_feeds};
  rig.run(10s);
  call(rig, {.device = "unit1", .says = TrapSays::input_lost});
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  rig.lose_a();
  rig.run(1s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  const auto said = rig.said();
  CHECK(std::count(said.begin(), said.end(), "begun supply_input_lost cab1/psu1 reported") == 1);
  CHECK(std::count(said.begin(), said.end(), "strengthened supply_input_lost cab1/psu1 proven") == 1);
  CHECK(std::count(said.begin(), said.end(), "begun supply_input_lost cab1/psu1 proven") == 0);
}

TEST_CASE("row 17: what a unit calls out and cannot tell when asked is proven, or withdrawn, by its outlet") {
  auto text = test::two_feeds;
  text.erase(text.find("contacts:"), text.find("loads:") - text.find("contacts:"));
  Rig rig{text, 10s, {{Meaning::supply_input_ok}}};
  rig.run(60s);
  call(rig, {.device = "unit1", .says = TrapSays::input_lost});
  SECTION("it is without current") {
    rig.unit_watts("unit1", 0), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
    rig.run(5s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
    rig.run(20s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
    for (const char* unit : {"unit1", "unit2"}) rig.unit_watts(unit, 300);
    for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 300);
  }
  SECTION("it goes on") {
    rig.run(5s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  }
  rig.run(20s);
  CHECK(rig.idle());
  CHECK_FALSE(rig.ever(supply_lost));
}

TEST_CASE("a reported loss of a PDU that falls silent stays, explains its silence and is strengthened by its neighbours") {
  Rig rig{test::two_feeds};
  rig.run(10s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost});
  rig.lose_a();
  rig.run(5s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");
  CHECK(rig.open(telemetry_lost, "device/pdu-a").empty());
}

TEST_CASE("a card that still answers for a moment does not refute its own last call") {
  Rig rig{test::pdus_only};
  rig.quality("pdu-a", Meaning::input_voltage, Quality::absent);
  rig.quality("pdu-a", Meaning::outlet_current, Quality::absent);
  rig.run(10s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost});
  rig.run(1s);
  CHECK(rig.open(pdu_dark, "pdu-a") == "reported");
}

TEST_CASE("a clear trap ends no latch: what was proven waits for its own disproof") {
  Rig rig{test::two_feeds};
  rig.run(10s);
  rig.lose_a();
  rig.run(5s);
  REQUIRE(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  call(rig, {.device = "unit1", .says = TrapSays::input_restored});
  call(rig, {.device = "pdu-a", .says = TrapSays::input_restored});
  rig.run(20s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK_FALSE(rig.open(pdu_dark, "pdu-a").empty());
}

TEST_CASE("a clear trap does not end what a reading can know, the reading does") {
  Rig rig{test::two_feeds, 10s};
  rig.run(20s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost});
  call(rig, {.device = "pdu-a", .says = TrapSays::input_restored});
  CHECK(rig.open(pdu_dark, "pdu-a") == "reported");
  rig.run(12s);
  CHECK(rig.open(pdu_dark, "pdu-a").empty());
}

TEST_CASE("an outlet that a PDU calls off is its supply's, reported, until the outlet's state is read") {
  Rig rig{test::two_feeds};
  rig.run(10s);
  call(rig, {.device = "pdu-a", .says = TrapSays::outlet_off, .part = "outlet", .index = "3"});
  CHECK(rig.open(supply_off_commanded, "cab1/psu1") == "reported");
  SECTION("confirmed") {
    rig.outlet("pdu-a", 0);
    rig.run(1s);
    CHECK(rig.open(supply_off_commanded, "cab1/psu1") == "proven");
  }
  SECTION("withdrawn") {
    rig.run(1s);
    CHECK(rig.open(supply_off_commanded, "cab1/psu1").empty());
  }
}

TEST_CASE("an outlet that nothing hangs on, or that is named in no way, is no supply's") {
  Rig rig{test::two_feeds};
  rig.run(10s);
  call(rig, {.device = "pdu-a", .says = TrapSays::outlet_off, .part = "outlet", .index = "7"});
  call(rig, {.device = "pdu-a", .says = TrapSays::outlet_off, .part = "outlet", .index = ""});
  call(rig, {.device = "pdu-a", .says = TrapSays::outlet_off});
  CHECK(rig.idle());
}

TEST_CASE("a UPS on battery is reported by its trap, proven by its own reading, over when it says so for a while") {
  Rig rig{with_ups};
  std::vector<reading::Point> points(1);
  points[0].means = Meaning::ups_on_battery;
  const auto ups = *rig.site().device("ups-a");
  auto& detector = rig.detector();
  detector.identified(ups, points, rig.now());
  const auto hear = [&](double on) {
    rig.pass(500ms);
    const std::vector<reading::Reading> readings{{.point = 0, .quality = Quality::good, .value = on, .time = rig.now()}};
    detector.heard(ups, readings, rig.now());
    rig.hear();
  };
  hear(0);
  rig.pass(100ms);
  call(rig, {.device = "ups-a", .says = TrapSays::on_battery});
  CHECK(rig.open(ups_on_battery, "ups-a") == "reported");
  hear(1);
  CHECK(rig.open(ups_on_battery, "ups-a") == "proven");
  call(rig, {.device = "ups-a", .says = TrapSays::off_battery});
  hear(1);
  CHECK(rig.open(ups_on_battery, "ups-a") == "proven");
  for (int i = 0; i < 6; ++i) hear(0);
  CHECK(rig.open(ups_on_battery, "ups-a").empty());
}

TEST_CASE("what no reading can know ends when its device takes it back") {
  Rig rig{with_ups};
  rig.run(5s);
  call(rig, {.device = "ats-1", .says = TrapSays::redundancy_lost});
  call(rig, {.device = "ups-a", .says = TrapSays::overload, .part = "bank", .index = "2"});
  call(rig, {.device = "ups-a", .says = TrapSays::overload, .part = "bank", .index = "\x1b[31m"});
  rig.run(60s);
  CHECK(rig.open(path_redundancy_lost, "ats-1") == "reported");
  CHECK(rig.open(overload, "ups-a/bank/2") == "reported");
  CHECK(rig.open(overload, "ups-a") == "reported");
  call(rig, {.device = "ats-1", .says = TrapSays::redundancy_restored});
  call(rig, {.device = "ups-a", .says = TrapSays::overload_cleared, .part = "bank", .index = "2"});
  call(rig, {.device = "ups-a", .says = TrapSays::overload_cleared});
  CHECK(rig.idle());
}

TEST_CASE("after a restart a reported overload still ends when its device takes it back") {
  Rig rig{with_ups};
  rig.detector().adopt(overload, *ground::Element::parse("ups-a/bank/2"), Strength::reported, rig.now());
  rig.run(5s);
  call(rig, {.device = "ups-a", .says = TrapSays::overload_cleared, .part = "bank", .index = "2"});
  CHECK(rig.idle());
}

TEST_CASE("one phase of a three-phase inlet is not the inlet") {
  std::string text = test::two_feeds;
  text.insert(text.find('\n') + 1, "system: wye\n");
  Rig rig{text};
  rig.run(5s);
  call(rig, {.device = "pdu-a", .says = TrapSays::input_lost, .part = "phase", .index = "1"});
  CHECK(rig.idle());
}

TEST_CASE("what a trap says of communication, sources or a restart makes no verdict of power") {
  Rig rig{test::two_feeds};
  rig.run(5s);
  for (const auto says : {TrapSays::communication_lost, TrapSays::source_lost, TrapSays::restarted, TrapSays::transferred,
                          TrapSays::battery_low, TrapSays::breaker_tripped, TrapSays::supply_failed, TrapSays::output_lost})
    call(rig, {.device = "pdu-a", .says = says});
  CHECK(rig.idle());
}

TEST_CASE("a thousand forged elements are the most that are kept") {
  Rig rig{test::two_feeds};
  rig.run(1s);
  for (int i = 0; i < 5000; ++i)
    rig.detector().trapped(0, {.trap = "1.3", .says = TrapSays::overload, .part = "bank", .index = std::to_string(i), .varbinds = {}},
                           rig.now());
  rig.hear();
  CHECK(rig.said().size() <= 1000);
}

TEST_CASE("row 31: a breaker that is called tripped is reported, and withdrawn when its bank carries, measured after it") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, banks: {1: {outlets: 1-8}}}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
)"};
  rig.run(10s);
  call(rig, {.device = "pdu-a", .says = TrapSays::breaker_tripped, .part = "bank", .index = "1"});
  CHECK(rig.open(bank_tripped, "pdu-a/bank/1") == "reported");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "reported");
  rig.run(2s);
  CHECK(rig.open(bank_tripped, "pdu-a/bank/1").empty());
  CHECK(rig.idle());
}
