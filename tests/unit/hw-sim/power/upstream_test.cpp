#include "hw-sim/power/upstream.hpp"

#include "catch.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

/// The bench rack with a UPS before feed A, a transfer switch before pdu-a2, and a cabinet in cab1.
Rack upstream_rack() {
  Rack rack = bench_rack();
  rack.upses = {{.name = "u1", .feeds = {0}, .rated_watts = 3000, .runtime = 60s, .card = {.device = "u1-card"}}};
  rack.atses = {{.name = "t1", .pdu = 1, .alternate = 1, .card = {.device = "t1-card"}}};
  rack.loads[0].cabinet = Cabinet{.disks = 4, .card = {.device = "cab1-array"}};
  return rack;
}

double shown(World& world, const char* device, Quantity quantity, const char* index = "") {
  return world.read(world.find_device(device).value()).find(quantity, index).value();
}

}  // namespace

TEST_CASE("a UPS carries its feed while its battery lasts, and starts it again when its input returns") {
  World world{upstream_rack(), 1};
  CHECK(shown(world, "u1-card", Quantity::output_source) == 1);
  CHECK(shown(world, "u1-card", Quantity::battery_charge) == 1);
  const auto losses = shown(world, "u1-card", Quantity::input_loss_count);
  world.advance(at(10s));
  REQUIRE(fail(world, "ups/u1/input"));
  world.advance(at(30s));
  CHECK(world.live(element("feed/A")) == true);
  CHECK(shown(world, "u1-card", Quantity::output_source) == 5);
  CHECK(shown(world, "u1-card", Quantity::battery_seconds) == Approx(20).margin(1));
  CHECK(shown(world, "u1-card", Quantity::input_loss_count) == losses + 1);
  const auto watts = world.ups(0).load_watts;
  CHECK(watts > 0);
  CHECK(shown(world, "u1-card", Quantity::battery_charge) == Approx(1 - 20 * watts / 180000).margin(0.02));
  CHECK(shown(world, "u1-card", Quantity::battery_runtime) == Approx(180000 / watts - 20).margin(5));
  const auto left = world.ups(0).empties;
  REQUIRE(left);
  world.advance(*left + 1s);
  CHECK(world.live(element("feed/A")) == false);
  CHECK(world.live(element("device/u1-card")) == false);
  REQUIRE(restore(world, "ups/u1/input"));
  world.advance(world.now() + 60s);
  CHECK(world.live(element("feed/A")) == true);
  CHECK(world.live(element("ups/u1/input")) == true);
  CHECK(shown(world, "u1-card", Quantity::output_source) == 1);
  CHECK(shown(world, "u1-card", Quantity::battery_charge) < 0.2);
}

TEST_CASE("a UPS's input sags, its charge is set, its output fails for a while") {
  World world{upstream_rack(), 1};
  REQUIRE(set(world, "ups/u1", Key::volts, 200));
  CHECK(world.live(element("ups/u1/input")) == true);
  REQUIRE(set(world, "ups/u1", Key::volts, 190));
  CHECK(world.live(element("ups/u1/input")) == false);
  REQUIRE(set(world, "ups/u1", Key::charge, 0));
  CHECK(world.live(element("feed/A")) == false);
  REQUIRE(restore(world, "ups/u1"));
  CHECK(world.live(element("feed/A")) == true);
  REQUIRE(fail(world, "ups/u1", 2s));
  CHECK(world.live(element("feed/A")) == false);
  world.advance(at(3s));
  CHECK(world.live(element("feed/A")) == true);
  CHECK_FALSE(set(world, "ups/u1", Key::charge, 1.5));
  CHECK_FALSE(set(world, "feed/A", Key::charge, 1));
  CHECK_FALSE(fail(world, "ups/u2"));
}

TEST_CASE("a UPS in eco mode passes its input on, in bypass whatever that is, in a test not at all") {
  World world{upstream_rack(), 1};
  const auto source = [&] {
    world.advance(world.now() + 3s);
    return shown(world, "u1-card", Quantity::output_source);
  };
  REQUIRE((set(world, "ups/u1", Key::volts, 210) && set(world, "ups/u1", Key::hertz, 50.4)));
  CHECK(source() == 1);
  CHECK(world.feed_volts(0) == 230);
  CHECK(shown(world, "pdu-a", Quantity::frequency) == Approx(50).epsilon(0.0005));
  REQUIRE(set(world, "ups/u1", Key::mode, 1));
  CHECK(source() == 2);
  CHECK(world.feed_volts(0) == Approx(210));
  CHECK(shown(world, "pdu-a", Quantity::frequency) == Approx(50.4).epsilon(0.0005));
  REQUIRE(fail(world, "ups/u1/input"));
  CHECK(source() == 5);
  CHECK(world.feed_volts(0) == 230);
  REQUIRE(restore(world, "ups/u1"));
  REQUIRE(set(world, "ups/u1", Key::mode, 3));
  const auto losses = shown(world, "u1-card", Quantity::input_loss_count);
  CHECK(source() == 4);
  CHECK(shown(world, "u1-card", Quantity::battery_test) == 1);
  CHECK(shown(world, "u1-card", Quantity::on_battery) == 1);
  CHECK(shown(world, "u1-card", Quantity::input_loss_count) == losses);
  REQUIRE(set(world, "ups/u1", Key::mode, 0));
  CHECK(source() == 1);
  REQUIRE(set(world, "ups/u1", Key::mode, 2));
  CHECK(source() == 3);
  CHECK(shown(world, "u1-card", Quantity::bypassed) == 1);
  REQUIRE(fail(world, "ups/u1/input"));
  CHECK(world.feed_volts(0) == 0);
  CHECK_FALSE(set(world, "cab1", Key::mode, 1));
}

