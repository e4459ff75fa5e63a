#include "catch.hpp"
#include "hw-sim/power/battery.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

double shown(World& world, std::size_t device, Quantity quantity, const char* index = "") {
  return world.read(device).find(quantity, index).value();
}

double shown(World& world, const char* device, Quantity quantity, const char* index = "") {
  return shown(world, world.find_device(device).value(), quantity, index);
}

}  // namespace

TEST_CASE("a bank's breaker takes its outlets, not the others") {
  Rack rack = bench_rack();
  rack.pdus[pdu_a].banks = {{.name = "left", .outlets = {1, 2, 3}}, {.name = "right", .outlets = {4, 5}}};
  World world{rack, 1};
  CHECK(shown(world, pdu_a, Quantity::bank_current, "left") > 3);
  REQUIRE(fail(world, "pdu-a/bank/left"));
  world.advance(at(2s));
  CHECK(world.live(element("pdu-a")) == true);
  CHECK(world.live(element("pdu-a/bank/left")) == false);
  CHECK((world.outlet_volts(pdu_a, 3) == 0 && world.outlet_on(pdu_a, 3) && world.outlet_volts(pdu_a, 4) == 230));
  CHECK(world.outlet_volts(pdu_a, 8) == 230);
  CHECK(shown(world, pdu_a, Quantity::bank_current, "left") == 0);
  CHECK(shown(world, pdu_a, Quantity::inlet_voltage) > 220);
  CHECK_FALSE(world.supply(cab1, 0).input_live);
  REQUIRE(restore(world, "pdu-a/bank/left"));
  CHECK(world.supply(cab1, 0).input_live);
  REQUIRE(fail(world, "pdu-b/bank/1", 1s));  // nobody named its banks: the first half of its outlets
  CHECK_FALSE(world.supply(cab1, 1).input_live);
  CHECK_FALSE(fail(world, "pdu-b/bank/3"));
}

TEST_CASE("a supply that is pulled is gone with its own unit, the shelf's goes on and says so") {
  Rack rack = bench_rack();
  rack.loads[cab1].supplies[1].status->model = StatusModel::shelf_psu;
  World world{rack, 1};
  REQUIRE(world.apply(Fail{.element = element("cab1/psu1"), .phase = {}, .removed = true}));
  world.advance(at(1s));
  CHECK_FALSE(world.answers(psu1_unit));
  CHECK(world.outlet_volts(pdu_a, 3) == 230);
  CHECK(world.supply(cab1, 0).input_watts == 0);
  CHECK(world.supply(cab1, 1).output_watts == 1800);
  CHECK(world.load_carried(cab1));
  REQUIRE(restore(world, "cab1/psu1"));
  world.advance(at(5s));
  CHECK(world.answers(psu1_unit));
  CHECK(world.supply(cab1, 0).output_watts == 900);
  CHECK(shown(world, psu2_unit, Quantity::supply_present) == 1);
  REQUIRE(world.apply(Fail{.element = element("cab1/psu2"), .phase = {}, .lasts = 2s, .removed = true}));
  world.advance(at(6s));
  CHECK(shown(world, psu2_unit, Quantity::supply_present) == 0);
  CHECK(shown(world, psu2_unit, Quantity::supply_input_voltage) == 0);
  world.advance(at(8s));
  CHECK(shown(world, psu2_unit, Quantity::supply_present) == 1);
}

TEST_CASE("a load whose fans go with a supply shuts down when its time is over") {
  Rack rack = bench_rack();
  rack.loads[cab1].shutdown_after = 5min;
  World world{rack, 1};
  REQUIRE(world.apply(Fail{.element = element("cab1/psu1"), .phase = {}, .removed = true}));
  world.advance(at(299s));
  CHECK(world.supply(cab1, 1).output_watts == 1800);
  world.advance(at(300s));
  CHECK(world.supply(cab1, 1).output_watts == 0);
  REQUIRE(restore(world, "cab1/psu1"));
  REQUIRE(restore(world, "cab1"));
  CHECK(world.supply(cab1, 1).output_watts == 1800);
}

TEST_CASE("a load that crashes lets both its cords fall, and their power stays") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "cab1", 10s));
  world.advance(at(2s));
  CHECK(shown(world, pdu_a, Quantity::outlet_current, "3") < 0.2);
  CHECK(shown(world, pdu_b, Quantity::outlet_current, "3") < 0.2);
  CHECK(shown(world, pdu_a, Quantity::outlet_voltage, "3") > 220);
  CHECK(shown(world, psu1_unit, Quantity::supply_output_ok) == 1);
  world.advance(at(12s));
  CHECK(world.supply(cab1, 0).output_watts == 900);
}

TEST_CASE("a supply stands by when told, and carries when there is nobody else") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "cab1/psu1", Key::state, 2));
  CHECK((world.supply(cab1, 0).output_watts == 0 && world.supply(cab1, 1).output_watts == 1800));
  CHECK(world.supply(cab1, 0).output_live);
  REQUIRE(fail(world, "cab1/psu2"));
  CHECK(world.supply(cab1, 0).output_watts == 1800);
  REQUIRE(restore(world, "cab1/psu2"));
  REQUIRE(set(world, "cab1/psu1", Key::state, 1));
  world.advance(at(2s));
  CHECK(world.supply(cab1, 0).output_watts == 900);
  CHECK_FALSE(set(world, "cab1/psu1", Key::state, 0));
  CHECK_FALSE(set(world, "pdu-a/outlet/3", Key::state, 2));
}

