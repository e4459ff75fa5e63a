#include "tests/unit/collector/detect/meter_rig.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// Rows 8 to 14 of docs/verdicts.md: what a supply, its outlet and its siblings say of each other, on either side; and who wins where they
// contradict.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("row 9: the supply's AC bit says whether input or output went, where its current only says that something did") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  SECTION("no AC: its cord") {
    rig.ac("unit1", 0);
    rig.run(10s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
    CHECK_FALSE(rig.ever(supply_output_failed));
  }
  SECTION("AC good and no output: itself") {
    rig.output("unit1", 0);
    rig.run(10s);
    CHECK(rig.open(supply_output_failed, "cab1/psu1") == "proven");
    CHECK_FALSE(rig.ever(supply_input_lost));
  }
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
}

TEST_CASE("row 9: a supply without output whose card is back before its PDU may be starting: it has failed once that lasts") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("unit1"), rig.silent("pdu-a");
  rig.run(30s);
  rig.back("unit1"), rig.output("unit1", 0), rig.unit_watts("unit1", 0);
  SECTION("its PDU is not heard") {
    rig.run(3s);
    CHECK_FALSE(rig.ever(supply_output_failed));
    SECTION("it has started") {
      rig.output("unit1", 1), rig.unit_watts("unit1", 300);
      rig.run(1s);
      rig.back("pdu-a");
      rig.run(20s);
      CHECK_FALSE(rig.ever(supply_output_failed));
    }
    SECTION("it does not start") {
      rig.run(5s);
      CHECK(rig.open(supply_output_failed, "cab1/psu1") == "proven");
    }
  }
  SECTION("its PDU was heard before: said at once") {
    rig.ac("unit1", 1), rig.output("unit1", 1), rig.silent("unit1"), rig.back("pdu-a");
    rig.run(3s);
    rig.back("unit1"), rig.output("unit1", 0);
    rig.run(1s);
    CHECK(rig.open(supply_output_failed, "cab1/psu1") != "");
  }
}

TEST_CASE("row 9: a status that fell silent with its supply does not hide what the outlets see") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.silent("unit1"), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(10s);
  CHECK(rig.open(supply_lost, "cab1/psu1") != "");
  CHECK(rig.open(path_redundancy_lost, "cab1") != "");
  CHECK_FALSE(rig.ever(supply_output_failed));
  CHECK_FALSE(rig.ever(supply_input_lost));
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 9: where only amperes are known the sibling may differ by a fifth of what went, not by a third") {
  const auto [rise, verdict] = GENERATE(std::pair{1.4, "proven"}, std::pair{1.15, "proven"}, std::pair{0.9, ""}, std::pair{1.9, ""});
  Rig rig{sharing("active", pdus_only), {}, {.without = {Meaning::outlet_power}}};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", (300 / 214. + rise) * 214);
  rig.run(5s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == verdict);
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("row 10: psu1 carries nothing, psu2 all, and psu1's own status is good: it stands by, and nothing is lost") {
  for (const std::string word : {"active", "standby", "unknown"}) {
    Rig rig{sharing(word)};
    rig.run(10s);
    rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
    rig.run(10s);
    REQUIRE(rig.said() == Said{"past supply_standby cab1/psu1 " + std::string{word == "standby" ? "proven" : "probable"}});
    CHECK(rig.evidence(supply_standby, "cab1/psu1").find("its own status outweighs a current that is gone") != std::string::npos);
    CHECK(rig.evidence(supply_standby, "cab1/psu1").find("last exercised") != std::string::npos);
    rig.run(10min);
    CHECK(rig.said().size() == 1);
    rig.outlet_watts("pdu-a", 600), rig.unit_watts("unit1", 600), rig.unit_watts("unit2", 0), rig.outlet_watts("pdu-b", 0);  // rotation
    rig.run(10s);
    CHECK(rig.said().back().starts_with("past supply_standby cab1/psu2 "));
    CHECK_FALSE(rig.ever(supply_lost));
    CHECK_FALSE(rig.ever(path_redundancy_lost));
  }
}

