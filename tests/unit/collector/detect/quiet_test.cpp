#include "tests/unit/collector/detect/meter_rig.hpp"

// What must not raise a verdict, and how a latch opens.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

TEST_CASE("one or two unanswered questions are no silence") {
  Rig rig{two_feeds};
  for (int round = 0; round < 20; ++round) {
    rig.run(5s);
    for (const char* device : {"pdu-a", "pdu-a2", "pdu-b", "unit1", "unit2"}) rig.silent(device);
    rig.run(round % 2 == 0 ? 500ms : 1000ms);
    for (const char* device : {"pdu-a", "pdu-a2", "pdu-b", "unit1", "unit2"}) rig.back(device);
  }
  CHECK(rig.said().empty());
}

TEST_CASE("a device that never answered since the start is lost telemetry and nothing else") {
  Rig rig{two_feeds};
  rig.never_identified("pdu-a");
  rig.run(30s);
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(feed_lost));
}

TEST_CASE("a job that raises the load on both cords is no loss") {
  Rig rig{two_feeds};
  rig.run(10s);
  for (const char* unit : {"unit1", "unit2"}) rig.unit_watts(unit, 600);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 600);
  SECTION("while all answer") { rig.run(30s); }
  SECTION("while a card falls silent") {
    for (const char* unit : {"unit1", "unit2"}) rig.quality(unit, Meaning::supply_input_ok, Quality::absent);
    rig.silent("pdu-a");
    rig.run(30s);
  }
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK_FALSE(rig.ever(path_redundancy_lost));
}

TEST_CASE("a supply that starts is no failed supply, one that does not start within five seconds is") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.ac("unit1", 0), rig.output("unit1", 0), rig.unit_watts("unit1", 0);
  rig.run(5s);
  rig.ac("unit1", 1);
  rig.run(500ms);
  SECTION("output comes") {
    rig.output("unit1", 1), rig.unit_watts("unit1", 300);
    rig.run(30s);
    CHECK_FALSE(rig.ever(supply_output_failed));
    CHECK(rig.idle());
  }
  SECTION("output never comes") {
    rig.run(10s);
    CHECK(rig.open(supply_output_failed, "cab1/psu1") == "proven");
  }
}

TEST_CASE("a silent PDU is not dark for an input that was lost while it still answered") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(60s);
  rig.silent("pdu-a");
  rig.run(30s);
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK(rig.open(telemetry_lost, "device/pdu-a") == "proven");
}

