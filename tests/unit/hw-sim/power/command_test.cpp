#include "bench_rack.hpp"
#include "catch.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

std::string refusal(World& world, const Command& command) {
  const auto done = world.apply(command);
  return done ? "" : done.error().what;
}

Command set_of(std::string_view what, Key key, double value) {
  return Set{.element = element(what), .settings = {{.key = key, .value = value}}};
}

}  // namespace

TEST_CASE("fail and restore of each kind of element") {
  World world{bench_rack(), 1};
  SECTION("a feed takes all its PDUs") {
    REQUIRE(fail(world, "feed/A"));
    CHECK(world.live(element("feed/A")) == false);
    CHECK(world.live(element("pdu-a")) == false);
    CHECK(world.live(element("pdu-a2/outlet/5")) == false);
    CHECK(world.live(element("pdu-b")) == true);
    REQUIRE(restore(world, "feed/A"));
    CHECK(world.live(element("pdu-a2/outlet/5")) == true);
  }
  SECTION("a PDU's breaker takes that PDU only") {
    REQUIRE(fail(world, "pdu-a"));
    CHECK(world.live(element("pdu-a")) == false);
    CHECK(world.live(element("feed/A")) == true);
    CHECK(world.live(element("pdu-a2")) == true);
    REQUIRE(restore(world, "pdu-a"));
    CHECK(world.live(element("pdu-a")) == true);
  }
  SECTION("an outlet's fuse blows although it is on") {
    REQUIRE(fail(world, "pdu-a/outlet/3"));
    CHECK(world.live(element("pdu-a/outlet/3")) == false);
    CHECK(world.outlet_on(pdu_a, 3));
    CHECK_FALSE(world.supply(cab1, 0).input_live);
    REQUIRE(restore(world, "pdu-a/outlet/3"));
    CHECK(world.supply(cab1, 0).input_live);
  }
  SECTION("a supply's output fails although its input is good") {
    REQUIRE(fail(world, "cab1/psu1"));
    CHECK(world.supply(cab1, 0).input_live);
    CHECK_FALSE(world.supply(cab1, 0).output_live);
    CHECK(world.supply(cab1, 1).output_watts == 1800);
    CHECK(world.load_carried(cab1));
    REQUIRE(restore(world, "cab1/psu1"));
    world.advance(at(500ms));
    CHECK(world.supply(cab1, 0).output_live);
  }
}

TEST_CASE("fail with for= ends by itself") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A", 300ms));
  world.advance(at(300ms) - 1ns);
  CHECK(world.live(element("feed/A")) == false);
  world.advance(at(300ms));
  CHECK(world.live(element("feed/A")) == true);
}

TEST_CASE("an outlet is switched, a load and a feed are set, and restore undoes it") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "pdu-a/outlet/3", Key::state, 0));
  CHECK_FALSE(world.outlet_on(pdu_a, 3));
  CHECK(world.outlet_volts(pdu_a, 3) == 0);
  REQUIRE(restore(world, "pdu-a/outlet/3"));
  CHECK(world.outlet_on(pdu_a, 3));
  REQUIRE(set(world, "cab1", Key::watts, 1200));
  CHECK(world.load_watts(cab1) == 1200);
  REQUIRE(restore(world, "cab1"));
  CHECK(world.load_watts(cab1) == 1800);
  REQUIRE(set(world, "feed/A", Key::volts, 196));
  CHECK(world.outlet_volts(pdu_a2, 5) == 196);
  REQUIRE(restore(world, "feed/A"));
  CHECK(world.outlet_volts(pdu_a2, 5) == 230);
  REQUIRE(set(world, "cab1/psu1", Key::fan, 0.5));
  REQUIRE(restore(world, "cab1/psu1"));
  world.advance(at(60s));
  CHECK(world.fan_rpm(cab1, 0) == Approx(9000));
}

TEST_CASE("what an element cannot do is refused in words and changes nothing") {
  World world{bench_rack(), 1};
  CHECK(refusal(world, Fail{.element = element("feed/C"), .phase = {}}) == "the rack has no feed/C, did you mean feed/A?");
  CHECK(refusal(world, Restore{.element = element("pdu-a/outlet/9")}) == "the rack has no pdu-a/outlet/9, did you mean pdu-a/outlet/1?");
  CHECK(refusal(world, Fail{.element = element("cab1"), .phase = {}, .removed = true}) == "kind=removed goes with a supply, not with cab1");
  CHECK(refusal(world, Fail{.element = element("feed/A"), .phase = neutral}) == "a 1ph feed has no neutral to lose");
  CHECK(refusal(world, Fail{.element = element("pdu-a"), .phase = 1}) == "phase= goes with a feed, not with pdu-a");
  CHECK(refusal(world, Fail{.element = element("feed/A"), .phase = 2}) == "a 1ph feed has phase 1 only");
  CHECK(refusal(world, set_of("cab1", Key::volts, 1)) == "volts goes with a feed or a UPS, 0 to 1000: not with cab1=1");
  CHECK(refusal(world, set_of("cab1/psu1", Key::fan, 3)) == "fan goes with a supply, 0 to 2 of nominal: not with cab1/psu1=3");
  CHECK(refusal(world, set_of("pdu-a", Key::state, 0)) ==
        "state goes with an outlet, on or off, and with a supply, on or standby: not with pdu-a=0");
  Set half{.element = element("cab1"), .settings = {{Key::watts, 5}, {Key::volts, 5}}};
  CHECK_FALSE(world.apply(half));
  CHECK(world.load_watts(cab1) == 1800);
}

TEST_CASE("phase= of a one-phase feed is the whole feed, and counts up to the system's phases") {
  World world{bench_rack(), 1};
  REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = 1}));
  CHECK_FALSE(world.live(element("pdu-a")).value());
  Rack split = bench_rack();
  split.system = System::split_phase;
  World other{split, 1};
  CHECK(refusal(other, Fail{.element = element("feed/A"), .phase = 3}) == "phases count from 1 to 2");
}