TEST_CASE("row 10: what stood by when its status was heard last is not lost because that falls silent") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(10s);
  rig.silent("unit1");
  rig.run(10s);
  CHECK_FALSE(rig.ever(supply_lost));
  CHECK(rig.open(telemetry_lost, "device/unit1") == "proven");
}

TEST_CASE("row 10: a supply that says itself that it stands by proves it") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::supply_standby, .value = 0}});
  rig.run(10s);
  rig.set("unit1", Meaning::supply_standby, 1);
  rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(10s);
  CHECK(rig.said() == Said{"past supply_standby cab1/psu1 proven"});
}

TEST_CASE("row 10: supplies that stand by without a status of their own stand by unknown, and are no loss") {
  Rig rig{sharing("standby", pdus_only)};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 600);
  rig.run(30s);
  CHECK(rig.said() == Said{"past supply_standby cab1/psu1 unknown"});
}

TEST_CASE("row 11: a standby at 0 A as ever has lost its feed: its AC bit says so, no current does") {
  Rig rig{sharing("standby")};
  rig.outlet_watts("pdu-b", 0), rig.unit_watts("unit2", 0), rig.outlet_watts("pdu-a", 600), rig.unit_watts("unit1", 600);
  rig.run(60s);
  CHECK(rig.said().empty());
  SECTION("its own status") {
    rig.ac("unit2", 0), rig.silent("pdu-b");
    rig.run(5s);
    CHECK(rig.open(supply_input_lost, "cab1/psu2") == "proven");
  }
  SECTION("its PDU's inlet, where the supply says nothing") {
    rig.never_identified("unit2");
    rig.volts("pdu-b", 0);
    rig.run(5s);
    CHECK(rig.open(pdu_dark, "pdu-b") == "proven");
  }
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK_FALSE(rig.ever(load_down));
  CHECK_FALSE(rig.ever(supply_lost));
}

TEST_CASE("row 11: a standby whose PDU is silent and that nothing else sees is unknown, never well because it drew nothing before") {
  Rig rig{sharing("standby", pdus_only)};
  rig.outlet_watts("pdu-b", 0), rig.outlet_watts("pdu-a", 600);
  rig.run(60s);
  rig.silent("pdu-b");
  rig.run(10s);
  CHECK(rig.open(path_redundancy_lost, "cab1") == "unknown");
  CHECK(rig.open(telemetry_lost, "device/pdu-b") == "proven");
  CHECK_FALSE(rig.ever(pdu_dark));
}

TEST_CASE("a load is down, proven, only once what is told of each supply was measured since the last was lost") {
  Rig rig{two_feeds, 2s};
  rig.run(10s);
  rig.ac("unit1", 0), rig.output("unit1", 0);
  rig.run(1s);
  rig.ac("unit2", 0), rig.output("unit2", 0);
  rig.run(1s);
  CHECK(rig.open(load_down, "cab1") == "probable");
  SECTION("the first had its input back before the other went: its zero was a cache's") {
    rig.ac("unit1", 1), rig.output("unit1", 1);
    rig.run(10s);
    CHECK(std::ranges::find(rig.said(), "strengthened load_down cab1 proven") == rig.said().end());
  }
  SECTION("both stay away") {
    rig.run(10s);
    CHECK(rig.open(load_down, "cab1") == "proven");
  }
}

TEST_CASE("row 12: both outlets of a load fall together under good voltage: it went off, its power is there, and that is told once") {
  for (const auto& text : {two_feeds, sharing("active", pdus_only), sharing("standby", pdus_only), mirrored(pdus_only)}) {
    Rig rig{text};
    const bool units = text == two_feeds;
    rig.run(10s);
    rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 0);
    if (units) rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 0);
    rig.run(10min);
    // A PDU's voltage ends at its inlet: that it came as far as the load is known to the units, or to meters at the outlets.
    CHECK(rig.said() == Said{units ? "past load_off cab1 proven" : "past load_off cab1 probable"});
    rig.outlet_watts("pdu-a", 300), rig.outlet_watts("pdu-b", 300);
    if (units) rig.unit_watts("unit1", 300), rig.unit_watts("unit2", 300);
    rig.run(60s);
    CHECK(rig.said().size() == 1);
  }
}