TEST_CASE("a latch opens when the good has lasted two seconds, not before") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0);
  rig.run(2s);
  rig.ac("unit1", 1), rig.unit_watts("unit1", 300);
  SECTION("it lasts") {
    rig.run(2s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
    rig.run(500ms);
    CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
  }
  SECTION("it does not last") {
    rig.run(1500ms);
    rig.ac("unit1", 0);
    rig.run(500ms);
    rig.ac("unit1", 1);
    rig.run(2s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  }
  SECTION("silence after one good reading proves nothing") {
    rig.run(500ms);
    rig.silent("unit1");
    rig.run(60s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  }
  SECTION("a value of doubtful quality after one good reading proves nothing") {
    rig.run(500ms);
    rig.quality("unit1", Meaning::supply_input_ok, Quality::absent);
    rig.run(60s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  }
}

TEST_CASE("a reading older than the loss proves nothing") {
  Rig rig{two_feeds, 10s};  // a card that measures every ten seconds
  rig.run(20s);
  rig.ac("unit1", 0);
  rig.run(500ms);
  rig.ac("unit1", 1);
  rig.run(9500ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  rig.run(3s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
}

TEST_CASE("an input that is good again is back when its supply carries, or when the whole load is off") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(2s);
  rig.ac("unit1", 1);
  rig.run(10s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  SECTION("it carries") { rig.unit_watts("unit1", 300), rig.unit_watts("unit2", 300); }
  SECTION("the load is off") { rig.unit_watts("unit2", 0); }
  rig.run(5s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
}

TEST_CASE("what was lost before a restart is lost after it, until proven") {
  Rig rig{two_feeds};
  rig.detector().adopt(feed_lost, *ground::Element::parse("feed/A"), Strength::probable, rig.now());
  rig.detector().adopt(supply_input_lost, *ground::Element::parse("cab1/psu1"), Strength::proven, rig.now());
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.silent("unit1");
  rig.run(30s);
  CHECK_FALSE(rig.open(feed_lost, "feed/A").empty());
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  for (const char* device : {"pdu-a", "pdu-a2", "unit1"}) rig.back(device);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("a feed is back when all its PDUs have proven it") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.lose_a();
  rig.run(10s);
  rig.back("pdu-a");
  rig.run(10s);
  CHECK_FALSE(rig.open(feed_lost, "feed/A").empty());
  rig.feed_a_back();
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 10: a supply whose output nobody tells of any more does not stand by for having its input") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.quality("unit1", Meaning::supply_output_ok, Quality::absent);
  rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(30s);
  CHECK_FALSE(rig.ever(supply_standby));
}

TEST_CASE("row 14: a module that was pulled as the other side fell has no wrong cord") {
  Rig rig{two_feeds};
  rig.tells("unit2", {{.means = Meaning::supply_present, .value = 1}});
  rig.outlet_watts("pdu-b", 0);
  rig.run(10s);
  rig.volts("pdu-a", 0), rig.ac("unit1", 0), rig.output("unit1", 0);
  rig.set("unit2", Meaning::supply_present, 0), rig.ac("unit2", 0), rig.output("unit2", 0), rig.unit_watts("unit2", 0);
  rig.run(30s);
  CHECK(rig.open(supply_removed, "cab1/psu2") == "proven");
  CHECK_FALSE(rig.ever(miscorded));
}

TEST_CASE("row 15: a reading that is as old as its wire's fall, and the last one, breaks no wire") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.contact("wire1", true);
  rig.wait(5ms);
  rig.ask("unit1");
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");  // a supply's own word follows its wire
  rig.wait(10ms);
  rig.ask("unit1");
  rig.silent("unit1");
  rig.run(10s);
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("what stood before a restart and answered since is not known to be dark when it falls silent again") {
  Rig rig{pdus_only, 60s};
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.detector().adopt(pdu_dark, *ground::Element::parse(pdu), Strength::proven, rig.now());
  rig.silent("pdu-a");
  rig.run(5s);
  rig.silent("pdu-b");
  rig.run(10s);
  CHECK(rig.open(load_down, "cab1") != "proven");
}

TEST_CASE("a load has its paths again by its PDU's answer once the PDU counts as back, not before") {
  Rig rig{pdus_only, {}, {.without = {Meaning::outlet_current, Meaning::outlet_power}}};
  rig.run(10s);
  rig.volts("pdu-a", 0);
  rig.run(10s);
  REQUIRE(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.volts("pdu-a", 230);
  rig.run(1500ms);
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.run(3s);
  CHECK(rig.idle());
}

TEST_CASE("paths that take two lost supplies are lost, proven, only where both are known of one moment") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
loads:
  cab1:
    supplies: {psu1: {cord: pdu-a/outlet/3, status: unit1}, psu2: {cord: pdu-a/outlet/4, status: unit2}, psu3: {cord: pdu-b/outlet/3}}
)"};
  rig.run(10s);
  rig.ac("unit1", 0), rig.output("unit1", 0);
  rig.run(1s);
  const bool unheard = GENERATE(true, false);
  if (unheard) rig.silent("unit1");
  rig.run(500ms);
  rig.ac("unit2", 0), rig.output("unit2", 0);
  rig.run(500ms);
  CHECK(rig.open(path_redundancy_lost, "cab1") == (unheard ? "probable" : "proven"));
}

TEST_CASE("row 7: a sibling that rises because its own input came back tells of no interruption of the other side") {
  Rig rig{two_feeds};
  rig.tells("pdu-a", {{.means = Meaning::uptime, .value = 86400, .index = "1"}});
  rig.ac("unit2", 0), rig.unit_watts("unit2", 0), rig.unit_watts("unit1", 600), rig.outlet_watts("pdu-a", 600),
      rig.outlet_watts("pdu-b", 0);
  rig.run(20s);
  rig.silent("pdu-a");
  const bool returns = GENERATE(true, false);  // else it rises by itself
  if (returns) rig.ac("unit2", 1);
  rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600), rig.unit_watts("unit1", 0), rig.outlet_watts("pdu-a", 0);
  rig.run(1s);
  rig.back("pdu-a"), rig.set("pdu-a", Meaning::uptime, 1, "1");
  rig.run(10s);
  CHECK(rig.ever(past_interruption) != returns);
}

TEST_CASE("row 7: a supply that fails and its mate on the same PDU that rises tell of no interruption of that PDU") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
loads: {cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-a/outlet/4}}}}
)"};
  rig.tells("pdu-a",
            {{.means = Meaning::uptime, .value = 86400, .index = "1"}, {.means = Meaning::outlet_power, .value = 300, .index = "4"}});
  rig.run(20s);
  rig.silent("pdu-a");
  rig.run(1s);
  rig.back("pdu-a"), rig.set("pdu-a", Meaning::uptime, 1, "1");
  rig.set("pdu-a", Meaning::outlet_power, 600), rig.set("pdu-a", Meaning::outlet_power, 0, "4");
  rig.run(10s);
  CHECK(rig.ever(card_restarted));
  CHECK_FALSE(rig.ever(past_interruption));
}

