#include "hw-sim/power/wear.hpp"

#include <cmath>

#include "catch.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

bool wear(World& world, const char* what, WearKind kind, Duration life, double spent = 0) {
  return world.apply(Wearing{.element = element(what), .kind = kind, .life = life, .spent = spent}).has_value();
}

double shown(World& world, std::string_view device, Quantity quantity, const char* index = "") {
  return world.read(world.find_device(device).value()).find(quantity, index).value();
}

Rack rack_with_ups() {
  Rack rack = bench_rack();
  rack.upses = {{.name = "u1", .feeds = {0}, .rated_watts = 3000, .runtime = 10min, .card = {.device = "u1-card"}}};
  rack.atses = {{.name = "t1", .pdu = 1, .alternate = 1, .card = {.device = "t1-card"}}};
  rack.loads[0].batteries = {{.name = "bbu1", .status = Card{.device = "shelf-bbu1"}}};
  return rack;
}

}  // namespace

TEST_CASE("wear is a straight line of time at its pace, and ends when its life is spent") {
  Wear part{.life = 10h, .spent = 0.2};
  CHECK(part.at(at(5h)) == Approx(0.7));
  CHECK(std::abs((*part.reaches(1) - at(8h)).count()) < 10);
  part.go_on(at(5h), 2);
  CHECK(part.at(at(6h)) == Approx(0.9));
  CHECK(std::abs((*part.reaches(1) - at(6h + 30min)).count()) < 10);
  CHECK(part.at(at(99h)) == 1);
  CHECK(part.ended(*part.reaches(1)));
  CHECK_FALSE(part.reaches(0.7));
  const Wear none;
  CHECK((none.at(at(9h)) == 0 && !none.reaches(1) && !none.ended(at(9h))));
}

TEST_CASE("warm air makes parts live faster: 10 K halve a capacitor's life, 8.3 K a battery's") {
  CHECK(pace_of(WearKind::capacitor, 35) == Approx(2));
  CHECK(pace_of(WearKind::capacitor, 15) == Approx(0.5));
  CHECK(pace_of(WearKind::battery, 33.3) == Approx(2));
  CHECK(pace_of(WearKind::fan, 50) == Approx(5.0 / 3));
  CHECK(pace_of(WearKind::contact, 50) == 1);
}

TEST_CASE("each course begins at new and comes to the end that its norm or data sheet names") {
  CHECK((fan_ratio(0) == 1 && fan_ratio(0.999) == Approx(0.5).margin(0.01) && fan_ratio(1) == 0));
  CHECK((capacitance_ratio(0) == 1 && capacitance_ratio(1) == Approx(0.8)));
  CHECK((esr_ratio(0) == 1 && esr_ratio(1) == Approx(2.8).margin(0.01)));
  CHECK((loss_ratio(0) == 1 && loss_ratio(1) == Approx(2.2)));
  CHECK((capacity_ratio(0) == 1 && capacity_ratio(1) == Approx(0.4)));
  CHECK((resistance_ratio(0) == 1 && resistance_ratio(1) == 2));
  CHECK((leak_amperes(0) == 0 && leak_amperes(1) == 0.03));
  CHECK((air_ratio(0) == 1 && air_ratio(1) == Approx(0.1)));
  CHECK((share_ratio(0) == 1 && share_ratio(1) == Approx(0.1)));
  CHECK((charger_ratio(0) == 1 && charger_ratio(1) == 0));
}

TEST_CASE("a worn fan turns slower, stands at the end, and its supply fails of heat") {
  World world{bench_rack(), 1};
  CHECK(world.fan_rpm(cab1, 0) == 9000);
  REQUIRE(wear(world, "cab1/psu1", WearKind::fan, 40h));
  world.advance(at(32h));
  CHECK(world.fan_rpm(cab1, 0) == Approx(9000 * (1 - 0.5 * std::pow(0.8, 3))).margin(10));
  CHECK(world.fan_rpm(cab1, 1) == 9000);
  CHECK(shown(world, "shelf-psu1", Quantity::outlet_temperature) > shown(world, "shelf-psu2", Quantity::outlet_temperature) + 1);
  world.advance(at(40h + 1min));
  CHECK(world.fan_rpm(cab1, 0) == Approx(0).margin(1));
  CHECK(world.supply(cab1, 0).output_live);
  world.advance(at(41h));
  CHECK_FALSE(world.supply(cab1, 0).output_live);
  CHECK(world.load_carried(cab1));
}