TEST_CASE("rows 10 and 12: what stands by, or is off, still takes some tens of watts, and less than 0.2 A") {
  Rig rig{two_feeds};
  rig.run(10s);
  rig.outlet_watts("pdu-a", 30), rig.unit_watts("unit1", 0);
  SECTION("a supply that stands by") {
    rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 570);
    rig.run(10s);
    CHECK(rig.said() == Said{"past supply_standby cab1/psu1 probable"});
  }
  SECTION("a load that is off") {
    rig.unit_watts("unit2", 0), rig.outlet_watts("pdu-b", 30);
    rig.run(10s);
    CHECK(rig.said() == Said{"past load_off cab1 proven"});
  }
}

TEST_CASE("row 12 mirrored: cords that fall with their voltages, or one after the other, are no load that went off") {
  Rig rig{pdus_only};
  rig.run(10s);
  SECTION("with their voltages") {
    for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 0), rig.volts(pdu, 0);
  }
  SECTION("one after the other") {
    rig.outlet_watts("pdu-a", 0);
    rig.run(20s);
    rig.outlet_watts("pdu-b", 0);
  }
  SECTION("to what an idle load still draws") { rig.outlet_watts("pdu-a", 50), rig.outlet_watts("pdu-b", 50); }
  SECTION("by command") { rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 0), rig.outlet("pdu-a", 0), rig.outlet("pdu-b", 0); }
  rig.run(60s);
  CHECK_FALSE(rig.ever(load_off));
}

TEST_CASE("row 14: psu2 falls with feed A while its PDU on B is good and never fed it: the load is down, and psu2 is corded wrongly") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);  // where psu2 should hang nothing is drawn
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.run(10s);
  CHECK(rig.open(load_down, "cab1") != "");
  CHECK(rig.open(miscorded, "cab1/psu2") == "proven");
  CHECK(rig.open(miscorded, "cab1/psu1").empty());
  CHECK(rig.open(feed_lost, "feed/B").empty());
  CHECK(rig.open(pdu_dark, "pdu-b").empty());
  SECTION("A comes back, and psu2 still hangs there") {
    rig.back("pdu-a"), rig.back("pdu-a2");
    for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 1), rig.output(unit, 1), rig.unit_watts(unit, 300);
    rig.run(30s);
    CHECK(rig.open(load_down, "cab1").empty());
    CHECK(rig.open(miscorded, "cab1/psu2") == "proven");
    SECTION("until its outlet on B carries it") {
      rig.outlet_watts("pdu-b", 300);
      rig.run(10s);
      CHECK(rig.idle());
    }
  }
}

TEST_CASE("row 14: an answer of the good PDU that gets lost hides no wrong cord") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.run(500ms);
  rig.silent("pdu-b");
  rig.run(1s);
  rig.back("pdu-b");
  rig.run(10s);
  CHECK(rig.open(miscorded, "cab1/psu2") == "proven");
}

TEST_CASE("row 14: a status that dies with the supply it reported proves a wrong cord once it stays away, and none when it is back") {
  const bool stays_away = GENERATE(true, false);
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.run(500ms);
  rig.silent("unit1"), rig.silent("unit2");
  rig.run(3s);
  CHECK_FALSE(rig.ever(miscorded));
  if (!stays_away) rig.ac("unit2", 1), rig.output("unit2", 1), rig.unit_watts("unit2", 300), rig.back("unit2");
  rig.run(10s);
  CHECK(rig.open(miscorded, "cab1/psu2") == (stays_away ? "proven" : ""));
  CHECK(rig.open(miscorded, "cab1/psu1").empty());
  CHECK(rig.open(feed_lost, "feed/B").empty());
}

TEST_CASE("row 14: a sibling whose status fell silent before it could tell of the loss was lost all the same") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.silent("unit1");
  rig.ac("unit2", 0), rig.output("unit2", 0), rig.unit_watts("unit2", 0);
  rig.run(15s);
  CHECK(rig.open(miscorded, "cab1/psu2") == "proven");
}

