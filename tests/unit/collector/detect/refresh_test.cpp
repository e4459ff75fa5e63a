#include "collector/detect/refresh.hpp"

#include <random>

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using detect::Refresh;
using ground::Duration;
using ground::Instant;

namespace {

/// Polls a card every `poll`, give or take, that measures anew every `period`; the measured thing is new each time.
Refresh polled(Duration poll, Duration period, Duration length) {
  Refresh refresh;
  std::mt19937 chance{7};
  std::uniform_int_distribution<std::int64_t> jitter{0, poll.count() / 10};
  for (Duration t{}; t < length; t += poll) {
    const auto asked = t + Duration{jitter(chance)};
    refresh.saw(static_cast<double>((asked + 300ms) / period), Instant{asked});
  }
  return refresh;
}

}  // namespace

TEST_CASE("a card's cache shows in the spacing of its changes") {
  const auto learned = polled(1s, 30s, 10min).learned();
  REQUIRE(learned);
  CHECK(*learned >= 28s);
  CHECK(*learned <= 32s);
  CHECK(polled(100ms, 1s, 2min).learned().has_value());
}

TEST_CASE("a device that measures as fast as it is asked has no refresh to be learned") {
  CHECK_FALSE(polled(1s, 1s, 10min).learned());
  CHECK_FALSE(polled(1s, 300ms, 10min).learned());
}

TEST_CASE("what changes seldom, and on no grid, teaches nothing") {
  Refresh refresh;
  std::mt19937 chance{3};
  std::uniform_int_distribution<int> seldom{0, 40};
  double value = 0;
  for (Duration t{}; t < 1h; t += 1s) {
    if (seldom(chance) == 0) ++value;
    refresh.saw(value, Instant{t});
  }
  CHECK_FALSE(refresh.learned());
  CHECK_FALSE(polled(1s, 10min, 6h).learned());
}

TEST_CASE("a card that became faster is found so, though it is asked more slowly meanwhile") {
  Refresh refresh = polled(1s, 30s, 10min);
  REQUIRE(refresh.learned());
  double value = 1e6;
  for (Duration t = 10min; t < 20min; t += 15s) refresh.saw(++value, Instant{t});
  CHECK_FALSE(refresh.learned());
}