TEST_CASE("dust chokes a supply whose fans turn as ever, until it fails of heat") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "cab1", Key::watts, 3600));
  REQUIRE(wear(world, "cab1/psu1", WearKind::dust, 40h));
  world.advance(at(36h));
  CHECK(world.fan_rpm(cab1, 0) == 9000);
  CHECK(shown(world, "shelf-psu1", Quantity::outlet_temperature) > shown(world, "shelf-psu2", Quantity::outlet_temperature) + 4);
  CHECK(world.supply(cab1, 0).output_live);
  world.advance(at(41h));
  CHECK_FALSE(world.supply(cab1, 0).output_live);
  CHECK(world.supply(cab1, 1).output_live);
}

TEST_CASE("a supply that shares worse gives less, its sibling the rest, and at the end it gives nothing") {
  World world{bench_rack(), 1};
  REQUIRE(wear(world, "cab1/psu1", WearKind::sharing, 100h));
  world.advance(at(80h));
  const double share = share_ratio(0.8) / (1 + share_ratio(0.8));
  CHECK(world.supply(cab1, 0).output_watts == Approx(1800 * share).margin(1));
  CHECK(world.supply(cab1, 0).output_watts + world.supply(cab1, 1).output_watts == Approx(1800));
  world.advance(at(100h));
  CHECK_FALSE(world.supply(cab1, 0).output_live);
  CHECK(world.supply(cab1, 1).output_watts == 1800);
}

TEST_CASE("a weak charger takes ever longer to fill a battery again") {
  World fresh{rack_with_ups(), 1}, weak{rack_with_ups(), 1};
  REQUIRE(wear(weak, "ups/u1", WearKind::charger, 24000h, 0.9));
  for (World* world : {&fresh, &weak}) {
    REQUIRE(set(*world, "ups/u1", Key::charge, 0.5));
    world->advance(at(30min));
  }
  const double filled = shown(fresh, "u1-card", Quantity::battery_charge) - 0.5;
  CHECK(filled > 0.05);
  CHECK(shown(weak, "u1-card", Quantity::battery_charge) - 0.5 == Approx(filled * charger_ratio(0.9)).margin(0.002));
  REQUIRE(restore(weak, "ups/u1"));
  REQUIRE(set(weak, "ups/u1", Key::charge, 0.5));
  weak.advance(at(60min));
  CHECK(shown(weak, "u1-card", Quantity::battery_charge) - 0.5 == Approx(filled).margin(0.002));
}

TEST_CASE("a plant's controller measures how the resistance of its battery rises") {
  Rack rack = bench_rack();
  rack.upses = {{.name = "p1", .model = UpsModel::ccpower, .feeds = {0}, .rated_watts = 1500, .card = {.device = "p1-card"}}};
  World world{rack, 1};
  CHECK(shown(world, "p1-card", Quantity::battery_resistance) == Approx(1.5 / (1500.0 / 48)).epsilon(0.01));
  REQUIRE(wear(world, "ups/p1", WearKind::battery, 24000h, 0.9));
  world.advance(at(1min));
  CHECK(shown(world, "p1-card", Quantity::battery_resistance) == Approx(1.5 / (1500.0 / 48) * resistance_ratio(0.9)).epsilon(0.01));
}

TEST_CASE("without much load a standing fan is no end") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "cab1", Key::watts, 200));
  REQUIRE(wear(world, "cab1/psu1", WearKind::fan, 40h, 0.9));
  world.advance(at(20h));
  CHECK(world.supply(cab1, 0).output_live);
}

TEST_CASE("dried capacitors store less: a transfer that was ridden through drops the load") {
  Rack rack = rack_with_ups();
  rack.atses[0].transfer = 12ms;
  rack.loads[1].supplies[0].rated_watts = 450, rack.loads[1].supplies[0].holdup = 10ms, rack.loads[1].watts = 345;
  const auto survives = [&](double spent) {
    World world{rack, 1};
    if (spent > 0) REQUIRE(wear(world, "srv1/psu1", WearKind::capacitor, 1000h, spent));
    world.advance(at(10s));
    REQUIRE(fail(world, "feed/A"));
    world.advance(at(10s + 100ms));
    CHECK(world.ats(0).transfers == 1);
    CHECK(world.outlet_volts(pdu_a2, 5) > 200);
    return world.load_carried(srv1);
  };
  CHECK(survives(0));
  CHECK(survives(0.3));
  CHECK_FALSE(survives(0.95));
}

TEST_CASE("dried capacitors show in the output's droop and in the ripple that the bulk voltage is caught in") {
  World world{bench_rack(), 1};
  REQUIRE(set(world, "cab1", Key::watts, 5400));
  REQUIRE(wear(world, "cab1/psu1", WearKind::capacitor, 1000h, 0.99));
  double volts[2]{}, spread[2]{};
  constexpr int looks = 2000;
  for (int look = 1; look <= looks; ++look) {
    world.advance(at(look * 1s));
    for (const int unit : {0, 1}) {
      const char* device = unit == 0 ? "shelf-psu1" : "shelf-psu2";
      volts[unit] += shown(world, device, Quantity::supply_output_voltage) / looks;
      spread[unit] += std::pow(shown(world, device, Quantity::bulk_voltage) - 400, 2) / looks;
    }
  }
  CHECK(volts[1] - volts[0] > 0.5);
  CHECK(std::sqrt(spread[0] / spread[1]) == Approx(1 / 0.8).margin(0.05));
}

