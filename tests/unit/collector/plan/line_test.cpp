#include <random>

#include "catch.hpp"
#include "unit/collector/plan/virtual_line.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using plan_test::Unit;
using plan_test::VirtualLine;
using Protocol = drivers::Address::Protocol;

namespace {

constexpr std::size_t size = 16;

drivers::Address unit_of(Protocol protocol, std::size_t number) {
  drivers::Address address{.protocol = protocol, .unit = static_cast<std::uint8_t>(number + 1)};
  if (protocol == Protocol::modbus_rtu)
    address.port = 0, address.serial.path = "/dev/ttyS0";
  else
    address.host = "192.0.2.1", address.port = 502;
  return address;
}

site::Site shelf(Protocol protocol, std::size_t units = size) {
  site::Site site;
  for (std::size_t u = 0; u < units; ++u)
    site.devices.push_back({.name = "u" + std::to_string(u), .address = unit_of(protocol, u), .hot = 500ms});
  return site;
}

std::vector<reading::Point> hot_and_routine() {
  reading::Point hot, routine;
  hot.metric = "rack_supply_input_ok", hot.lane = reading::Lane::hot;
  routine.metric = "rack_temperature_celsius";
  return {hot, routine};
}

std::vector<Unit> units(std::size_t dead, std::size_t all = size) {
  std::vector<Unit> out(all);
  for (std::size_t u = 0; u < all; ++u) out[u].points = hot_and_routine(), out[u].dead = u < dead;
  return out;
}

Duration in_vain(const VirtualLine& line) {
  Duration out{};
  for (const Unit& unit : line.units)
    if (unit.dead) out += unit.in_vain;
  return out;
}

}  // namespace

TEST_CASE("the dead of a line and of a host take a tenth of its time, and the living keep their grids") {
  for (const auto protocol : {Protocol::modbus_rtu, Protocol::modbus}) {
    for (const std::size_t dead : {1u, 8u, 15u}) {
      for (const bool from_the_start : {true, false}) {
        INFO(dead << " dead " << (from_the_start ? "from the start" : "later") << ", protocol " << static_cast<int>(protocol));
        VirtualLine line{shelf(protocol), units(from_the_start ? dead : 0)};
        line.run(60s);
        for (std::size_t u = 0; u < dead; ++u) line.units[u].dead = true;
        line.run(60s);
        line.forget();
        line.run(10min);
        CHECK(in_vain(line) <= 60s + 1s);
        CHECK(in_vain(line) >= 40s);
        for (std::size_t u = dead; u < size; ++u) {
          CHECK(line.units[u].failures == 0);
          CHECK(line.units[u].asked.size() >= 1180);  // of 1200 hot ones and 60 others
        }
        if (protocol == Protocol::modbus_rtu) CHECK(line.most_at_once == 1);
      }
    }
  }
}

TEST_CASE("a unit that lives again is asked within the time that is promised") {
  for (const std::size_t dead : {1u, 8u, 15u}) {
    VirtualLine line{shelf(Protocol::modbus_rtu), units(0)};
    line.run(60s);
    for (std::size_t u = 0; u < dead; ++u) line.units[u].dead = true;
    line.run(3min);
    for (std::size_t u = 0; u < dead; ++u) {
      line.forget();
      const Instant back = line.now;
      line.units[u].dead = false;
      line.run(5min);
      REQUIRE_FALSE(line.units[u].asked.empty());
      CHECK(line.units[u].asked.front() - back <= plan::heard_again_within(250ms, dead) + 1s);
      CHECK(line.units[u].asked.size() > 400);
      line.units[u].dead = true;
      line.run(1min);
    }
  }
}

TEST_CASE("units that were dead from the start are found one by one when they come to life") {
  VirtualLine line{shelf(Protocol::modbus_rtu), units(15)};
  line.run(5min);
  for (Unit& unit : line.units) unit.dead = false;
  line.run(plan::heard_again_within(1s, 1) + 30s);
  for (const Unit& unit : line.units) CHECK_FALSE(unit.asked.empty());
}

