#include "catch.hpp"
#include "collector/plan/plan.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using reading::Lane;

namespace {

reading::Point point(Lane lane) {
  reading::Point made;
  made.lane = lane;
  return made;
}

site::Site one_device() {
  site::Site site;
  site.devices.push_back({.name = "p"});
  return site;
}

// A plan of one identified device, and the time.
struct Bench {
  site::Site site = one_device();
  Instant now{1000s};
  plan::Plan plan{site, 1, now};

  explicit Bench(const std::vector<reading::Point>& points) {
    REQUIRE(plan.due(now).size() == 1);
    plan.identified(0, points, now);
  }
  Bench(const Bench&) = delete;

  // Runs to the next order.
  plan::Order next() {
    const auto due = plan.next_due();
    REQUIRE(due);
    now = std::max(now, *due);
    auto orders = plan.due(now);
    REQUIRE(orders.size() == 1);
    return std::move(orders.front());
  }
};

}  // namespace

TEST_CASE("who a device is, is asked again every five minutes, when nothing else is due") {
  Bench bench{{point(Lane::hot), point(Lane::routine)}};
  const Instant start = bench.now;
  bench.plan.keep_recognising(0, bench.now);
  std::vector<Duration> asked;
  while (bench.now < start + 11min) {
    const auto order = bench.next();
    if (order.kind == plan::Order::Kind::recognise) {
      CHECK(order.points.empty());
      asked.push_back(bench.now - start);
      bench.now += 40ms;
      bench.plan.recognised(0, bench.now);
      continue;
    }
    bench.now += 20ms;
    bench.plan.answered(0, bench.now);
  }
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] >= 5min);
  CHECK(asked[0] < 5min + 1s);
  CHECK(asked[1] - asked[0] >= 5min);
  CHECK(asked[1] - asked[0] < 5min + 1s);
}

TEST_CASE("who tells no serial number is never asked for it") {
  Bench bench{{point(Lane::hot)}};
  for (const Instant end = bench.now + 12min; bench.now < end;) {
    CHECK(bench.next().kind == plan::Order::Kind::read);
    bench.plan.answered(0, bench.now);
  }
}

TEST_CASE("an agent that started, or a device that was away, is asked who it is soon, never while it is silent") {
  auto uptime = point(Lane::hot);
  uptime.means = reading::Meaning::uptime;
  uptime.labels = {{"part", "system"}};
  Bench bench{{uptime}};
  bench.plan.keep_recognising(0, bench.now);
  double up_for = 1000;
  const auto answer = [&] {
    const std::vector<reading::Reading> readings{{.point = 0, .quality = ground::Quality::good, .value = up_for++, .time = bench.now}};
    bench.plan.answered(0, bench.now, readings);
  };
  const auto first = [&](Duration within) -> std::optional<Duration> {
    const Instant start = bench.now;
    while (bench.now < start + within) {
      if (bench.next().kind == plan::Order::Kind::recognise) return bench.plan.recognised(0, bench.now), bench.now - start;
      answer();
    }
    return std::nullopt;
  };
  CHECK_FALSE(first(60s));
  up_for = 3;
  const auto after_start = first(60s);
  REQUIRE(after_start);
  CHECK(*after_start >= 10s);
  CHECK(*after_start < 13s);
  for (int i = 0; i < 400; ++i) {
    CHECK(bench.next().kind == plan::Order::Kind::read);
    bench.now += 1s;
    bench.plan.failed(0, bench.now);
  }
  REQUIRE(bench.next().kind == plan::Order::Kind::read);
  answer();
  const auto after_absence = first(60s);
  REQUIRE(after_absence);
  CHECK(*after_absence < 13s);
}
