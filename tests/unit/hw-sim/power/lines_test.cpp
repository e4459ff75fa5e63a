#include "hw-sim/power/lines.hpp"

#include "catch.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

namespace {

constexpr Tap l12{0, 1}, l23{1, 2}, l31{2, 0};

Lines lines_of(System system, double volts = 230) { return {system, {volts, volts, volts}}; }

/// cab1 on both feeds of a wye rack; psu1 on phase 3, and three more loads that weigh unevenly on A.
Rack wye_rack() {
  Rack rack = bench_rack();
  rack.system = System::wye;
  const auto plug = [&](const char* name, double watts, std::size_t outlet) {
    rack.loads.push_back({.name = name, .watts = watts, .supplies = {{.name = "psu1", .pdu = 0, .outlet = outlet}}});
  };
  plug("light", 200, 1), plug("heavy", 2400, 2);
  return rack;
}

double shown(World& world, std::size_t device, Quantity quantity, const char* index) {
  return world.read(device).find(quantity, index).value();
}

}  // namespace

TEST_CASE("lines that are whole have their volts to the last digit, and between them what the system makes of that") {
  CHECK(lines_of(System::single_phase).volts({0}) == 230);
  CHECK(lines_of(System::wye).volts({2}) == 230);
  CHECK(lines_of(System::wye).volts(l23) == Approx(398.4).epsilon(0.001));
  CHECK(lines_of(System::split_phase, 120).volts(l12) == Approx(240));
  CHECK(lines_of(System::delta, 208).volts(l31) == 208);
}

TEST_CASE("a dead line of a wye is left with nothing, or with up to half by what hangs between it and the others") {
  auto lines = lines_of(System::wye);
  Draw draw;
  draw.add({0}, 1000);
  SECTION("all its loads go to the neutral") {
    lines.open({.line = {true}}, draw);
    CHECK(lines.volts({0}) == Approx(0).margin(1e-9));
    CHECK(lines.volts(l12) == Approx(0.577 * 398.4).epsilon(0.001));
  }
  SECTION("all of them go to the other lines") {
    draw = {};
    draw.add(l12, 500), draw.add(l31, 500);
    lines.open({.line = {true}}, draw);
    CHECK(lines.volts({0}) == Approx(115));
    CHECK(lines.volts(l12) == Approx(0.5 * 398.4).epsilon(0.001));
  }
  SECTION("half of them") {
    draw.add(l31, 1000);
    lines.open({.line = {true}}, draw);
    CHECK(lines.volts({0}) == Approx(57.5));
  }
  CHECK(lines.volts({1}) == 230);
  CHECK(lines.volts(l23) == Approx(398.4).epsilon(0.001));
}

TEST_CASE("a dead line of a delta leaves half between it and each other") {
  auto lines = lines_of(System::delta, 208);
  lines.open({.line = {true}}, {});
  CHECK(lines.volts(l12) == Approx(104));
  CHECK(lines.volts(l23) == Approx(208));
  CHECK(lines.volts(l31) == Approx(104));
}

TEST_CASE("without its neutral the lines of a wye spread by their loads, and stand as before between each other") {
  auto lines = lines_of(System::wye);
  Draw draw;
  draw.add({0}, 300), draw.add({1}, 1000), draw.add({2}, 1000);
  lines.open({.neutral = true}, draw);
  CHECK(lines.volts({0}) > 1.1 * 230);
  CHECK(lines.volts({1}) < 0.95 * 230);
  CHECK(lines.volts(l12) == Approx(398.4).epsilon(0.001));
  auto even = lines_of(System::wye);
  draw.add({0}, 700);
  even.open({.neutral = true}, draw);
  CHECK(even.volts({0}) == Approx(230));
}

TEST_CASE("without its neutral a split feed's light side takes what the heavy one leaves") {
  auto lines = lines_of(System::split_phase, 120);
  Draw draw;
  draw.add({0}, 100), draw.add({1}, 300);
  lines.open({.neutral = true}, draw);
  CHECK(lines.volts({0}) == Approx(180));
  CHECK(lines.volts({1}) == Approx(60));
  CHECK(lines.volts(l12) == Approx(240));
}