TEST_CASE("who falls silent is asked three times more at once, however many fall silent with it") {
  VirtualLine line{shelf(Protocol::modbus_rtu), units(0)};
  line.run(60s);
  line.forget();
  for (std::size_t u = 0; u < 8; ++u) line.units[u].dead = true;
  line.run(12s);
  for (std::size_t u = 0; u < 8; ++u) CHECK(line.units[u].asked.size() >= 4);
  for (std::size_t u = 8; u < size; ++u) CHECK(line.units[u].asked.size() >= 16);  // of 24: after each time-out come the living
}

TEST_CASE("a unit that answers every second question does not eat its neighbours' time") {
  VirtualLine line{shelf(Protocol::modbus_rtu), units(0)};
  line.run(60s);
  line.forget();
  for (int i = 0; i < 2400; ++i) {
    line.units[0].dead = i % 2 == 0;
    line.run(250ms);
  }
  CHECK(line.units[0].in_vain <= 61s);
  for (std::size_t u = 1; u < size; ++u) CHECK(line.units[u].asked.size() >= 1180);
}

TEST_CASE("on a line that is too busy the one that waited longest is next, and nobody starves") {
  VirtualLine line{shelf(Protocol::modbus_rtu), units(0)};
  for (Unit& unit : line.units) unit.takes = 60ms;  // 16 of them ask for 2 s of each
  line.run(60s);
  line.forget();
  line.run(10min);
  for (const Unit& unit : line.units) {
    CHECK(unit.failures == 0);
    CHECK(unit.asked.size() >= 550);
    CHECK(std::ranges::count(unit.what, std::vector<std::uint32_t>{1}) >= 30);
  }
}

TEST_CASE("the pause that one unit of a host wants is not cut short by another's answer") {
  auto site = shelf(Protocol::modbus, 2);
  site.devices[0].pace.between_requests = 200ms;
  Instant now{1000s};
  plan::Plan plan{site, 1, now};
  std::vector<plan::Order> orders;
  for (int identified = 0; identified < 2; now = *plan.next_due()) {
    orders = plan.due(now);
    for (const auto& order : orders) plan.identified(order.device, hot_and_routine(), now), ++identified;
  }
  for (orders = plan.due(now); orders.size() < 2; orders = plan.due(now = *plan.next_due()))
    for (const auto& order : orders) plan.answered(order.device, now);
  plan.answered(0, now + 10ms);
  plan.answered(1, now + 11ms);
  for (const site::Index d : {0u, 1u}) plan.hurry(d, now + 12ms);
  CHECK(plan.next_due() == now + 210ms);
}

TEST_CASE("a burst asks the hot points faster for its time, on a line no faster than that serves, and the grid is kept afterwards") {
  auto site = shelf(Protocol::modbus_rtu);
  VirtualLine line{site, units(0)};
  line.run(60s);
  line.forget();
  const Instant begun = line.now;
  for (site::Index u = 0; u < size; ++u) line.plan.burst(u, line.now);
  line.run(10s);
  for (const Unit& unit : line.units) {
    CHECK(unit.asked.size() >= 36);  // 12 ms × 16 ÷ 0.8 is one in 240 ms
    CHECK(unit.asked.size() <= 46);
    CHECK(unit.failures == 0);
  }
  line.run(1s);
  line.forget();
  line.run(60s);
  for (const Unit& unit : line.units) CHECK(unit.asked.size() <= 127);
  VirtualLine lone{shelf(Protocol::modbus_rtu, 1), units(0, 1)};
  lone.run(60s);
  const Instant grid = lone.units[0].asked.back();
  lone.forget();
  lone.plan.burst(0, lone.now);
  lone.run(10s);
  CHECK(lone.units[0].asked.size() >= 78);  // every 125 ms
  lone.run(1s);
  lone.forget();
  lone.run(60s);
  for (std::size_t i = 0; i < lone.units[0].asked.size(); ++i)
    if (lone.units[0].what[i] == std::vector<std::uint32_t>{0}) CHECK((lone.units[0].asked[i] - grid) % 500ms < 20ms);
  CHECK(begun < line.now);
}

