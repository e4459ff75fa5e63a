#include "bench_rack.hpp"
#include "catch.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

double value(World& world, std::size_t device, Quantity quantity, std::string_view index = {}) {
  return world.read(device).find(quantity, index).value();
}

}  // namespace

TEST_CASE("a PDU's card dies with its inlet and boots when it is back") {
  World world{bench_rack(), 1};
  CHECK(world.answers(pdu_a));
  CHECK(value(world, pdu_a, Quantity::uptime) >= 86400);
  world.advance(at(10s));
  REQUIRE(fail(world, "feed/A"));
  CHECK_FALSE(world.answers(pdu_a));
  CHECK_FALSE(world.answers(pdu_a2));
  CHECK(world.answers(pdu_b));
  world.advance(at(20s));
  REQUIRE(restore(world, "feed/A"));
  world.advance(at(25s) - 1ns);
  CHECK_FALSE(world.answers(pdu_a));
  world.advance(at(25s));
  CHECK(world.answers(pdu_a));
  CHECK(world.read(pdu_a).measured == at(25s));
  CHECK(value(world, pdu_a, Quantity::uptime) == 0);
  world.advance(at(35s));
  CHECK(value(world, pdu_a, Quantity::uptime) == Approx(10).margin(1));
}

TEST_CASE("power lost again during the boot starts the boot over") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "pdu-a", 1s));
  world.advance(at(3s));
  REQUIRE(fail(world, "pdu-a", 1s));
  world.advance(at(6s));
  CHECK_FALSE(world.answers(pdu_a));
  world.advance(at(9s));
  CHECK(world.answers(pdu_a));
}

TEST_CASE("a status unit answers while any supply of its load has output") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(1s));
  CHECK(world.answers(psu1_unit));
  CHECK(value(world, psu1_unit, Quantity::supply_input_ok) == 0);
  CHECK(value(world, psu1_unit, Quantity::supply_output_ok) == 0);
  CHECK(value(world, psu1_unit, Quantity::supply_input_voltage) == 0);
  CHECK(value(world, psu2_unit, Quantity::supply_output_power) == Approx(1800).epsilon(0.004));
  REQUIRE(fail(world, "feed/B"));
  CHECK(world.answers(psu1_unit));  // hold-up of psu2: 20 ms * 3000 W / 1800 W
  world.advance(at(1033ms));
  CHECK(world.answers(psu1_unit));
  world.advance(at(1034ms));
  CHECK_FALSE(world.answers(psu1_unit));
  CHECK_FALSE(world.answers(psu2_unit));
  REQUIRE(restore(world, "feed/B"));
  world.advance(at(1534ms));  // output is back, the unit boots
  CHECK_FALSE(world.answers(psu1_unit));
  world.advance(at(2534ms));
  CHECK(world.answers(psu1_unit));
}

TEST_CASE("a lost input is flagged 4 ms later, on the unit's next refresh") {
  World world{bench_rack(), 1};
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(3999us));
  CHECK(world.contact_closed(0));
  world.advance(at(4ms));
  CHECK_FALSE(world.contact_closed(0));
  world.advance(at(24ms));
  CHECK(value(world, psu1_unit, Quantity::supply_input_ok) == 0);
  CHECK(value(world, psu1_unit, Quantity::supply_output_ok) == 1);  // hold-up
}

TEST_CASE("an interruption shorter than the detection is not flagged but counted") {
  World world{bench_rack(), 1};
  const double before = value(world, psu1_unit, Quantity::input_loss_count);
  REQUIRE(fail(world, "feed/A", 3ms));
  world.advance(at(1s));
  CHECK(world.take_edges().empty());
  CHECK(value(world, psu1_unit, Quantity::input_loss_count) == before + 1);
}

TEST_CASE("registers refresh on a grid of their own") {
  World world{bench_rack(), 7};
  world.advance(at(1s));
  const Instant first = world.read(pdu_a).measured;
  CHECK(first > at(0s));
  CHECK(first <= at(1s));
  const double volts = value(world, pdu_a, Quantity::inlet_voltage);
  world.advance(first + 1s - 1ns);
  CHECK(world.read(pdu_a).measured == first);
  CHECK(value(world, pdu_a, Quantity::inlet_voltage) == volts);
  world.advance(first + 1s);
  CHECK(world.read(pdu_a).measured == first + 1s);
  CHECK(value(world, pdu_a, Quantity::inlet_voltage) != volts);
  world.advance(first + 7500ms);
  CHECK(world.read(pdu_a).measured == first + 7s);
}

TEST_CASE("a register holds what was true at its tick, however late it is read") {
  World world{bench_rack(), 7};
  world.advance(at(5s));
  const Instant tick = world.read(pdu_a).measured;
  world.advance(tick + 1s + 10ms);
  REQUIRE(set(world, "cab1", Key::watts, 200));
  world.advance(tick + 1s + 500ms);
  CHECK(world.read(pdu_a).measured == tick + 1s);
  CHECK(value(world, pdu_a, Quantity::outlet_power, "3") == Approx(world.supply(cab1, 0).input_watts + 855).epsilon(0.05));
  world.advance(tick + 2s);
  CHECK(value(world, pdu_a, Quantity::outlet_power, "3") == Approx(world.supply(cab1, 0).input_watts).epsilon(0.004));
}

