#include "collector/plan/plan.hpp"

#include <algorithm>
#include <set>

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using reading::Lane;

namespace {

site::Site one_device(site::Device device) {
  site::Site site;
  site.devices.push_back(std::move(device));
  return site;
}

reading::Point point(Lane lane, std::optional<Duration> refresh = {}) {
  reading::Point made;
  made.lane = lane;
  made.refresh = refresh;
  return made;
}

const site::Device snmp{.name = "p", .url = "snmp://192.0.2.1"};
const site::Device modbus{.name = "m", .url = "modbus://192.0.2.1/1"};

// A plan of one identified device, and the time.
struct Bench {
  site::Site site;
  plan::Plan plan;
  Instant now;

  Bench(site::Device device, std::vector<reading::Point> points, Instant start = Instant{1000s}, std::uint64_t seed = 1)
      : site{one_device(std::move(device))}, plan{site, seed, start}, now{start} {
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

using Points = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a lane's period is what is written, else the larger of the default and half the refresh") {
  CHECK(plan::lane_period(snmp, Lane::hot, 0s) == 1s);
  CHECK(plan::lane_period(modbus, Lane::hot, 0s) == 100ms);
  CHECK(plan::lane_period(snmp, Lane::hot, 5s) == 2500ms);
  CHECK(plan::lane_period(snmp, Lane::routine, 0s) == 10s);
  CHECK(plan::lane_period(snmp, Lane::routine, 60s) == 30s);
  CHECK(plan::lane_period(snmp, Lane::slow, 0s) == 5min);
  CHECK(plan::lane_period({.name = "m", .url = "modbus://h/1", .hot = 20ms}, Lane::hot, 1s) == 20ms);
}

TEST_CASE("an answer is waited for half the hot period, at most two seconds, or as written") {
  CHECK(plan::answer_time(snmp) == 500ms);
  CHECK(plan::answer_time(modbus) == 50ms);
  CHECK(plan::answer_time({.name = "p", .url = "snmp://h", .hot = 30s}) == 2s);
  CHECK(plan::answer_time({.name = "p", .url = "snmp://h", .timeout = 123ms}) == 123ms);
}

TEST_CASE("the grid never drifts, however late the answers come") {
  Bench bench{snmp, {point(Lane::hot)}};
  (void)bench.next();
  bench.plan.answered(0, bench.now);
  const Instant first = bench.next().deadline - 500ms;
  for (int i = 1; i <= 1000; ++i) {
    bench.now += 37ms * (i % 13);
    bench.plan.answered(0, bench.now);
    const auto order = bench.next();
    REQUIRE(bench.now == first + i * 1s);
    REQUIRE(order.deadline == bench.now + 500ms);
  }
}

TEST_CASE("missed slots are skipped, not caught up") {
  Bench bench{snmp, {point(Lane::hot)}};
  (void)bench.next();
  bench.plan.answered(0, bench.now);
  const Instant slot = *bench.plan.next_due();
  bench.now = slot + 4700ms;
  CHECK(bench.plan.due(bench.now).size() == 1);
  bench.plan.answered(0, bench.now);
  CHECK(*bench.plan.next_due() == slot + 5s);
}

TEST_CASE("the first slot of a young boot is not skipped") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Bench bench{snmp, {point(Lane::hot)}, Instant{0s}, seed};
    (void)bench.next();
    bench.plan.answered(0, bench.now);
    CHECK(*bench.plan.next_due() <= Instant{1s});
  }
}

TEST_CASE("a device is asked one question at a time") {
  Bench bench{modbus, {point(Lane::hot), point(Lane::routine), point(Lane::slow)}};
  CHECK(bench.next().points == Points{0});
  CHECK_FALSE(bench.plan.next_due());
  for (int i = 0; i < 100; ++i) REQUIRE(bench.plan.due(bench.now += 50ms).empty());
  bench.plan.answered(0, bench.now);
  CHECK(bench.plan.next_due());
}

TEST_CASE("the first lane is asked alone, what else is due follows its answer at once") {
  Bench bench{snmp, {point(Lane::hot), point(Lane::routine), point(Lane::hot), point(Lane::slow)}};
  Instant hot{};
  unsigned others = 0;
  for (int i = 0; i < 111; ++i) {
    const auto order = bench.next();
    if (order.points == Points{0, 2}) {
      CHECK(order.deadline == bench.now + 500ms);
      hot = bench.now;
    } else {
      REQUIRE((order.points == Points{1, 3} || order.points == Points{1} || order.points == Points{3}));
      CHECK(bench.now == hot);
      ++others;
    }
    bench.plan.answered(0, bench.now);
  }
  CHECK(others >= 10);
  CHECK(others <= 13);
}