TEST_CASE("a supply that loses more takes more for the same output, and fails at the end") {
  World world{bench_rack(), 1};
  const double before = world.supply(cab1, 0).input_watts;
  REQUIRE(wear(world, "cab1/psu1", WearKind::efficiency, 100h));
  world.advance(at(90h));
  CHECK(world.supply(cab1, 0).output_watts == 900);
  CHECK(world.supply(cab1, 0).input_watts - 900 == Approx((before - 900) * loss_ratio(0.9)).margin(0.2));
  world.advance(at(100h));
  CHECK_FALSE(world.supply(cab1, 0).output_live);
  REQUIRE(restore(world, "cab1/psu1"));
  world.advance(at(101h));
  CHECK(world.supply(cab1, 0).input_watts == before);
}

TEST_CASE("a worn battery is empty sooner, sags deeper, charges slower, and fails its test") {
  World fresh{rack_with_ups(), 1}, worn{rack_with_ups(), 1};
  REQUIRE(wear(worn, "ups/u1", WearKind::battery, 24000h, 0.98));
  for (World* world : {&fresh, &worn}) {
    REQUIRE(set(*world, "ups/u1", Key::mode, 3));
    world->advance(at(5min));
  }
  CHECK(shown(worn, "u1-card", Quantity::battery_runtime) < 0.5 * shown(fresh, "u1-card", Quantity::battery_runtime));
  CHECK(shown(worn, "u1-card", Quantity::battery_voltage) < shown(fresh, "u1-card", Quantity::battery_voltage) - 0.5);
  CHECK(shown(worn, "u1-card", Quantity::battery_test_result) == 3);
  CHECK(shown(worn, "u1-card", Quantity::battery_health) == Approx(capacity_ratio(0.98)).margin(0.001));
  fresh.advance(at(9min)), worn.advance(at(9min));
  REQUIRE(set(fresh, "ups/u1", Key::mode, 0));
  worn.advance(at(20min)), fresh.advance(at(9min + 5s));
  CHECK(shown(fresh, "u1-card", Quantity::battery_test_result) == 1);
  CHECK(shown(worn, "u1-card", Quantity::battery_test_result) == 2);
  CHECK(worn.live(element("feed/A")) == true);
}

TEST_CASE("an outage that a new battery carries ends early with a worn one") {
  for (const bool old : {false, true}) {
    World world{rack_with_ups(), 1};
    if (old) REQUIRE(wear(world, "ups/u1", WearKind::battery, 24000h, 0.98));
    world.advance(at(1min));
    REQUIRE(fail(world, "ups/u1/input", 12min));
    world.advance(at(12min));
    CHECK(world.live(element("feed/A")) == !old);
  }
}

TEST_CASE("a battery unit of a shelf tells its health, and another in its place is new") {
  World world{rack_with_ups(), 1};
  const auto device = world.find_device("shelf-bbu1").value();
  const auto serial = world.serial(device);
  REQUIRE(wear(world, "cab1/bbu1", WearKind::battery, 24000h, 0.9));
  world.advance(at(1h));
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_health) == Approx(capacity_ratio(0.9)).margin(0.001));
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_charge) == 1);
  REQUIRE(world.apply(Replace{element("cab1/bbu1")}).has_value());
  world.advance(at(2h));
  CHECK(shown(world, "shelf-bbu1", Quantity::battery_health) == 1);
  CHECK(world.serial(device) == serial + "-2");
}

TEST_CASE("a loose contact drops volts with the current, opens for moments, and at last for good") {
  World world{bench_rack(), 1};
  REQUIRE(wear(world, "cab1/psu1", WearKind::contact, 100h));
  world.advance(at(80h));
  const auto truth = world.supply(cab1, 0);
  CHECK(world.outlet_volts(pdu_a, 3) - truth.input_volts == Approx(contact_ohms(0.8) * truth.input_amperes).margin(1e-6));
  CHECK(truth.input_volts < 229);
  CHECK(truth.input_watts / truth.input_amperes / truth.input_volts == Approx(0.98));
  CHECK(world.pdu(pdu_a).watts > truth.input_watts + 8);  // the card's, and what the plug turns to heat
  const auto losses = shown(world, "shelf-psu1", Quantity::input_loss_count);
  world.advance(at(93h));
  const auto some = shown(world, "shelf-psu1", Quantity::input_loss_count);
  CHECK(some > losses);
  world.advance(at(99h + 55min));
  CHECK(shown(world, "shelf-psu1", Quantity::input_loss_count) > 3 * (some - losses) + losses);
  CHECK(world.supply(cab1, 0).output_live);  // each was ridden through
  world.advance(at(100h + 1min));
  CHECK_FALSE(world.supply(cab1, 0).input_live);
  REQUIRE(world.apply(Replace{element("cab1/psu1")}).has_value());
  world.advance(at(101h));
  CHECK(world.supply(cab1, 0).input_live);
}