TEST_CASE("row 31: a load that goes off, and a module that is pulled beside it, trip no bank") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, banks: {1: {outlets: 3-4}}}
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
loads:
  cab1: {supplies: {psu1: {cord: pdu-a/outlet/3, status: unit1}, psu2: {cord: pdu-a/outlet/4, status: unit2}}}
)"};
  rig.tells("pdu-a", {{.means = Meaning::outlet_current, .value = 1.4, .index = "4"}});
  const bool pulled = GENERATE(true, false);
  rig.tells("unit1", {{.means = Meaning::supply_present, .value = 1}});
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.set("pdu-a", Meaning::outlet_current, 0, "4"), rig.unit_watts("unit2", 0), rig.unit_watts("unit1", 0);
  rig.ac("unit1", 0), rig.output("unit1", 0);
  if (pulled) rig.set("unit1", Meaning::supply_present, 0);
  rig.run(10s);
  CHECK(rig.ever(bank_tripped) != pulled);
}

TEST_CASE("row 1: a sibling whose own output came back does not prove that a silent PDU is dark") {
  Rig rig{two_feeds};
  rig.ac("unit2", 1), rig.output("unit2", 0), rig.unit_watts("unit2", 0), rig.outlet_watts("pdu-b", 0);
  rig.unit_watts("unit1", 600), rig.outlet_watts("pdu-a", 600);
  rig.run(20s);
  rig.quality("unit1", Meaning::supply_input_ok, Quality::absent);
  const bool returns = GENERATE(true, false);
  if (returns) rig.output("unit2", 1);
  rig.silent("pdu-a"), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600), rig.unit_watts("unit1", 0);
  rig.run(3s);
  CHECK(rig.open(pdu_dark, "pdu-a") == (returns ? "probable" : "proven"));
}

TEST_CASE("row 5: two contacts of supplies on a silent PDU tell that it is dark, though nobody answers on any network") {
  Rig rig{R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
contacts:
  wire1: {source: gpiochip0/1, senses: ac_ok, of: srv1/psu1}
  wire2: {source: gpiochip0/2, senses: ac_ok, of: srv2/psu1}
loads:
  srv1: {supplies: {psu1: {cord: pdu-a/outlet/3}}}
  srv2: {supplies: {psu1: {cord: pdu-a/outlet/4}}}
)"};
  rig.run(10s);
  const bool both = GENERATE(true, false);
  rig.silent("pdu-a"), rig.edge("wire1", true);
  if (both) rig.edge("wire2", true);
  rig.run(5s);
  CHECK(rig.open(pdu_dark, "pdu-a") == (both ? "probable" : ""));
}