TEST_CASE("three quick questions follow an unanswered one, then the grid is kept") {
  Bench bench{snmp, {point(Lane::hot), point(Lane::routine)}};
  for (int lane = 0; lane < 2; ++lane) {
    (void)bench.next();
    bench.plan.answered(0, bench.now);
  }
  const Instant slot = bench.now = *bench.plan.next_due();
  for (int quick = 0; quick < 4; ++quick) {
    const auto order = bench.next();
    CHECK(bench.now == slot + quick * 500ms);
    CHECK(order.points == Points{0});
    bench.plan.failed(0, bench.now = order.deadline);
  }
  for (int i = 0; i < 30; ++i) {
    const auto order = bench.next();
    REQUIRE((bench.now - slot) % 1s == 0s);
    REQUIRE(order.points == Points{0});
    REQUIRE(order.deadline == bench.now + 500ms);
    bench.plan.failed(0, bench.now = order.deadline);
  }
  (void)bench.next();
  bench.plan.answered(0, bench.now);
  CHECK(bench.next().points == Points{1});  // the routine lane, overdue, at once
}

TEST_CASE("a device with only routine points is asked, retried and hurried all the same") {
  Bench bench{snmp, {point(Lane::routine)}};
  auto order = bench.next();
  CHECK(order.points == Points{0});
  CHECK(order.deadline == bench.now + 2s);
  bench.plan.failed(0, bench.now = order.deadline);
  CHECK(*bench.plan.next_due() == bench.now);
  (void)bench.next();
  bench.plan.answered(0, bench.now);
  CHECK(*bench.plan.next_due() > bench.now);
  bench.plan.hurry(0, bench.now);
  CHECK(*bench.plan.next_due() == bench.now);
}

TEST_CASE("a written timeout holds for every lane") {
  Bench bench{{.name = "p", .url = "snmp://h", .timeout = 123ms}, {point(Lane::hot), point(Lane::routine)}};
  for (int lane = 0; lane < 2; ++lane) {
    const auto order = bench.next();
    CHECK(order.points.size() == 1);
    CHECK(order.deadline == bench.now + 123ms);
    bench.plan.answered(0, bench.now);
  }
}

TEST_CASE("a hurried device is asked at once and its grid stays") {
  Bench bench{snmp, {point(Lane::hot)}};
  (void)bench.next();
  bench.plan.answered(0, bench.now);
  const Instant slot = *bench.plan.next_due();
  bench.plan.hurry(0, bench.now += 1ms);
  CHECK(bench.plan.due(bench.now).size() == 1);
  bench.plan.hurry(0, bench.now);  // while busy: again, when answered
  bench.plan.answered(0, bench.now += 1ms);
  CHECK(bench.plan.due(bench.now).size() == 1);
  bench.plan.answered(0, bench.now += 1ms);
  CHECK(*bench.plan.next_due() == slot);
}

TEST_CASE("identification is tried anew with growing pauses of at most half a minute") {
  const auto site = one_device(snmp);
  plan::Plan plan{site, 1, Instant{5s}};
  Instant now{5s};
  Duration last{};
  for (int i = 0; i < 12; ++i) {
    const auto orders = plan.due(now);
    REQUIRE(orders.size() == 1);
    REQUIRE(orders[0].kind == plan::Order::Kind::identify);
    CHECK(orders[0].deadline == now + std::min<Duration>(10s, 2s * (1 << std::min(i, 3))));
    plan.failed(0, now = orders[0].deadline);
    const Duration pause = *plan.next_due() - now;
    CHECK(pause >= last);
    CHECK(pause <= 30s);
    last = pause;
    REQUIRE(plan.due(now + pause - 1ns).empty());
    now += pause;
  }
  CHECK(last == 30s);
}

TEST_CASE("the seed spreads devices over the period, the same each time") {
  site::Site site;
  for (int d = 0; d < 40; ++d) site.devices.push_back({.name = "p" + std::to_string(d), .url = "snmp://h"});
  const auto slots = [&](std::uint64_t seed) {
    plan::Plan plan{site, seed, Instant{100s}};
    (void)plan.due(Instant{100s});
    const std::vector<reading::Point> points{point(Lane::hot)};
    for (site::Index d = 0; d < 40; ++d) plan.identified(d, points, Instant{100s});
    (void)plan.due(Instant{100s});
    for (site::Index d = 0; d < 40; ++d) plan.answered(d, Instant{100s});
    std::vector<Instant> out;
    for (Instant now{100s}; out.size() < 40; now = *plan.next_due())
      for (const auto& order : plan.due(now)) out.push_back(order.deadline - 500ms);
    return out;
  };
  const auto one = slots(1);
  CHECK(one == slots(1));
  CHECK(one != slots(2));
  CHECK(one.back() <= Instant{101s});
  std::set<std::int64_t> tenths;
  for (const Instant slot : one) tenths.insert((slot - Instant{100s}) / 100ms);
  CHECK(tenths.size() >= 8);
}