TEST_CASE("row 14: an outlet that goes on as before feeds something else, one that fell fed the supply, and the cord is right") {
  const bool unmoved = GENERATE(true, false);
  Rig rig{two_feeds};
  rig.run(30s);
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  if (!unmoved) rig.outlet_watts("pdu-b", 0);
  rig.run(10s);
  CHECK(rig.open(miscorded, "cab1/psu2") == (unmoved ? "proven" : ""));
}

TEST_CASE("row 14: what falls later than the feed was not lost with it") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);
  rig.run(30s);
  rig.lose_a(), rig.outlet_watts("pdu-b", 0);
  rig.run(10s);
  rig.ac("unit2", 0), rig.output("unit2", 0), rig.unit_watts("unit2", 0);
  rig.run(10s);
  CHECK_FALSE(rig.ever(miscorded));
}

TEST_CASE("row 14: a supply that lost its input while its sibling still told of a good one did not go with the sibling's PDU") {
  Rig rig{two_feeds};
  rig.outlet_watts("pdu-b", 0);
  rig.run(30s);
  rig.ac("unit2", 0), rig.output("unit2", 0), rig.unit_watts("unit2", 0);
  rig.run(1500ms);
  for (const char* device : {"pdu-a", "pdu-a2", "unit1"}) rig.silent(device);
  rig.run(15s);
  CHECK_FALSE(rig.ever(miscorded));
}

TEST_CASE(
    "row 14: where no meter can tell, a cord is called wrong only by units that looked so often that two losses would be told apart") {
  const auto [look, strength] = GENERATE(std::pair{100ms, "probable"}, std::pair{500ms, ""});
  Rig rig{two_feeds, {}, {.without = {Meaning::outlet_current, Meaning::outlet_power}}};
  rig.run(30s);
  for (Duration waited{}; waited < 1s; waited += look) rig.pass(look), rig.ask("unit1"), rig.ask("unit2");
  rig.silent("pdu-a"), rig.silent("pdu-a2");
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.pass(look), rig.ask("unit1"), rig.ask("unit2");
  rig.run(15s);
  CHECK(rig.open(miscorded, "cab1/psu2") == strength);
}

TEST_CASE("row 14: an outlet that was off while nobody heard of the supply took its input, also where it is on again") {
  Rig rig{two_feeds};
  rig.run(30s);
  rig.outlet("pdu-b", 0), rig.outlet_watts("pdu-b", 0), rig.silent("unit2");
  rig.run(10s);
  rig.silent("pdu-a"), rig.silent("pdu-a2"), rig.back("unit2"), rig.outlet("pdu-b", 1);
  for (const char* unit : {"unit1", "unit2"}) rig.ac(unit, 0), rig.output(unit, 0), rig.unit_watts(unit, 0);
  rig.run(10s);
  CHECK_FALSE(rig.ever(miscorded));
}

TEST_CASE("a status that says no input while its outlet draws current, measured after it, is probable, and says who contradicts") {
  Rig rig{two_feeds};
  rig.run(10s);
  const auto asked = rig.now() - 300ms;  // an answer that was long on its way: the outlet has spoken since
  rig.detector().heard_late(*rig.site().device("unit1"), asked,
                            std::vector{reading::Reading{.point = 0, .quality = Quality::good, .value = 0, .time = asked}});
  rig.hear();
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());  // older than what unit1 said since
  rig.silent("unit1");
  rig.run(1s);
  const auto lost = rig.now() - 700ms;
  rig.detector().heard_late(*rig.site().device("unit1"), lost,
                            std::vector{reading::Reading{.point = 0, .quality = Quality::good, .value = 0, .time = lost}});
  rig.hear();
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "probable");
  CHECK(rig.evidence(supply_input_lost, "cab1/psu1").find("contradicts: outlet_current") != std::string::npos);
  rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 600);
  rig.run(1s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
}