TEST_CASE("openings come ever faster, each of 4 to 15 ms, and have an end") {
  double before = 0;
  std::uint64_t n = 0;
  for (auto share = opening_share(9, 0); share; share = opening_share(9, ++n)) {
    CHECK((*share > before && *share >= 0.85 && *share <= 1));
    CHECK((opening_length(9, n) >= 4ms && opening_length(9, n) <= 15ms));
    before = *share;
  }
  CHECK(n == 40);
  CHECK(*opening_share(9, 39) - *opening_share(9, 30) < *opening_share(9, 9) - *opening_share(9, 0));
}

TEST_CASE("ageing insulation leaks more and more, until its breaker trips") {
  World world{bench_rack(), 1};
  REQUIRE(wear(world, "pdu-a", WearKind::insulation, 100h));
  world.advance(at(50h));
  CHECK(shown(world, "pdu-a", Quantity::residual_current) == Approx(0.0075).margin(0.0002));
  world.advance(at(100h));
  CHECK_FALSE(world.pdu(pdu_a).live);
}

TEST_CASE("another supply in the bay is new, has its own number, and is silent while it starts") {
  World world{bench_rack(), 1};
  CHECK(world.serial(psu1_unit) == "SIM100004");
  REQUIRE(wear(world, "cab1/psu1", WearKind::efficiency, 100h, 0.9));
  world.advance(at(1h));
  REQUIRE(world.apply(Replace{element("cab1/psu1")}).has_value());
  CHECK_FALSE(world.answers(psu1_unit));
  world.advance(at(2h));
  CHECK(world.answers(psu1_unit));
  CHECK(world.serial(psu1_unit) == "SIM100004-2");
  CHECK(world.serial(psu2_unit) == "SIM100005");
  CHECK(shown(world, "shelf-psu1", Quantity::operating_seconds) == Approx(3600).margin(2));
  CHECK(shown(world, "shelf-psu2", Quantity::operating_seconds) > 200 * 86400);
  CHECK(world.supply(cab1, 0).input_watts == world.supply(cab1, 1).input_watts);
}

TEST_CASE("what does not wear so is refused, and nothing changes") {
  World world{rack_with_ups(), 1};
  const auto refusal = [&](const char* what, WearKind kind, Duration life = 1h, double spent = 0) {
    const auto done = world.apply(Wearing{.element = element(what), .kind = kind, .life = life, .spent = spent});
    return done ? std::string{} : done.error().what;
  };
  CHECK(refusal("cab1", WearKind::fan) == "fan, dust, capacitor, efficiency, sharing and contact go with a supply, not cab1");
  CHECK(refusal("cab1/psu1", WearKind::battery) == "battery goes with a UPS or a battery unit, not cab1/psu1");
  CHECK(refusal("cab1/psu1", WearKind::insulation) == "insulation goes with a PDU, not cab1/psu1");
  CHECK(refusal("cab1/bbu1", WearKind::charger) == "charger goes with a UPS, not cab1/bbu1");
  CHECK(refusal("cab1/psu7", WearKind::fan) == "the rack has no cab1/psu7, did you mean cab1/psu1?");
  CHECK(refusal("cab1/psu1", WearKind::fan, 0s) == "a life is above 0, and of it 0 to below 1 is spent");
  CHECK(refusal("cab1/psu1", WearKind::fan, 1h, 1) == "a life is above 0, and of it 0 to below 1 is spent");
  const auto replaced = world.apply(Replace{element("pdu-a")});
  CHECK(replaced.error().what == "replace goes with a supply, a battery unit or the battery of a UPS, not with pdu-a");
  world.advance(at(10h));
  CHECK(world.fan_rpm(cab1, 0) == 9000);
}

TEST_CASE("months of wear cost no more than a few thousand looks") {
  World world{bench_rack(), 1};
  REQUIRE(wear(world, "cab1/psu1", WearKind::capacitor, 24h * 400));
  std::size_t changes = 0;
  for (; world.next_change() && *world.next_change() < at(24h * 30); ++changes) world.advance(*world.next_change());
  CHECK((changes > 1000 && changes < 6000));
}