TEST_CASE("what hangs behind a transfer switch is not without power by the loss of one of its feeds") {
  std::string text = R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
ats: {t1: {status: t1-card, carries: pdu-b, alternate: A}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  pdu-b2: {url: snmp://192.0.2.4, feed: B}
  pdu-b3: {url: snmp://192.0.2.6, feed: B}
  t1-card: {url: snmp://192.0.2.5}
loads:
  srv1: {supplies: {psu1: {cord: pdu-b/outlet/3}}}
)";
  const bool transfers = GENERATE(true, false);
  if (!transfers) text.replace(text.find("pdu-b, alternate"), 5, "pdu-b2");
  Rig rig{text};
  rig.run(10s);
  rig.silent("pdu-b"), rig.silent("pdu-b2"), rig.silent("pdu-b3");
  rig.run(10s);
  REQUIRE(rig.open(feed_lost, "feed/B") == "probable");
  CHECK(rig.open(load_down, "srv1") == (transfers ? "unknown" : "probable"));  // row 32: nobody hears its PDU
}

TEST_CASE("row 31: where a line of its PDU is gone, outlets at half their voltage are no tripped bank") {
  MeterRig rig{R"(rack: r
system: delta
feeds: {A: {nominal_volts: 208}}
devices: {pdu-a: {url: snmp://192.0.2.1, feed: A, banks: {1: {outlets: 1-2}}}}
loads: {srv1: {supplies: {psu1: {cord: pdu-a/outlet/1}}}}
)",
               {{"pdu-a",
                 {{Meaning::input_voltage, "1", 208},
                  {Meaning::input_voltage, "2", 208},
                  {Meaning::input_voltage, "3", 208},
                  {Meaning::outlet_voltage, "1", 208},
                  {Meaning::outlet_voltage, "2", 208}}}}};
  rig.run(10s);
  const bool line = GENERATE(true, false);
  if (line) rig.set("pdu-a", Meaning::input_voltage, "1", 104), rig.set("pdu-a", Meaning::input_voltage, "3", 104);
  for (const char* outlet : {"1", "2"}) rig.set("pdu-a", Meaning::outlet_voltage, outlet, 103);
  rig.run(10s);
  CHECK(rig.ever(bank_tripped) != line);
}

TEST_CASE("the look at everything waits for a step without news") {
  const auto site = site_of(pdus_only);
  Detector detector{site};
  const std::vector<reading::Point> points;
  Instant now = Instant{} + 1h;
  detector.identified(0, points, now);
  while (detector.next_due() && *detector.next_due() <= now) (void)assessed(detector, now);
  (void)assessed(detector, now);
  REQUIRE(detector.next_due());
  now = *detector.next_due();
  detector.identified(1, points, now);
  (void)assessed(detector, now);
  CHECK(detector.next_due() == now);
  (void)assessed(detector, now);
  CHECK(detector.next_due() != now);
}

TEST_CASE("what begins is handed over before what it does to its load is judged, what ends together with it") {
  const auto site = site_of(two_feeds);
  Detector detector{site};
  Instant now = Instant{} + 1h;
  std::vector<reading::Point> points(1);
  points[0].means = Meaning::supply_input_ok, points[0].metric = "input";
  const auto tell = [&](const char* unit, double input) {
    detector.heard(*site.device(unit), std::vector{reading::Reading{.point = 0, .quality = Quality::good, .value = input, .time = now}},
                   now);
  };
  const auto words = [](const std::vector<Change>& changes) {
    std::vector<std::string> out;
    for (const auto& change : changes) out.emplace_back(name(change.finding.verdict));
    return out;
  };
  for (const char* unit : {"unit1", "unit2"}) detector.identified(*site.device(unit), points, now);
  for (const char* pdu : {"pdu-a", "pdu-b"}) detector.identified(*site.device(pdu), {}, now), detector.heard(*site.device(pdu), {}, now);
  for (int n = 0; n < 10; ++n, now += 1s) tell("unit1", 1), tell("unit2", 1), (void)assessed(detector, now);

  tell("unit1", 0);
  CHECK(words(detector.assess(now)) == std::vector<std::string>{"supply_input_lost"});
  CHECK(words(detector.assess_rest(now)) == std::vector<std::string>{"path_redundancy_lost"});

  std::vector<std::string> ended;
  for (int n = 0; n < 10 && ended.empty(); ++n) {
    now += 1s, tell("unit1", 1), tell("unit2", 1);
    ended = words(detector.assess(now));
    CHECK(detector.assess_rest(now).empty());
  }
  CHECK(ended == std::vector<std::string>{"supply_input_lost", "path_redundancy_lost"});
}
