#include "bench_rack.hpp"
#include "catch.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

double watts_in(const World& world) { return world.pdu(pdu_a).watts + world.pdu(pdu_a2).watts + world.pdu(pdu_b).watts; }

// When the supply's output ends after its input is lost now.
ground::Duration ends_after(const World& world, std::size_t load, std::size_t supply) {
  return world.supply(load, supply).output_ends.value() - world.now();
}

bool near(ground::Duration a, ground::Duration b) { return a - b < 1us && b - a < 1us; }

}  // namespace

TEST_CASE("live supplies of an active load share its watts equally") {
  const World world{bench_rack(), 1};
  CHECK(world.supply(cab1, 0).output_watts == 900);
  CHECK(world.supply(cab1, 1).output_watts == 900);
  CHECK(world.supply(srv1, 0).output_watts == 600);
}

TEST_CASE("the first live supply of a standby load carries, the others idle") {
  Rack rack = bench_rack();
  rack.loads[cab1].sharing = Sharing::standby;
  World world{rack, 1};
  CHECK(world.supply(cab1, 0).output_watts == 1800);
  CHECK(world.supply(cab1, 1).output_watts == 0);
  CHECK(world.supply(cab1, 1).input_watts == Approx(30));  // 1 % of its rating
  REQUIRE(fail(world, "pdu-a"));
  world.advance(at(1s));
  CHECK(world.supply(cab1, 0).output_watts == 0);
  CHECK(world.supply(cab1, 1).output_watts == 1800);
}

TEST_CASE("a supply's efficiency peaks at 94 % at half load and is lower on both sides") {
  Rack rack = bench_rack();
  World world{rack, 1};
  const auto efficiency = [&](double watts) {
    REQUIRE(set(world, "srv1", Key::watts, watts));
    return watts / world.supply(srv1, 0).input_watts;
  };
  CHECK(efficiency(600) == Approx(0.94).epsilon(0.001));
  CHECK(efficiency(240) == Approx(0.924).epsilon(0.001));
  CHECK(efficiency(1200) == Approx(0.931).epsilon(0.001));
}

TEST_CASE("power is conserved from outlets to inlets, whoever carries") {
  World world{bench_rack(), 1};
  const auto balanced = [&] {
    double supplies = 0, cards = 0;
    for (std::size_t l = 0; l < 2; ++l)
      for (std::size_t s = 0; s < world.rack().loads[l].supplies.size(); ++s) {
        const SupplyTruth truth = world.supply(l, s);
        supplies += truth.input_watts;
        CHECK(truth.input_amperes * truth.input_volts * 0.98 == Approx(truth.input_live ? truth.input_watts : 0));
      }
    for (std::size_t p = 0; p < 3; ++p) cards += world.pdu(p).live ? 8 : 0;
    CHECK(watts_in(world) == Approx(supplies + cards));
  };
  balanced();
  REQUIRE(fail(world, "feed/A"));
  balanced();
  world.advance(at(1s));
  balanced();
  CHECK(world.supply(cab1, 1).output_watts == 1800);
  CHECK(world.pdu(pdu_a).watts == 0);
  REQUIRE(restore(world, "feed/A"));
  world.advance(at(2s));
  balanced();
  CHECK(world.supply(cab1, 1).output_watts == 900);
}

TEST_CASE("the sum of the supplies' output is the load, at every moment of a loss") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  for (auto t = 1ms; t < 100ms; t += 1ms) {
    world.advance(at(t));
    CHECK(world.supply(cab1, 0).output_watts + world.supply(cab1, 1).output_watts == Approx(1800));
  }
}

TEST_CASE("hold-up at full load is as rated, at half load twice that") {
  Rack rack = bench_rack();
  World world{rack, 1};
  REQUIRE(set(world, "srv1", Key::watts, 1200));
  REQUIRE(fail(world, "feed/A"));
  CHECK(near(ends_after(world, srv1, 0), 12ms));
  CHECK(near(ends_after(world, cab1, 0), 66667us));  // 900 W of 3000 W rated for 20 ms
  World half{rack, 1};
  REQUIRE(fail(half, "feed/A"));
  CHECK(near(ends_after(half, srv1, 0), 24ms));
}

TEST_CASE("hold-up is bounded at ten times the rated length") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "srv1", Key::watts, 0));
  REQUIRE(fail(world, "feed/A"));
  CHECK(near(ends_after(world, srv1, 0), 120ms));
}

