#include "drivers/modbus/rtu/tap.hpp"

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <memory>

#include "bus.hpp"
#include "catch.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/profile/library.hpp"
#include "ground/clock/clock.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using namespace std::chrono_literals;
using ground::FailureKind;
using ground::Quality;
using holdup::test::run;
using holdup::test::run_until;

namespace {

using Answered = ground::Result<modbus::Exchange>;

/// A line where another master asks unit 7 for `count` registers from `address` on.
struct Bench {
  boost::asio::io_context io;
  Bus bus{{}};
  std::shared_ptr<Figures> figures = std::make_shared<Figures>();
  std::shared_ptr<Tap> tap = std::make_shared<Tap>(io.get_executor(), drivers::SerialLine{.path = bus.path()}, figures);

  ~Bench() { CHECK(bus.came_in().empty()); }

  void speak(std::uint8_t address, std::vector<std::uint16_t> values, std::uint8_t unit = 7) {
    const auto count = static_cast<std::uint8_t>(values.size());
    Raw answer{unit, 3, static_cast<std::uint8_t>(2 * count)};
    for (const auto value : values) answer.insert(answer.end(), {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
    const auto before = figures->overheard.load();
    bus.say(closed({unit, 3, 0, address, 0, count}));
    bus.say(closed(answer));
    REQUIRE(run_until(io, [&] { return figures->overheard > before; }));
  }
  Answered ask(std::uint16_t address, std::uint16_t count, ground::Duration limit = 50ms, std::uint8_t unit = 7) {
    return run(io, tap->ask({.unit = unit, .address = address, .count = count}, ground::clock::now() + limit));
  }
  /// The first question opens the line.
  void begin() { CHECK(ask(0, 1, 1ms).has_error()); }
};

constexpr const char* profile_text = R"(profile: meter
protocol: modbus
vendor: Acme
registers:
  - {metric: rack_voltage_volts, part: inlet, address: 10, type: u16}
  - {metric: rack_current_amperes, part: inlet, address: 11, type: u16}
  - {metric: rack_frequency_hertz, part: inlet, address: 12, type: u16}
)";

}  // namespace

TEST_CASE("a tap tells what another master was answered, with the time it was heard, and sends nothing") {
  Bench bench;
  bench.begin();
  const auto before = ground::clock::now();
  bench.speak(10, {230, 5, 50});
  const auto after = ground::clock::now();
  const Answered told = bench.ask(11, 2);
  REQUIRE(told.has_value());
  CHECK(told->answer.values == std::vector<std::uint16_t>{5, 50});
  CHECK(told->sent >= before);
  CHECK(told->received <= after);
}

TEST_CASE("what lay on the line before a tap was opened is not heard: nobody knows when it was said") {
  Bench bench;
  bench.bus.say(closed({7, 3, 0, 10, 0, 1}));
  bench.bus.say(closed({7, 3, 2, 0, 230}));
  bench.begin();
  bench.speak(10, {231});
  CHECK(bench.figures->overheard == 1);
  CHECK(bench.ask(10, 1)->answer.values.front() == 231);
}

TEST_CASE("a question to a tap is answered as soon as that is heard") {
  Bench bench;
  bench.begin();
  std::optional<Answered> answered;
  boost::asio::co_spawn(bench.io, bench.tap->ask({.unit = 7, .address = 10, .count = 1}, ground::clock::now() + 20s),
                        [&](std::exception_ptr, Answered outcome) { answered = std::move(outcome); });
  bench.speak(10, {230});
  REQUIRE(run_until(bench.io, [&] { return answered.has_value(); }));
  CHECK(answered->has_value());
}

TEST_CASE("what a tap did not hear is no answer, and a unit it does not hear is silent") {
  Bench bench;
  bench.begin();
  for (int i = 0; i < 2; ++i) bench.speak(10, {230, 5, 50});
  const Answered elsewhere = bench.ask(60, 1);
  REQUIRE(elsewhere.has_error());
  CHECK(elsewhere.error().kind == FailureKind::unsupported);
  const Answered nobody = bench.ask(10, 1, 50ms, 8);
  REQUIRE(nobody.has_error());
  CHECK(nobody.error().kind == FailureKind::timeout);
}

TEST_CASE("a device behind a tap has what was heard as readings, and the rest as failed, not absent") {
  Bench bench;
  ground::Problems problems;
  const auto library = profile::Library::load({{"meter.yaml", profile_text}}, problems);
  for (const auto& problem : problems.all()) FAIL(problem.text());
  bench.begin();
  for (int i = 0; i < 2; ++i) bench.speak(10, {230, 5});
  modbus::Device device{bench.tap, 7, {library.find("meter")}};
  const auto identified = run(bench.io, device.identify(ground::clock::now() + 10s));
  REQUIRE(identified.has_value());
  REQUIRE(identified->points.size() == 3);
  const std::vector<std::uint32_t> points{0, 1, 2};
  const auto readings = run(bench.io, device.read({.points = points, .deadline = ground::clock::now() + 10s}));
  REQUIRE(readings.has_value());
  CHECK((*readings)[0].value == 230);
  CHECK((*readings)[1].quality == Quality::good);
  CHECK((*readings)[2].quality == Quality::failed);
}

TEST_CASE("a tap of a line that goes and comes hears it again") {
  Bench bench;
  bench.begin();
  bench.speak(10, {230});
  bench.bus.unplug();
  REQUIRE(run_until(bench.io, [&] { return bench.figures->lost == 1; }));
  REQUIRE(run_until(bench.io, [&] { return bench.figures->open_failures > 0; }));
  bench.bus.plug();
  REQUIRE(run_until(bench.io, [&] { return bench.figures->opens == 2; }));
  bench.speak(10, {231});
  CHECK(bench.ask(10, 1)->answer.values.front() == 231);
}

TEST_CASE("a tap whose device file is not there says so") {
  Bench bench;
  bench.bus.unplug();
  const Answered none = bench.ask(10, 1);
  REQUIRE(none.has_error());
  CHECK(none.error().what.find("No such file") != std::string::npos);
}