TEST_CASE("noise is bounded, moves and leaves zero alone") {
  World world{bench_rack(), 3};
  double least = 1e9, most = 0;
  for (int i = 1; i <= 200; ++i) {
    world.advance(at(i * 1s));
    const double volts = value(world, pdu_b, Quantity::phase_voltage, "1");
    least = std::min(least, volts), most = std::max(most, volts);
    CHECK(value(world, pdu_b, Quantity::outlet_current, "1") == 0);
  }
  CHECK(least >= 230 * 0.997);
  CHECK(most <= 230 * 1.003);
  CHECK(most - least > 0.5);
}

TEST_CASE("a PDU tells what its model measures") {
  World world{bench_rack(), 1};
  const double amperes = value(world, pdu_a2, Quantity::phase_current, "1");
  CHECK(value(world, pdu_a2, Quantity::bank_current, "1") == 0);  // outlets 1 to 4
  CHECK(value(world, pdu_a2, Quantity::bank_current, "2") == Approx(amperes).epsilon(0.03));
  CHECK(value(world, pdu_a2, Quantity::outlet_state, "5") == 1);
  CHECK_FALSE(world.read(pdu_a2).find(Quantity::outlet_current, "5"));
  CHECK(value(world, pdu_a, Quantity::outlet_current, "3") == Approx(world.supply(cab1, 0).input_amperes).epsilon(0.004));
  CHECK_FALSE(world.read(pdu_a).find(Quantity::bank_current, "1"));
  CHECK(value(world, pdu_a, Quantity::inlet_power) == Approx(world.pdu(pdu_a).watts).epsilon(0.004));
  CHECK(value(world, pdu_a, Quantity::inlet_apparent_power) == Approx(world.pdu(pdu_a).watts / 0.98).epsilon(0.01));
  CHECK(value(world, pdu_a, Quantity::frequency) == Approx(50).epsilon(0.0003));
  CHECK(value(world, psu1_unit, Quantity::fan_speed, "1") == Approx(9000).epsilon(0.004));
  CHECK(value(world, psu1_unit, Quantity::inlet_temperature) == Approx(26.2).epsilon(0.01));
}

TEST_CASE("energy is the integral of power and survives the card's restart") {
  World world{bench_rack(), 1};
  world.advance(at(10s));
  const Instant from = world.read(pdu_a).measured;
  const double before = value(world, pdu_a, Quantity::inlet_energy);
  const double watts = world.pdu(pdu_a).watts;
  world.advance(from + 100s);
  CHECK(value(world, pdu_a, Quantity::inlet_energy) - before == Approx(100 * watts));
  REQUIRE(fail(world, "pdu-a", 10s));
  const double at_loss = before + 100 * watts;
  world.advance(world.now() + 15s);
  REQUIRE(world.answers(pdu_a));
  CHECK(value(world, pdu_a, Quantity::inlet_energy) > at_loss);
  CHECK(value(world, pdu_a, Quantity::inlet_energy) < at_loss + 6 * watts);
}

TEST_CASE("frozen registers stay, zeroed ones read 0, and both end") {
  World world{bench_rack(), 1};
  world.advance(at(10s));
  world.set_registers(psu1_unit, Registers::frozen);
  const Instant frozen = world.read(psu1_unit).measured;
  REQUIRE(fail(world, "feed/A"));
  world.advance(at(20s));
  CHECK(world.answers(psu1_unit));
  CHECK(world.read(psu1_unit).measured == frozen);
  CHECK(value(world, psu1_unit, Quantity::supply_input_ok) == 1);
  world.set_registers(psu1_unit, Registers::live);
  CHECK(world.read(psu1_unit).measured == at(20s));
  CHECK(value(world, psu1_unit, Quantity::supply_input_ok) == 0);
  world.set_registers(pdu_b, Registers::zeros);
  CHECK(value(world, pdu_b, Quantity::inlet_voltage) == 0);
  CHECK(value(world, pdu_b, Quantity::uptime) > 0);
  world.advance(at(30s));
  CHECK(value(world, pdu_b, Quantity::inlet_power) == 0);
}

TEST_CASE("a rebooted agent is silent for its boot time and restarts its uptime, power untouched") {
  World world{bench_rack(), 1};
  world.reboot(pdu_a);
  CHECK_FALSE(world.answers(pdu_a));
  CHECK(world.supply(cab1, 0).input_live);
  CHECK(world.next_change() == at(5s));
  world.advance(at(5s));
  CHECK(world.answers(pdu_a));
  CHECK(value(world, pdu_a, Quantity::uptime) == 0);
  world.reboot(pdu_a, 200ms);
  world.advance(at(5200ms));
  CHECK(world.answers(pdu_a));
}