TEST_CASE("a supply's own range of input decides where it lives from its store") {
  Rack rack = bench_rack();
  rack.loads[cab1].supplies[0].input_min_volts = 90, rack.loads[cab1].supplies[0].input_max_volts = 264;
  World world{rack, 1};
  const double before = world.supply(cab1, 0).input_amperes;
  REQUIRE(set(world, "feed/A", Key::volts, 161));
  CHECK(world.supply(cab1, 0).input_live);
  CHECK(world.supply(cab1, 0).input_amperes == Approx(before / 0.7));
  CHECK_FALSE(world.supply(srv1, 0).input_live);
  REQUIRE(set(world, "feed/A", Key::volts, 280));
  CHECK_FALSE(world.supply(cab1, 0).input_live);
}

TEST_CASE("frequency and residual current are measured as set") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "feed/A", Key::hertz, 50.4));
  REQUIRE(set(world, "pdu-a", Key::residual_milliamperes, 25));
  world.advance(at(2s));
  CHECK(shown(world, pdu_a, Quantity::frequency) == Approx(50.4).epsilon(0.0005));
  CHECK(shown(world, pdu_b, Quantity::frequency) == Approx(50).epsilon(0.0005));
  CHECK(shown(world, psu1_unit, Quantity::frequency) == Approx(50.4).epsilon(0.0005));
  CHECK(shown(world, pdu_a, Quantity::residual_current) == Approx(0.025).epsilon(0.005));
  REQUIRE(restore(world, "feed/A"));
  REQUIRE(restore(world, "pdu-a"));
  world.advance(at(4s));
  CHECK(shown(world, pdu_a, Quantity::frequency) == Approx(50).epsilon(0.0005));
  CHECK(shown(world, pdu_a, Quantity::residual_current) == 0);
}

TEST_CASE("a shelf's battery carries the load when no supply does, on a lower bus, for as long as it lasts") {
  Rack rack = bench_rack();
  rack.loads[cab1].batteries = {{.name = "bbu1", .status = Card{.device = "shelf-bbu1"}}};
  World world{rack, 1};
  CHECK(shown(world, "shelf-bbu1", Quantity::discharging) == 0);
  CHECK(shown(world, "shelf-bbu1", Quantity::bus_voltage) == Approx(50).epsilon(0.01));
  REQUIRE((fail(world, "feed/A") && fail(world, "feed/B")));
  world.advance(at(10s));
  CHECK(world.load_carried(cab1));
  CHECK_FALSE(world.load_carried(srv1));
  CHECK(shown(world, "shelf-bbu1", Quantity::discharging) == 1);
  CHECK(shown(world, "shelf-bbu1", Quantity::bus_voltage) < 48.5);
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_current) > 30);
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_runtime) == Approx(390).margin(5));  // 720 kJ at 1800 W, less 10 s
  CHECK(shown(world, psu1_unit, Quantity::supply_input_ok) == 0);
  CHECK(shown(world, psu1_unit, Quantity::supply_output_voltage) > 40);
  world.advance(at(399s));
  CHECK(world.load_carried(cab1));
  world.advance(at(402s));
  CHECK_FALSE(world.load_carried(cab1));
  REQUIRE((restore(world, "feed/A") && restore(world, "feed/B")));
  world.advance(at(420s));
  CHECK(shown(world, "shelf-bbu1", Quantity::discharging) == 0);
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_current) < 0);
  REQUIRE(restore(world, "cab1/bbu1"));
  REQUIRE(set(world, "cab1/bbu1", Key::mode, 3));
  world.advance(at(425s));
  CHECK(shown(world, "shelf-bbu1", Quantity::discharging) == 1);
  CHECK(world.supply(cab1, 0).output_watts == 450);
  CHECK(shown(world, psu1_unit, Quantity::supply_input_ok) == 1);
  REQUIRE(fail(world, "cab1/bbu1"));
  CHECK_FALSE(world.live(element("cab1/bbu1")).value());
  CHECK(world.supply(cab1, 0).output_watts == 900);
}

TEST_CASE("a blown fuse of a plant leaves tens of volts without current behind it") {
  Rack rack = bench_rack();
  rack.system = System::dc;
  for (Feed& feed : rack.feeds) feed.nominal_volts = 54, feed.frequency_hertz = 0, feed.negative = true;
  World world{rack, 1};
  REQUIRE(fail(world, "pdu-a/outlet/3"));
  world.advance(at(2s));
  CHECK(shown(world, pdu_a, Quantity::outlet_voltage, "3") == Approx(-37.8).epsilon(0.005));
  CHECK(shown(world, pdu_a, Quantity::outlet_current, "3") == 0);
  CHECK(shown(world, pdu_a, Quantity::inlet_voltage) == Approx(-54).epsilon(0.005));
  CHECK_FALSE(world.supply(cab1, 0).input_live);
  REQUIRE(fail(world, "feed/B"));
  world.advance(at(4s));
  CHECK(shown(world, pdu_a, Quantity::outlet_voltage, "3") == 0);
}