TEST_CASE("a UPS's test ends with its battery") {
  World world{upstream_rack(), 1};
  REQUIRE(set(world, "ups/u1", Key::mode, 3));
  world.advance(at(1000s));
  CHECK(world.live(element("feed/A")) == true);
  CHECK(shown(world, "u1-card", Quantity::output_source) == 1);
}

TEST_CASE("a plant floats, sinks slowly on its battery, and lets go when that is empty") {
  Rack rack = upstream_rack();
  rack.system = System::dc;
  rack.atses.clear();
  for (Feed& feed : rack.feeds) feed.nominal_volts = 48, feed.frequency_hertz = 0, feed.negative = true;
  World world{rack, 1};
  CHECK(shown(world, "pdu-a", Quantity::inlet_voltage) == Approx(-54).epsilon(0.005));
  CHECK(shown(world, "pdu-b", Quantity::inlet_voltage) == Approx(-48).epsilon(0.005));
  REQUIRE(fail(world, "ups/u1/input"));
  world.advance(at(3s));
  CHECK(shown(world, "pdu-a", Quantity::inlet_voltage) == Approx(-50).epsilon(0.01));
  const auto empties = world.ups(0).empties;
  REQUIRE(empties);
  world.advance(*empties - 5s);
  CHECK(shown(world, "pdu-a", Quantity::inlet_voltage) > -45);
  CHECK(world.supply(cab1, 0).input_live);
  world.advance(*empties + 30s);
  CHECK(world.live(element("feed/A")) == false);
}

TEST_CASE("a transfer switch takes its PDU to the other feed and back, and counts") {
  World world{upstream_rack(), 1};
  const auto transfers = shown(world, "t1-card", Quantity::transfer_count);
  CHECK(shown(world, "t1-card", Quantity::sources_good) == 2);
  REQUIRE(fail(world, "feed/A"));
  CHECK(world.pdu(1).live);
  CHECK_FALSE(world.pdu(0).live);
  world.advance(at(2s));
  CHECK(shown(world, "t1-card", Quantity::selected_source) == 2);
  CHECK(shown(world, "t1-card", Quantity::source_ok, "1") == 0);
  CHECK(shown(world, "t1-card", Quantity::source_voltage, "1") == 0);
  CHECK(shown(world, "t1-card", Quantity::output_voltage, "1") > 200);
  REQUIRE(fail(world, "feed/B"));
  CHECK_FALSE(world.pdu(1).live);
  CHECK(world.live(element("device/t1-card")) == false);
  REQUIRE(restore(world, "feed/B"));
  REQUIRE(restore(world, "feed/A"));
  world.advance(at(20s));
  CHECK(shown(world, "t1-card", Quantity::selected_source) == 1);
  CHECK(shown(world, "t1-card", Quantity::transfer_count) == transfers + 2);
  REQUIRE(fail(world, "ats/t1"));
  CHECK_FALSE(world.pdu(1).live);
  CHECK(world.live(element("ats/t1")) == false);
}

TEST_CASE("a cabinet writes through while battery, mirror or cache is not in order, and is silent without a controller") {
  World world{upstream_rack(), 1};
  auto second = [&world, n = 0]() mutable { world.advance(at(++n * 2s)); };
  const auto value = [&](Quantity quantity, const char* index = "") { return shown(world, "cab1-array", quantity, index); };
  CHECK(value(Quantity::cache_write_back) == 1);
  CHECK(value(Quantity::parts_failed) == 0);
  for (const char* part : {"cab1/bbu1", "cab1/cache", "cab1/controller/1"}) {
    REQUIRE(fail(world, part));
    second();
    CHECK(value(Quantity::cache_write_back) == 0);
    CHECK(value(Quantity::parts_failed) == 1);
    CHECK(world.live(element("cab1/cache")) == false);
    REQUIRE(restore(world, part));
    second();
    CHECK(value(Quantity::cache_write_back) == 1);
  }
  REQUIRE(set(world, "cab1/bbu1", Key::charge, 0.2));
  second();
  CHECK(value(Quantity::battery_ok) == 1);
  CHECK(value(Quantity::battery_charge) == Approx(0.2).margin(0.01));
  CHECK(value(Quantity::cache_write_back) == 0);
  REQUIRE(fail(world, "cab1/disk/3"));
  REQUIRE(fail(world, "cab1/controller/1"));
  second();
  CHECK(value(Quantity::disk_ok, "3") == 0);
  CHECK(value(Quantity::disks_failed) == 1);
  CHECK(value(Quantity::controller_active, "2") == 1);
  REQUIRE(fail(world, "cab1/controller/2"));
  CHECK(world.live(element("device/cab1-array")) == false);
  CHECK_FALSE(fail(world, "cab1/disk/5"));
  CHECK_FALSE(fail(world, "srv1/disk/1"));
}

TEST_CASE("a cabinet tells a supply without input from one that failed") {
  World world{upstream_rack(), 1};
  REQUIRE(fail(world, "pdu-a/outlet/3"));
  world.advance(at(2s));
  CHECK(shown(world, "cab1-array", Quantity::supply_condition, "1") == 1);
  CHECK(shown(world, "cab1-array", Quantity::supply_condition, "2") == 0);
  REQUIRE(restore(world, "pdu-a/outlet/3"));
  REQUIRE(fail(world, "cab1/psu1"));
  world.advance(at(4s));
  CHECK(shown(world, "cab1-array", Quantity::supply_condition, "1") == 2);
}