TEST_CASE("a burst of units with several hot rhythms leaves a fifth of the line, too") {
  auto site = shelf(Protocol::modbus_rtu, 6);
  for (auto& device : site.devices) device.every.push_back({.metric = "rack_supply_input_ok", .period = 250ms});
  auto six = units(0, 6);
  for (Unit& unit : six) {
    unit.points.push_back(unit.points.front());
    unit.points.back().metric = "rack_supply_output_ok";
  }
  VirtualLine line{site, six};
  line.run(60s);
  line.forget();
  for (site::Index u = 0; u < 6; ++u) line.plan.burst(u, line.now);
  line.run(10s);
  Duration busy{};
  for (const Unit& unit : line.units) busy += unit.takes * static_cast<int>(unit.asked.size());
  CHECK(busy >= 7s);
  CHECK(busy <= 8500ms);
}

TEST_CASE("a burst is never faster than half of what the device is known to measure, nor than the site file says") {
  const auto polls = [](site::Burst burst, std::optional<Duration> refresh, std::optional<Duration> learned, std::optional<double> duty) {
    auto site = shelf(Protocol::modbus, 1);
    site.burst = burst;
    site.devices[0].hot = 1s;
    site.devices[0].pace.max_duty = duty;
    auto unit = units(0, 1);
    unit[0].points[0].refresh = refresh;
    VirtualLine line{site, unit};
    line.run(30s);
    if (learned) line.plan.slow(0, *learned, line.now);
    line.forget();
    line.plan.burst(0, line.now);
    line.run(10s);
    return std::ranges::count(line.units[0].what, std::vector<std::uint32_t>{0});
  };
  CHECK(polls({}, {}, {}, {}) >= 39);
  CHECK(polls({}, {}, {}, {}) <= 41);
  CHECK(polls({.every = 50ms}, {}, {}, {}) >= 199);
  CHECK(polls({.every = 50ms}, 400ms, {}, {}) <= 51);
  CHECK(polls({.every = 50ms}, {}, 400ms, {}) <= 51);
  CHECK(polls({.every = 50ms}, {}, {}, 0.1) <= 85);  // 12 ms in 120
  CHECK(polls({.length = 0s}, {}, {}, {}) <= 11);
  CHECK(polls({.every = 5s}, {}, {}, {}) <= 11);
}

TEST_CASE("a unit whose first identification is lost is asked again at once, and three times before it is taken for dead") {
  for (const std::size_t lost : {1u, 2u}) {
    VirtualLine line{shelf(Protocol::modbus, 2), units(1, 2)};
    line.run(lost * 1s - 500ms);
    line.units[0].dead = false;
    line.run(2s);
    CHECK_FALSE(line.units[0].asked.empty());
  }
  VirtualLine line{shelf(Protocol::modbus, 2), units(1, 2)};
  line.run(60s);
  CHECK(line.units[0].in_vain <= 3s + 6s);
}

TEST_CASE("a unit that loses one answer of six is asked on its grid, whatever its neighbour loses") {
  VirtualLine line{shelf(Protocol::modbus, 2), units(0, 2)};
  line.run(10s);
  line.forget();
  std::mt19937 chance{1};
  for (int i = 0; i < 24'000; ++i) {
    for (Unit& unit : line.units) unit.dead = chance() % 6 == 0;
    line.run(25ms);
  }
  for (Unit& unit : line.units) {
    Duration longest{};
    for (std::size_t q = 1; q < unit.asked.size(); ++q) longest = std::max(longest, unit.asked[q] - unit.asked[q - 1]);
    CHECK(longest <= 4s);  // after four in a row
    CHECK(unit.asked.size() >= 1200);
  }
}

TEST_CASE("a lost answer to what is asked seldom blinds nobody for longer than such an answer takes, and is asked for again") {
  auto site = shelf(Protocol::modbus, 1);
  site.devices[0].hot = 20ms;
  auto one = units(0, 1);
  one[0].takes = 2ms;
  VirtualLine line{site, one};
  line.run(60s);
  Unit& unit = line.units[0];
  const auto routine = [&] { return std::ranges::count(unit.what, std::vector<std::uint32_t>{1}); };
  line.forget();
  unit.loses = {1};
  for (int i = 0; i < 20'000 && routine() == 0; ++i) line.run(1ms);
  REQUIRE(routine() == 1);
  const Instant lost = line.now;
  unit.loses.clear();
  line.run(300ms);
  CHECK(std::ranges::any_of(unit.asked, [&](Instant at) { return at > lost && at <= lost + 120ms; }));
  CHECK(routine() == 2);
}