TEST_CASE("a PDU meters a lost phase and a lost neutral, and what hangs there follows") {
  World world{wye_rack(), 1};
  SECTION("phase") {
    REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = 2}));
    world.advance(at(3s));
    CHECK(shown(world, pdu_a, Quantity::phase_voltage, "2") == Approx(0).margin(0.01));
    CHECK(shown(world, pdu_a, Quantity::phase_voltage, "1") == Approx(230).epsilon(0.004));
    CHECK(shown(world, pdu_a, Quantity::line_voltage, "12") == Approx(230).epsilon(0.004));
    CHECK(shown(world, pdu_a, Quantity::line_voltage, "31") == Approx(398).epsilon(0.005));
    CHECK_FALSE(world.load_carried(3));
    CHECK(world.supply(cab1, 0).input_live);
    CHECK(world.answers(pdu_a));
  }
  SECTION("neutral") {
    REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = neutral}));
    world.advance(at(3s));
    CHECK(shown(world, pdu_a, Quantity::phase_voltage, "1") > 1.1 * 230);
    CHECK(shown(world, pdu_a, Quantity::phase_voltage, "2") < 0.9 * 230);
    CHECK(shown(world, pdu_a, Quantity::line_voltage, "12") == Approx(398).epsilon(0.005));
    CHECK(world.live(element("feed/A")) == false);
    REQUIRE(restore(world, "feed/A"));
    CHECK(world.live(element("feed/A")) == true);
  }
  SECTION("a pole of the PDU's own") {
    REQUIRE(fail(world, "pdu-a/phase/2"));
    CHECK_FALSE(world.supply(3, 0).input_live);
    CHECK(world.live(element("pdu-a/phase/2")) == false);
    CHECK(world.live(element("feed/A")) == true);
    CHECK(world.supply(srv1, 0).input_live);  // pdu-a2, phase 2
    REQUIRE(restore(world, "pdu-a/phase/2"));
    CHECK(world.supply(3, 0).input_live);
  }
  SECTION("volts of one phase") {
    REQUIRE(world.apply(Set{.element = element("feed/A"), .settings = {{.key = Key::volts, .value = 200}}, .phase = 1}));
    CHECK((world.feed_volts(0, 0) == 200 && world.feed_volts(0, 1) == 230));
  }
}

TEST_CASE("a single-phase PDU hangs on its phase alone, its card may on one of three") {
  Rack rack = wye_rack();
  rack.pdus[pdu_a2].tap = Tap{1};
  rack.pdus[pdu_b].card_line = 0;
  World world{rack, 1};
  CHECK(world.read(pdu_a2).find(Quantity::phase_voltage, "1"));
  CHECK_FALSE(world.read(pdu_a2).find(Quantity::phase_voltage, "2"));
  REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = 1}));
  CHECK(world.pdu(pdu_a2).live);
  REQUIRE(world.apply(Fail{.element = element("feed/A"), .phase = 2}));
  CHECK_FALSE(world.pdu(pdu_a2).live);
  REQUIRE(world.apply(Fail{.element = element("feed/B"), .phase = 1}));
  CHECK_FALSE(world.answers(pdu_b));
  CHECK(world.supply(cab1, 1).input_live);
}

TEST_CASE("a neutral carries what does not cancel, and all triplen currents together") {
  const auto neutral = [](double third_watts, double triplen) {
    Rack rack{.name = "r1", .system = System::wye, .feeds = {{.name = "A"}}};
    rack.pdus = {{.name = "pdu-a", .outlets = 3}};
    for (const std::size_t n : {1U, 2U, 3U})
      rack.loads.push_back({.name = "srv" + std::to_string(n),
                            .watts = n == 3 ? third_watts : 2000,
                            .triplen = triplen,
                            .supplies = {{.name = "psu1", .outlet = n}}});
    World world{rack, 1};
    const auto& shown = world.read(world.find_device("pdu-a").value());
    return std::pair{shown.find(Quantity::neutral_current).value(), shown.find(Quantity::phase_current, "2").value()};
  };
  const auto [even, phase] = neutral(2000, 0);
  CHECK(even < 0.1);  // the card's watts alone
  CHECK(phase == Approx(9.5).margin(0.3));
  CHECK(neutral(0, 0).first == Approx(phase).margin(0.5));
  const auto [triplen, crooked] = neutral(2000, 0.7);
  CHECK(triplen == Approx(3 * 0.7 * phase).margin(0.3));
  CHECK(crooked == Approx(phase * std::sqrt(1 + 0.49)).margin(0.1));
}
