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

drivers::Address snmp_at(std::string host) { return {.host = std::move(host)}; }

const drivers::Address modbus_address{.protocol = drivers::Address::Protocol::modbus, .host = "192.0.2.1"};
const site::Device snmp{.name = "p"};
const site::Device modbus{.name = "m", .address = modbus_address};

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
  CHECK(plan::lane_period({.name = "m", .address = modbus_address, .hot = 20ms}, Lane::hot, 1s) == 20ms);
}

TEST_CASE("an answer is waited for half the hot period, at most two seconds, or as written") {
  CHECK(plan::answer_time(snmp) == 500ms);
  CHECK(plan::answer_time(modbus) == 50ms);
  CHECK(plan::answer_time({.name = "p", .hot = 30s}) == 2s);
  CHECK(plan::answer_time({.name = "p", .timeout = 123ms}) == 123ms);
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
  Bench bench{{.name = "p", .timeout = 123ms}, {point(Lane::hot), point(Lane::routine)}};
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
  for (int d = 0; d < 40; ++d)
    site.devices.push_back({.name = "p" + std::to_string(d), .address = snmp_at("192.0.2." + std::to_string(d))});
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

TEST_CASE("a card that says so is asked for its routine points every 30 seconds, unless the site file says otherwise") {
  CHECK(plan::lane_period(snmp, Lane::routine, 0s, {.routine = 30s}) == 30s);
  CHECK(plan::lane_period(snmp, Lane::hot, 0s, {.routine = 30s}) == 1s);
  CHECK(plan::lane_period({.name = "p", .routine = 10s}, Lane::routine, 0s, {.routine = 30s}) == 10s);
}

TEST_CASE("a refresh that is learned slows every lane to half of it, and never below what is declared or written") {
  Bench bench{snmp, {point(Lane::hot, 4s), point(Lane::routine), point(Lane::slow)}};
  bench.plan.slow(0, 40s, bench.now);
  CHECK(bench.plan.periods(0) == plan::Plan::Periods{20s, 20s, 5min});
  bench.plan.slow(0, 1s, bench.now);
  CHECK(bench.plan.periods(0) == plan::Plan::Periods{2s, 10s, 5min});
  Bench written{{.name = "p", .hot = 1s}, {point(Lane::hot), point(Lane::routine)}};
  written.plan.slow(0, 40s, written.now);
  CHECK(written.plan.periods(0)[0] == 1s);
  CHECK(written.plan.periods(0)[1] == 20s);
}

namespace {

reading::Reading took(Duration round_trip) { return {.point = 0, .quality = ground::Quality::good, .value = 1, .uncertainty = round_trip}; }

// Answers the device's questions, each after so long, for a while; the share of the time that they took.
double kept_busy(Bench& bench, Duration each, Duration length) {
  const Instant start = bench.now;
  Duration busy{};
  while (bench.now < start + length) {
    (void)bench.next();
    bench.now += each;
    busy += each;
    bench.plan.answered(0, bench.now);
  }
  return ground::seconds(busy) / ground::seconds(*bench.plan.next_due() - start);
}

}  // namespace

TEST_CASE("a device is kept busy for no more than its share of the time, by the site's word over the profile's") {
  site::Device gentle = snmp;
  gentle.pace.max_duty = 0.1;
  for (const Duration each : {Duration{20ms}, Duration{400ms}, Duration{3s}}) {
    Bench bench{gentle, {point(Lane::hot), point(Lane::routine)}};
    CHECK(kept_busy(bench, each, 10min) <= 0.1001);
  }
  Bench bench{gentle, {point(Lane::hot)}};
  bench.plan.identified(0, std::vector{point(Lane::hot)}, bench.now, {.max_duty = 0.9});
  CHECK(kept_busy(bench, 400ms, 10min) <= 0.1001);
  Bench free{snmp, {point(Lane::hot)}};
  CHECK(kept_busy(free, 400ms, 10min) > 0.35);
  free.plan.identified(0, std::vector{point(Lane::hot)}, free.now, {.max_duty = 0.2});
  CHECK(kept_busy(free, 400ms, 10min) <= 0.2001);
}

TEST_CASE("whether a share of the time is enough for the hot lane is known before any device is asked") {
  site::Device gentle = snmp;
  CHECK_FALSE(plan::quick_enough(gentle));
  gentle.pace.max_duty = 0.2;
  CHECK(plan::quick_enough(gentle) == Duration{200ms});
  gentle.timeout = 200ms;
  CHECK_FALSE(plan::quick_enough(gentle));
}

TEST_CASE("a loss nearby and a trap do not wait for a rest, and are made up for") {
  site::Device gentle = snmp;
  gentle.pace.max_duty = 0.1;
  Bench bench{gentle, {point(Lane::hot)}};
  (void)bench.next();
  bench.plan.answered(0, bench.now += 400ms);
  const Instant rested = *bench.plan.next_due();
  CHECK(rested >= bench.now + 3600ms);
  bench.plan.hurry(0, bench.now);
  CHECK(*bench.plan.next_due() == bench.now);
  (void)bench.next();
  bench.plan.answered(0, bench.now += 400ms);
  CHECK(*bench.plan.next_due() >= rested + 3600ms);
  bench.plan.confirm(0, bench.now += 200ms, bench.now);
  CHECK(*bench.plan.next_due() == bench.now);
}

TEST_CASE("a question that nobody answers is asked again without a rest: silence must be known soon") {
  site::Device gentle = snmp;
  gentle.pace.max_duty = 0.1;
  Bench bench{gentle, {point(Lane::hot)}};
  const Instant start = bench.now;
  for (int i = 0; i < 3; ++i) {
    bench.now = bench.next().deadline;
    bench.plan.failed(0, bench.now);
  }
  CHECK(bench.now == start + 1500ms);
}

TEST_CASE("between two requests a device is left alone as long as it wants, whatever calls") {
  site::Device gentle = snmp;
  gentle.pace.between_requests = 200ms;
  Bench bench{gentle, {point(Lane::hot), point(Lane::routine)}};
  for (int i = 0; i < 50; ++i) {
    (void)bench.next();
    bench.now += 10ms;
    i % 5 == 0 ? bench.plan.failed(0, bench.now) : bench.plan.answered(0, bench.now);
    bench.plan.hurry(0, bench.now);
    REQUIRE(*bench.plan.next_due() >= bench.now + 200ms);
  }
}

TEST_CASE("devices behind one address are asked one after the other, each in its turn") {
  site::Site site;
  for (const char* host : {"192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"})
    site.devices.push_back({.name = "d" + std::to_string(site.devices.size()), .address = snmp_at(host)});
  Instant now{1000s};
  plan::Plan plan{site, 1, now};
  std::array<int, 4> asked{};
  std::optional<std::pair<site::Index, Instant>> card;
  for (int i = 0; i < 4000; ++i) {
    for (const auto& order : plan.due(now)) {
      ++asked[order.device];
      if (order.device == 2) {
        if (order.kind == plan::Order::Kind::identify)
          plan.identified(2, std::vector{point(Lane::hot)}, now);
        else
          plan.answered(2, now);
        continue;
      }
      REQUIRE_FALSE(card);  // the address is busy
      card = {order.device, now + 700ms};
      if (order.kind == plan::Order::Kind::identify) plan.identified(order.device, std::vector{point(Lane::hot)}, now), card.reset();
    }
    now += 10ms;
    if (card && card->second <= now) plan.answered(card->first, now), card.reset();
  }
  CHECK(asked[2] >= 39);
  for (const int d : {0, 1, 3}) CHECK(asked[static_cast<std::size_t>(d)] >= 17);  // 40 s ÷ 700 ms ÷ 3, and their identifications
}

TEST_CASE("a device that cannot be identified does not hold up its neighbour behind the address") {
  site::Site site;
  for (const char* name : {"a", "b"}) site.devices.push_back({.name = name, .address = snmp_at("192.0.2.1")});
  Instant now{1000s};
  plan::Plan plan{site, 1, now};
  std::optional<Instant> gives_up;
  int polls = 0;
  for (int i = 0; i < 6000; ++i) {
    for (const auto& order : plan.due(now)) {
      if (order.device == 0)
        gives_up = order.deadline;
      else if (order.kind == plan::Order::Kind::identify)
        plan.identified(1, std::vector{point(Lane::hot)}, now);
      else
        plan.answered(1, now), ++polls;
    }
    now += 10ms;
    if (gives_up && *gives_up <= now) plan.failed(0, now), gives_up.reset();
  }
  CHECK(polls >= 57);
}

TEST_CASE("lanes of a strained device slow down, a loss nearby is asked about at once all the same") {
  Bench bench{snmp, {point(Lane::hot), point(Lane::routine)}};
  const auto poll = [&](int count, Duration round_trip) {
    for (int i = 0; i < count; ++i) {
      const auto order = bench.next();
      bench.plan.answered(0, bench.now + round_trip, std::vector{took(order.points == Points{0} ? round_trip : Duration{400ms})});
    }
  };
  poll(60, 5ms);
  CHECK(bench.plan.take_news().empty());
  poll(30, 300ms);
  const auto news = bench.plan.take_news();
  REQUIRE_FALSE(news.empty());
  CHECK(news.front().news.kind == plan::Strain::News::Kind::slower);
  CHECK(bench.plan.periods(0)[0] == 4s);
  CHECK(bench.plan.periods(0)[1] == 40s);
  bench.plan.hurry(0, bench.now += 500ms);
  CHECK(*bench.plan.next_due() <= bench.now);
  bench.plan.confirm(0, bench.now += 500ms, bench.now);
  CHECK(*bench.plan.next_due() <= bench.now);
}

TEST_CASE("the agent's uptime tells restarts, a supply's own does not") {
  reading::Point uptime = point(Lane::routine);
  uptime.means = reading::Meaning::uptime;
  const auto restarts = [&](const char* part) {
    uptime.labels = {{"part", part}};
    Bench bench{snmp, {point(Lane::hot), uptime}};
    for (const double seconds : {5000.0, 2.0, 600.0, 2.0}) {
      (void)bench.next();
      const std::vector<reading::Reading> readings{{.point = 1, .quality = ground::Quality::good, .value = seconds}};
      bench.plan.answered(0, bench.now, readings);
    }
    return bench.plan.take_news().size();
  };
  CHECK(restarts("system") == 1);
  CHECK(restarts("supply") == 0);
}

TEST_CASE("a device that answers late is asked on its grid, in every lane, and not again and again") {
  Bench bench{snmp, {point(Lane::hot), point(Lane::routine)}};
  const Instant start = bench.now;
  int hot = 0, routine = 0;
  while (bench.now < start + 60s) {
    const auto order = bench.next();
    ++(order.points == Points{0} ? hot : routine);
    const Instant comes = bench.now + 700ms;
    if (order.deadline < comes) bench.plan.failed(0, order.deadline);
    bench.now = comes;
    order.deadline < comes ? bench.plan.answered_late(0, comes, 700ms) : bench.plan.answered(0, comes);
  }
  CHECK(hot <= 62);
  CHECK(hot >= 28);
  CHECK(routine >= 5);
}
