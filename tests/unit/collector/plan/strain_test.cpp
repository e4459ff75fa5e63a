#include "collector/plan/strain.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using plan::Strain;
using Kind = Strain::News::Kind;

namespace {

// A device that is asked once a second, or as much more seldom as it is slowed down.
struct Bench {
  Strain strain;
  Instant now{1000s};
  std::vector<Strain::News> news;

  void polls(int count, Duration round_trip) {
    for (int i = 0; i < count; ++i) {
      now += 1s * strain.slowdown();
      if (const auto told = strain.round_trip(round_trip + 1us * (i % 7), now)) news.push_back(*told);
    }
  }
  void says(double uptime) {
    if (const auto told = strain.uptime(uptime, now)) news.push_back(*told);
  }
};

}  // namespace

TEST_CASE("round trips of several times the usual for several polls slow a device down, four times at most") {
  Bench bench;
  bench.polls(60, 5ms);
  CHECK(bench.strain.usual() < 6ms);
  bench.polls(5, 80ms);
  REQUIRE(bench.news.size() == 1);
  CHECK(bench.news[0].kind == Kind::slower);
  CHECK(bench.news[0].round_trip >= 80ms);
  CHECK(bench.news[0].usual < 6ms);
  CHECK(bench.strain.slowdown() == 2);
  bench.polls(100, 300ms);
  CHECK(bench.news.size() == 2);
  CHECK(bench.strain.slowdown() == 4);
}

TEST_CASE("a single long round trip, a few in a row, or a network's noise slow nothing down") {
  Bench bench;
  bench.polls(60, 1ms);
  for (int i = 0; i < 50; ++i) {
    bench.polls(4, 900ms);
    bench.polls(6, 1ms);
  }
  bench.polls(100, 15ms);
  CHECK(bench.news.empty());
  CHECK(bench.strain.slowdown() == 1);
}

TEST_CASE("a device that is slow from the start is no strained one") {
  Bench bench;
  bench.polls(500, 400ms);
  CHECK(bench.news.empty());
}

TEST_CASE("a strained device comes back step by step") {
  Bench bench;
  bench.polls(60, 5ms);
  bench.polls(10, 300ms);
  REQUIRE(bench.strain.slowdown() == 4);
  bench.polls(5, 6ms);
  CHECK(bench.strain.slowdown() == 2);
  bench.polls(5, 6ms);
  CHECK(bench.strain.slowdown() == 1);
  CHECK(bench.news.back().kind == Kind::eased);
  CHECK(bench.news.back().slowdown == 1);
}

TEST_CASE("what stays slow for ten minutes however seldom it is asked is not our doing, and the new usual") {
  Bench bench;
  bench.polls(60, 5ms);
  bench.polls(200, 300ms);
  CHECK(bench.strain.slowdown() == 1);
  CHECK(bench.news.back().kind == Kind::accepted);
  CHECK(bench.strain.usual() >= 300ms);
  const auto told = bench.news.size();
  bench.polls(200, 300ms);
  CHECK(bench.news.size() == told);
}

TEST_CASE("a device that restarts twice within the hour is asked less for an hour") {
  Bench bench;
  bench.polls(60, 5ms);
  bench.says(90'000);
  bench.now += 10s;
  bench.says(3);  // it may have lost its power
  CHECK(bench.strain.slowdown() == 1);
  bench.now += 20min;
  bench.says(1200);
  bench.says(5);
  REQUIRE(bench.news.size() == 1);
  CHECK(bench.news[0].kind == Kind::restarts);
  CHECK(bench.strain.slowdown() == 2);
  bench.polls(300, 5ms);
  CHECK(bench.strain.slowdown() == 2);
  bench.polls(1600, 5ms);
  CHECK(bench.strain.slowdown() == 1);
}

TEST_CASE("restarts hours apart, the wrap of TimeTicks and a rounded second are no sign of strain") {
  Bench bench;
  for (int i = 0; i < 5; ++i) {
    bench.says(100'000);
    bench.says(3);
    bench.now += 2h;
  }
  bench.says(42'949'670);
  bench.says(2);
  bench.says(42'949'671);
  bench.says(4);
  bench.says(3);
  CHECK(bench.news.empty());
}