TEST_CASE("a unit that tells 0 of everything, of its temperature too, proves no loss") {
  Rig rig{two_feeds};
  rig.tells("unit1", {{.means = Meaning::temperature, .value = 31}});
  rig.run(10s);
  rig.ac("unit1", 0), rig.output("unit1", 0), rig.unit_watts("unit1", 0);
  SECTION("all of it") {
    rig.set("unit1", Meaning::temperature, 0);
    rig.run(10s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "probable");
  }
  SECTION("a real loss leaves it warm") {
    rig.run(10s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  }
}

TEST_CASE("a PDU that measures no voltage is held against its supplies: one that lost its input proves it, one that has it contradicts") {
  enum class Input { lost, kept, lost_later };
  const Input input = GENERATE(Input::lost, Input::kept, Input::lost_later);
  Rig rig{two_feeds};
  rig.run(10s);
  rig.volts("pdu-a", 0);
  rig.ask("pdu-a");
  CHECK(rig.open(pdu_dark, "pdu-a") == "proven");  // psu1 has not spoken since: nothing contradicts
  if (input == Input::lost) rig.ac("unit1", 0);
  rig.run(5s);
  if (input == Input::lost_later) rig.ac("unit1", 0);
  rig.run(5s);
  rig.volts("pdu-a2", 0);
  rig.run(5s);
  CHECK(rig.open(feed_lost, "feed/A") == (input == Input::lost ? "proven" : "probable"));
  CHECK((rig.evidence(feed_lost, "feed/A").find("contradicts: supply_input_ok") != std::string::npos) == (input != Input::lost));
}

TEST_CASE("an outlet that says off while its supply has its input, measured after it, is probable, and says who contradicts") {
  Rig rig{two_feeds};
  rig.run(10s);
  const auto asked = rig.now() + 100ms;
  rig.silent("pdu-a");
  rig.run(1s);
  rig.detector().heard_late(*rig.site().device("pdu-a"), asked,
                            std::vector{reading::Reading{.point = 1, .quality = Quality::good, .value = 0, .time = asked}});
  rig.back("pdu-a"), rig.outlet("pdu-a", 0);
  rig.run(500ms);
  CHECK(rig.open(supply_off_commanded, "cab1/psu1") == "probable");
  CHECK(rig.evidence(supply_off_commanded, "cab1/psu1").find("contradicts: supply_input_ok") != std::string::npos);
}

TEST_CASE("row 11: a cord whose meter never showed any current is as it ever was once its PDU has power again") {
  Rig rig{pdus_only};
  rig.outlet_watts("pdu-b", 0), rig.outlet_watts("pdu-a", 600);
  rig.run(60s);
  rig.volts("pdu-b", 0);
  rig.run(5s);
  REQUIRE(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.volts("pdu-b", 230);
  rig.run(10s);
  CHECK(rig.idle());
}

TEST_CASE("a load is not proven down by an input that is told from before the other went") {
  Rig rig{two_feeds, 10s};
  rig.run(60s);
  rig.ac("unit1", 0), rig.output("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(20s);
  rig.ac("unit2", 0), rig.output("unit2", 0), rig.unit_watts("unit2", 0);
  rig.run(2s);
  CHECK(rig.open(load_down, "cab1") == "probable");
  rig.run(12s);
  CHECK(rig.open(load_down, "cab1") == "proven");
}

TEST_CASE("watts are held against watts: what a cord takes is no part beside ten times as much, though the sibling meters amperes, too") {
  using enum Meaning;
  MeterRig rig{pdus_only,
               {{"pdu-a", {{input_voltage, "", 230}, {outlet_state, "3", 1}, {outlet_power, "3", 300}}},
                {"pdu-b", {{input_voltage, "", 230}, {outlet_state, "3", 1}, {outlet_current, "3", 1.4}, {outlet_power, "3", 300}}}}};
  const auto carry = [&](double a, double b) {
    rig.set("pdu-a", outlet_power, "3", a), rig.set("pdu-b", outlet_power, "3", b), rig.set("pdu-b", outlet_current, "3", b / 214);
  };
  rig.run(10s);
  rig.set("pdu-a", outlet_state, "3", 0), carry(0, 600);
  rig.run(10s);
  REQUIRE(rig.open(path_redundancy_lost, "cab1") == "proven");
  rig.set("pdu-a", outlet_state, "3", 1), carry(37, 563);
  rig.run(10s);
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  carry(300, 300);
  rig.run(10s);
  CHECK(rig.idle());
}
