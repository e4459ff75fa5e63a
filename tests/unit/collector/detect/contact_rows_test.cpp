#include "tests/unit/collector/detect/rig.hpp"

// Contacts as the relays and wires that they are: rule 5 of docs/verdicts.md, its rows and what must not be said.

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Verdict;

namespace {

std::string with(const std::string& contacts) {
  std::string text = two_feeds;
  const auto from = text.find("contacts:\n"), to = text.find("loads:");
  return text.replace(from, to - from, "contacts:\n" + contacts);
}

// One of each feed on one chip.
const std::string two_wires = with(R"(  wire1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1}
  wire2: {source: gpiochip0/2, senses: ac_ok, of: cab1/psu2}
)");
const std::string change_over = with("  wire1: {source: gpiochip0/1, pair: 2, flight: 30ms, qualify: 2ms, senses: ac_ok, of: cab1/psu1}\n");

std::string one_wire(const std::string& keys) { return with("  wire1: {source: gpiochip0/1, " + keys + ", of: cab1/psu1}\n"); }

}  // namespace

TEST_CASE("a contact counts once it has held for its qualify, from its first edge on") {
  Rig rig{one_wire("senses: ac_ok, qualify: 20ms")};
  rig.run(10s);
  rig.edge("wire1", true);
  rig.settle(19ms);
  CHECK(rig.said().empty());
  rig.wait(1ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
}

TEST_CASE("a dip shorter than qualify is nothing") {
  Rig rig{one_wire("senses: ac_ok, qualify: 20ms")};
  rig.run(10s);
  rig.edge("wire1", true);
  rig.settle(10ms);
  rig.edge("wire1", false);
  rig.settle(30ms);
  rig.run(10s);
  CHECK(rig.said().empty());
}

TEST_CASE("a relay that bounces and ends open has fallen at its first edge") {
  Rig rig{one_wire("senses: ac_ok, kind: logic, qualify: 5ms")};
  rig.run(10s);
  const auto fell = rig.now();
  for (const bool open : {true, false, true, false, true}) {
    rig.edge("wire1", open);
    rig.wait(1ms);
  }
  rig.settle(10ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  CHECK(rig.detector().facts().contacts().fact(0).since == fell);
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("row 15: a contact that stays open against a good reading has failed, and its supply is well") {
  for (const bool mirror : {false, true}) {
    Rig rig{mirror ? mirrored(one_wire("senses: ac_ok")) : one_wire("senses: ac_ok")};
    const std::string psu = mirror ? "cab1/psu2" : "cab1/psu1";
    rig.run(10s);
    rig.contact("wire1", true);
    CHECK(rig.open(supply_input_lost, psu) == "reported");
    rig.run(5s);
    CHECK(rig.open(supply_input_lost, psu).empty());
    CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
    rig.contact("wire1", false);
    rig.run(5s);
    CHECK(rig.idle());
  }
}

TEST_CASE("row 17: a contact that stays open while its outlet feeds the supply is withdrawn, and has failed") {
  Rig rig{one_wire("senses: ac_in"), 10s, {{Meaning::supply_input_ok}}};
  rig.run(60s);
  rig.contact("wire1", true);
  rig.run(5s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  CHECK_FALSE(rig.ever(contact_failed));
  rig.run(30s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
  CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
  rig.contact("wire1", false);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 17: what a contact reported is proven once its outlet, measured anew, shows nothing and the sibling carries it") {
  Rig rig{one_wire("senses: ac_in"), 10s, {{Meaning::supply_input_ok}}};
  const auto lose = [&] {
    rig.unit_watts("unit1", 0), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  };
  rig.run(60s);
  SECTION("the contact first") {
    rig.contact("wire1", true);
    lose();
    rig.run(5s);
    CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
    rig.run(15s);
    CHECK_FALSE(rig.ever(supply_lost));
  }
  SECTION("the meters first, whose word is that something is lost") {
    rig.silent("unit1"), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
    rig.run(30s);
    CHECK(rig.open(supply_lost, "cab1/psu1") == "proven");
    rig.contact("wire1", true);
    rig.run(1s);
    rig.back("unit1"), lose();
  }
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK(rig.open(path_redundancy_lost, "cab1") == "proven");
  CHECK_FALSE(rig.ever(contact_failed));
  rig.contact("wire1", false);
  rig.run(5s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");  // its outlet's meter may tell of the time before
  for (const char* each : {"unit1", "unit2"}) rig.unit_watts(each, 300);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 300);
  rig.run(20s);
  CHECK(rig.idle());
}

TEST_CASE("row 17: what an output contact reported is proven by its outlet, and over once that carries: its closing alone ends nothing") {
  Rig rig{one_wire("senses: dc_ok"), {}, {{Meaning::supply_input_ok, Meaning::supply_output_ok}}};
  rig.run(10s);
  rig.contact("wire1", true);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "reported");
  rig.unit_watts("unit1", 0), rig.outlet_watts("pdu-a", 0), rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);
  rig.run(5s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "proven");
  rig.contact("wire1", false);
  rig.run(3s);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "proven");
  for (const char* each : {"unit1", "unit2"}) rig.unit_watts(each, 300);
  for (const char* pdu : {"pdu-a", "pdu-b"}) rig.outlet_watts(pdu, 300);
  rig.run(5s);
  CHECK(rig.idle());
  CHECK(std::ranges::count(rig.said(), "begun supply_lost cab1/psu1 reported") == 1);
}

TEST_CASE("row 17: a sibling that draws more proves no contact right while the supply's own outlet goes on") {
  Rig rig{one_wire("senses: ac_in"), 10s, {{Meaning::supply_input_ok}}};
  rig.run(60s);
  rig.contact("wire1", true);
  rig.unit_watts("unit2", 600), rig.outlet_watts("pdu-b", 600);  // a batch job
  rig.run(30s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1").empty());
  CHECK(rig.open(contact_failed, "contact/wire1") == "probable");
  for (const auto& said : rig.said()) CHECK(said.find("proven") == std::string::npos);
}

TEST_CASE("row 17: a supervised contact is not withdrawn for what an outlet feeds into a cord") {
  Rig rig{change_over, {}, {{Meaning::supply_input_ok}}};
  rig.side("wire1", Side::pair, true);
  rig.run(10s);
  rig.side("wire1", Side::own, true);
  rig.wait(10ms);
  rig.side("wire1", Side::pair, false);
  rig.run(30s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
}

TEST_CASE("a contact that agrees with the readings has not failed") {
  Rig rig{one_wire("senses: ac_ok")};
  rig.run(10s);
  rig.contact("wire1", true);
  rig.ac("unit1", 0), rig.unit_watts("unit1", 0), rig.unit_watts("unit2", 600);
  rig.run(60s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("row 15: a change-over pair may agree while it flies, longer is a failed contact and no loss") {
  Rig rig{change_over};
  rig.side("wire1", Side::pair, true);
  rig.run(10s);
  rig.side("wire1", Side::own, true);
  rig.wait(29ms);
  CHECK(rig.said().empty());
  rig.wait(1ms);
  CHECK(rig.open(contact_failed, "contact/wire1") == "proven");
  rig.run(10s);
  CHECK_FALSE(rig.ever(supply_input_lost));
  rig.side("wire1", Side::own, false);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("a change-over pair that changed over proves the loss by itself") {
  Rig rig{change_over};
  rig.side("wire1", Side::pair, true);
  rig.run(10s);
  rig.side("wire1", Side::own, true);
  rig.wait(10ms);
  rig.side("wire1", Side::pair, false);
  rig.wait(2ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("row 16: contacts of one common that fall within a millisecond, on two feeds and without an echo, are their common") {
  Rig rig{two_wires};
  rig.run(10s);
  rig.edge("wire1", true), rig.edge("wire2", true);
  rig.settle();
  CHECK(rig.open(contact_failed, "gpiochip/gpiochip0") == "probable");
  rig.run(30s);
  CHECK_FALSE(rig.ever(supply_input_lost));
  CHECK_FALSE(rig.ever(load_down));
  CHECK_FALSE(rig.ever(path_redundancy_lost));
  CHECK(rig.open(contact_failed, "contact/wire1").empty());
  rig.edge("wire1", false), rig.edge("wire2", false);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("row 16: two answers lost beside a common that falls are no echo, a silence that lasts is one, of its own feed alone") {
  std::string site = pdus_only;
  site.insert(site.find("loads:"),
              "contacts:\n  wire1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1}\n  wire2: {source: gpiochip0/2, senses: ac_ok, of: "
              "cab1/psu2}\n");
  Rig rig{site};
  rig.run(10s);
  rig.edge("wire1", true), rig.edge("wire2", true);
  rig.silent("pdu-a");
  rig.run(1s);
  CHECK_FALSE(rig.ever(supply_input_lost));
  rig.run(10s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  CHECK(rig.open(supply_input_lost, "cab1/psu2").empty());
  CHECK_FALSE(rig.ever(load_down));
}

TEST_CASE("row 16: a change-over pair of a common that falls opens on both sides, and is counted in") {
  Rig rig{with(R"(  wire1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1}
  wire2: {source: gpiochip0/2, pair: 3, senses: ac_ok, of: cab1/psu2}
)")};
  rig.side("wire2", Side::pair, true);
  rig.run(10s);
  rig.edge("wire1", true), rig.edge("wire2", true);
  rig.settle(40ms);
  CHECK(rig.ever(contact_failed));
  CHECK(rig.open(contact_failed, "gpiochip/gpiochip0") == "probable");
  CHECK_FALSE(rig.ever(supply_input_lost));
}

TEST_CASE("row 16 mirrored: contacts that fall one after the other are losses") {
  Rig rig{two_wires};
  rig.run(10s);
  rig.edge("wire1", true);
  rig.wait(5ms);
  rig.edge("wire2", true);
  rig.settle();
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  CHECK(rig.open(supply_input_lost, "cab1/psu2") == "reported");
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("contacts that fall together with an electrical echo are losses") {
  Rig rig{two_wires};
  rig.run(10s);
  rig.lose_a(), rig.silent("pdu-b"), rig.ac("unit2", 0);
  rig.edge("wire1", true), rig.edge("wire2", true);
  rig.settle();
  rig.run(1s);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "proven");
  CHECK(rig.open(supply_input_lost, "cab1/psu2") == "proven");
}

TEST_CASE("a contact that chatters has failed, and says nothing of its supply") {
  Rig rig{one_wire("senses: ac_ok, qualify: 2ms")};
  rig.run(10s);
  bool open = false;
  for (int i = 0; i < 12; ++i) {
    rig.edge("wire1", open = !open);
    rig.wait(30ms);
  }
  CHECK(rig.open(contact_failed, "contact/wire1") == "reported");
  rig.run(10s);
  CHECK(rig.idle());
}

TEST_CASE("a short interruption that bounces both ways is a loss and no chatter") {
  Rig rig{one_wire("senses: ac_ok, qualify: 2ms")};
  rig.run(10s);
  const auto move = [&](bool open) {
    for (const bool is : {open, !open, open, !open, open}) rig.edge("wire1", is), rig.wait(1ms);
  };
  move(true);
  rig.wait(200ms);
  CHECK(rig.open(supply_input_lost, "cab1/psu1") == "reported");
  move(false);
  rig.wait(200ms);
  CHECK_FALSE(rig.ever(contact_failed));
  CHECK(rig.detector().facts().contacts().fact(0).open == false);
}

TEST_CASE("bursts of fast transients hide a loss for no longer than a burst and its qualify") {
  Rig rig{one_wire("senses: ac_ok, qualify: 2ms")};
  rig.run(10s);
  bool lost = false;
  for (int burst = 0; burst < 10; ++burst) {
    for (int pulse = 0; pulse < 15; ++pulse) {
      lost = lost || (burst == 5 && pulse == 1);
      rig.edge("wire1", !lost), rig.edge("wire1", lost), rig.wait(1ms);
    }
    rig.wait(2ms);
    CHECK((rig.open(supply_input_lost, "cab1/psu1") == "reported") == lost);
    rig.wait(283ms);
  }
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("a contact that never comes to rest has failed, however fast it moves") {
  for (const Duration half : {Duration{500us}, Duration{5ms}, Duration{9ms}, Duration{10ms}, Duration{30ms}, Duration{100ms}}) {
    Rig rig{one_wire("senses: ac_ok, qualify: 12ms")};
    rig.run(10s);
    bool open = false;
    for (const auto end = rig.now() + 900ms; rig.now() < end; rig.wait(half)) rig.edge("wire1", open = !open);
    INFO(half.count() << " us");
    CHECK(rig.open(contact_failed, "contact/wire1") == "reported");
    rig.run(20s);
    CHECK_FALSE(rig.open(contact_failed, "contact/wire1").starts_with("reported"));
  }
}

TEST_CASE("what a contact is when its chip is back is as found: not since the chip went, and no common that fell") {
  const auto site = site_of(two_wires);
  Contacts contacts{site};
  const auto take = [&](Duration at, std::optional<bool> open, bool found) {
    for (const Index c : {0u, 1u}) contacts.take({.contact = c, .open = open, .at = Instant{at}, .found = found});
    contacts.settle(Instant{at} + 10ms);
  };
  take(1s, false, true);
  take(20s, true, false);
  CHECK(contacts.fell_together(0));
  take(40s, false, false);
  take(50s, {}, false);
  CHECK(contacts.fact(0).trouble == Contacts::Trouble::unreadable);
  take(60s, true, true);
  CHECK(contacts.fact(0).open == true);
  CHECK(contacts.fact(0).found);
  CHECK(contacts.fact(0).since == Instant{60s});
  CHECK(contacts.fact(0).exercised);
  CHECK_FALSE(contacts.fell_together(0));
}

TEST_CASE("a contact that cannot be read is a failed contact, not a loss") {
  Rig rig{one_wire("senses: ac_ok")};
  rig.run(10s);
  rig.unreadable("wire1");
  rig.run(5s);
  CHECK(rig.open(contact_failed, "contact/wire1") == "proven");
  CHECK_FALSE(rig.ever(supply_input_lost));
  rig.contact("wire1", false);
  rig.run(5s);
  CHECK(rig.idle());
}

TEST_CASE("a contact that could never be read is a failed contact, told from the start") {
  const auto site = site_of(one_wire("senses: ac_ok"));
  Contacts contacts{site};
  contacts.take({.contact = 0, .open = {}, .at = Instant{1s}});
  CHECK(contacts.settle(Instant{1s}));
  CHECK(contacts.fact(0).trouble == Contacts::Trouble::unreadable);
  contacts.take({.contact = 0, .open = false, .at = Instant{2s}, .found = true});
  CHECK(contacts.settle(Instant{3s}));
  CHECK(contacts.fact(0).trouble == Contacts::Trouble::none);
  CHECK(contacts.fact(0).found);
}

TEST_CASE("an output contact that opens under a good input is a failed output") {
  Rig rig{one_wire("senses: dc_ok")};
  rig.run(10s);
  rig.contact("wire1", true);
  CHECK(rig.open(supply_output_failed, "cab1/psu1") == "reported");
  CHECK_FALSE(rig.ever(supply_input_lost));
}

TEST_CASE("an alarm contact says lost, input or output unknown, until a better word stands") {
  Rig rig{one_wire("senses: alarm")};
  rig.contact("wire1", true);  // no alarm
  rig.run(10s);
  CHECK(rig.said().empty());
  rig.output("unit1", 0);
  rig.contact("wire1", false);
  CHECK(rig.open(supply_lost, "cab1/psu1") == "reported");
  CHECK_FALSE(rig.ever(contact_failed));
}

TEST_CASE("a contact that was never exercised is told from one that was") {
  Rig rig{one_wire("senses: ac_ok")};
  rig.run(10s);
  CHECK_FALSE(rig.detector().facts().contacts().fact(0).exercised);
  rig.contact("wire1", true);
  CHECK(rig.detector().facts().contacts().fact(0).exercised);
}