TEST_CASE("hold-up shortens when the sibling dies during it") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(20ms));  // 42 J of 60 J left
  REQUIRE(fail(world, "cab1/psu2"));
  CHECK(near(ends_after(world, cab1, 0), 23333us + 333ns));
  world.advance(at(43ms));
  CHECK(world.load_carried(cab1));
  world.advance(at(44ms));
  CHECK_FALSE(world.load_carried(cab1));
}

TEST_CASE("an interruption shorter than the hold-up is ridden through, and the store refills") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A", 15ms));
  world.advance(at(14ms));
  CHECK_FALSE(world.supply(srv1, 0).input_live);
  CHECK(world.load_carried(srv1));
  world.advance(at(100ms));
  CHECK(world.load_carried(srv1));
  CHECK(world.supply(srv1, 0).input_live);
  REQUIRE(fail(world, "feed/A"));
  CHECK(near(ends_after(world, srv1, 0), 24ms));
}

TEST_CASE("a second interruption before the store refilled finds less in it") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A", 20ms));
  world.advance(at(22ms));  // 2.4 J left of 14.4 J, 2 ms at 1200 W back
  REQUIRE(fail(world, "feed/A"));
  CHECK(near(ends_after(world, srv1, 0), 8ms));
}

TEST_CASE("a load without output is down and restarts when power is back") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(1s));
  CHECK_FALSE(world.load_carried(srv1));
  CHECK(world.load_carried(cab1));
  REQUIRE(restore(world, "feed/A"));
  world.advance(at(1400ms));
  CHECK_FALSE(world.load_carried(srv1));  // the supply starts
  world.advance(at(1500ms));
  CHECK(world.load_carried(srv1));
}

TEST_CASE("a supply stops drawing below three quarters of nominal and draws more amperes at low voltage") {
  World world{bench_rack(), 1};
  const double before = world.supply(srv1, 0).input_amperes;
  REQUIRE(set(world, "feed/A", Key::volts, 196));
  CHECK(world.supply(srv1, 0).input_amperes == Approx(before * 230 / 196));
  REQUIRE(set(world, "feed/A", Key::volts, 170));
  CHECK_FALSE(world.supply(srv1, 0).input_live);
  CHECK(world.supply(srv1, 0).input_volts == 170);
  CHECK(world.supply(srv1, 0).input_watts == 0);
  CHECK(world.pdu(pdu_a2).live);  // its card rides on
  REQUIRE(set(world, "feed/A", Key::volts, 60));
  CHECK_FALSE(world.pdu(pdu_a2).live);
}

TEST_CASE("a fan follows its wear with inertia") {
  World world{bench_rack(), 1};
  CHECK(world.fan_rpm(cab1, 0) == 9000);
  REQUIRE(set(world, "cab1/psu1", Key::fan, 0.7));
  CHECK(world.fan_rpm(cab1, 0) == 9000);
  world.advance(at(2s));  // one time constant
  CHECK(world.fan_rpm(cab1, 0) == Approx(6300 + 2700 * std::exp(-1.0)));
  world.advance(at(30s));
  CHECK(world.fan_rpm(cab1, 0) == Approx(6300).epsilon(0.001));
  CHECK(world.fan_rpm(cab1, 1) == 9000);
}

TEST_CASE("a fan stops with the load's common output only") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(20s));
  CHECK(world.fan_rpm(cab1, 0) == 9000);
  REQUIRE(fail(world, "feed/B"));
  world.advance(at(60s));
  CHECK(world.fan_rpm(cab1, 0) < 1);
}

TEST_CASE("a phase takes down what hangs on it, and only that") {
  Rack rack = bench_rack();
  rack.system = GENERATE(System::wye, System::delta);
  World world{rack, 1};  // outlet 3 is on phase 3 (and 1 in delta), outlet 5 on phase 2 (and 3)
  REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = 1}));
  CHECK(world.feed_volts(0, 0) == Approx(rack.system == System::wye ? 0 : 115));  // in a delta from line 1 to 2: half of it is left
  CHECK(world.feed_volts(0, 1) == Approx(230));
  CHECK(world.supply(cab1, 0).input_live == (rack.system == System::wye));
  CHECK(world.supply(srv1, 0).input_live);
  CHECK(world.pdu(pdu_a).live);
  CHECK(world.live(element("feed/A")) == false);
  REQUIRE(restore(world, "feed/A"));
  CHECK(world.supply(cab1, 0).input_live);
}
