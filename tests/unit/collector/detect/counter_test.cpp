#include "collector/detect/counter.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using detect::Counter;
using ground::Instant;
using Kind = Counter::Kind;

namespace {

constexpr double of_32_bits = 4294967296.0;
constexpr double uptime_wrap = of_32_bits / 100;

}  // namespace

TEST_CASE("a counter grows, stands still and falls") {
  Counter counter;
  CHECK(counter.saw(5, Instant{1s}, 0).kind == Kind::first);
  CHECK(counter.saw(5, Instant{2s}, 0).kind == Kind::still);
  const auto grew = counter.saw(7, Instant{3s}, 0);
  CHECK(grew.kind == Kind::grew);
  CHECK(grew.growth == 2);
  CHECK(grew.former == 5);
  CHECK(grew.former_at == Instant{2s});
  CHECK(counter.saw(0, Instant{4s}, 0).kind == Kind::fell);
}

TEST_CASE("a counter that goes through the end of its type wrapped, and its growth goes on") {
  Counter counter;
  (void)counter.saw(of_32_bits - 300, Instant{10s}, of_32_bits);
  (void)counter.saw(of_32_bits - 200, Instant{20s}, of_32_bits);
  const auto step = counter.saw(50, Instant{30s}, of_32_bits);
  CHECK(step.kind == Kind::wrapped);
  CHECK(step.growth == 250);
}

TEST_CASE("a counter that begins anew far from its end did not wrap") {
  const double former = GENERATE(12000., of_32_bits / 2, of_32_bits * 0.99);
  Counter counter;
  (void)counter.saw(former - 100, Instant{10s}, of_32_bits);
  (void)counter.saw(former, Instant{20s}, of_32_bits);
  const auto step = counter.saw(3, Instant{30s}, of_32_bits);
  CHECK(step.kind == Kind::fell);
  CHECK(step.growth == 0);
}

TEST_CASE("a counter of 64 bits, and one whose end is not known, fall when they begin anew") {
  Counter wide, unknown;
  (void)wide.saw(1e15, Instant{10s}, 18446744073709551616.0);
  CHECK(wide.saw(10, Instant{20s}, 18446744073709551616.0).kind == Kind::fell);
  (void)unknown.saw(of_32_bits - 1, Instant{10s}, 0);
  CHECK(unknown.saw(1, Instant{20s}, 0).kind == Kind::fell);
}

TEST_CASE("sysUpTime that wraps after 497 days is no restart, also over a pause, one that begins anew is") {
  Counter polled;
  (void)polled.saw(uptime_wrap - 15, Instant{10s}, uptime_wrap);
  (void)polled.saw(uptime_wrap - 5, Instant{20s}, uptime_wrap);
  CHECK(polled.saw(5, Instant{30s}, uptime_wrap).kind == Kind::wrapped);
  Counter paused;
  (void)paused.saw(uptime_wrap - 3600, Instant{10s}, uptime_wrap);
  (void)paused.saw(uptime_wrap - 3590, Instant{20s}, uptime_wrap);
  CHECK(paused.saw(10, Instant{20s + 1h}, uptime_wrap).kind == Kind::wrapped);
  Counter restarted;
  (void)restarted.saw(86400 * 300., Instant{10s}, uptime_wrap);
  (void)restarted.saw(86400 * 300. + 10, Instant{20s}, uptime_wrap);
  CHECK(restarted.saw(4, Instant{30s}, uptime_wrap).kind == Kind::fell);
}
