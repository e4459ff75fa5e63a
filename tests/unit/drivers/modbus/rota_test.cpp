#include "drivers/modbus/rota.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace std::chrono_literals;

namespace {

using ground::Duration;
using ground::Instant;

const Instant begun{1000s};

/// A line on which units 1 and 2 answer within 5 ms, and 9 was silent from the start.
struct Shared {
  Rota rota;
  Instant now = begun;

  Shared() {
    for (const std::uint8_t unit : {1, 2}) {
      rota.asked(unit, now);
      rota.answered(unit, 5ms, now += 5ms);
    }
    rota.asked(9, now);
    rota.silent(9, 50ms, now += 50ms);
  }
};

}  // namespace

TEST_CASE("a unit that is alone never rests and keeps its place") {
  Rota rota;
  for (Instant now = begun; now < begun + 5s; now += 50ms) {
    CHECK(rota.may_ask(1, now));
    CHECK(rota.patience(1) == Duration::max());
    rota.asked(1, now);
    rota.silent(1, 50ms, now + 50ms);
  }
  CHECK(rota.nobody_answers());
  CHECK_FALSE(rota.rests_until(1));
}

TEST_CASE("a mute unit gets a tenth of the time, one that answers all it wants") {
  Shared line;
  Duration taken{};
  for (const Instant end = line.now + 100s; line.now < end; line.now += 10ms) {
    CHECK(line.rota.may_ask(1, line.now));
    if (!line.rota.may_ask(9, line.now)) continue;
    line.rota.asked(9, line.now);
    line.rota.silent(9, 50ms, line.now += 50ms);
    taken += 50ms;
  }
  CHECK(taken > 8s);
  CHECK(taken < 11s);
}

TEST_CASE("several mute units share their tenth, each in its turn") {
  Shared line;
  int asked[3]{};
  Duration taken{};
  for (const Instant end = line.now + 100s; line.now < end; line.now += 10ms) {
    for (const std::uint8_t unit : {7, 8, 9}) {
      if (!line.rota.may_ask(unit, line.now)) continue;
      line.rota.asked(unit, line.now);
      line.rota.silent(unit, 50ms, line.now += 50ms);
      taken += 50ms;
      ++asked[unit - 7];
    }
  }
  CHECK(taken < 11s);
  for (const int times : asked) CHECK(times >= 50);
}

TEST_CASE("a unit that answers again, in time or late, rests no more") {
  const bool late = GENERATE(false, true);
  Shared line;
  CHECK_FALSE(line.rota.may_ask(9, line.now));
  late ? line.rota.answered_late(9, line.now) : line.rota.answered(9, 5ms, line.now);
  CHECK(line.rota.may_ask(9, line.now));
  CHECK(line.rota.patience(9) == Duration::max());
}

TEST_CASE("one silence of a unit that answered before is forgiven, but keeps nobody waiting again") {
  Shared line;
  line.rota.asked(1, line.now);
  line.rota.silent(1, 50ms, line.now += 50ms);
  CHECK(line.rota.may_ask(1, line.now));
  CHECK(line.rota.patience(1) == 25ms);
  line.rota.silent(1, 25ms, line.now += 25ms);
  CHECK_FALSE(line.rota.may_ask(1, line.now));
}

TEST_CASE("what a gateway waits for its mute unit is time that the unit took") {
  Shared line;
  line.now += 1s;
  line.rota.asked(9, line.now);
  line.rota.passed_over(25ms, line.now += 25ms);
  line.rota.asked(1, line.now);
  line.rota.answered(1, 300ms, line.now += 300ms);
  REQUIRE(line.rota.rests_until(9));
  CHECK(*line.rota.rests_until(9) >= line.now + 9 * 300ms);
  CHECK(line.rota.patience(9) == 25ms);  // and the usual round trip is what it was
}

TEST_CASE("a gateway's word that it did not reach a unit counts for all the time since the unit was asked") {
  Shared line;
  line.now += 1s;
  line.rota.asked(9, line.now);
  line.rota.silent(9, 25ms, line.now + 25ms);
  line.rota.unreachable(9, line.now += 300ms);
  CHECK(*line.rota.rests_until(9) >= line.now + 9 * 300ms);
  const Instant rested = *line.rota.rests_until(9);
  line.rota.asked(1, line.now);
  line.rota.answered(1, 5ms, line.now += 5ms);
  CHECK(*line.rota.rests_until(9) == rested);  // the gateway was free again
}

TEST_CASE("units that were asked behind one that had never answered are not thought mute for what it took") {
  Rota rota;
  rota.asked(9, begun);
  rota.silent(9, 100ms, begun + 100ms);
  for (const std::uint8_t unit : {1, 2}) rota.asked(unit, begun + 100ms);
  for (const std::uint8_t unit : {1, 2}) rota.silent(unit, 20ms, begun + 140ms);
  for (const std::uint8_t unit : {1, 2}) rota.answered_late(unit, begun + 300ms);
  for (const std::uint8_t unit : {1, 2}) CHECK(rota.may_ask(unit, begun + 301ms));
  CHECK_FALSE(rota.may_ask(9, begun + 300ms + 9 * 200ms - 1ms));
}

TEST_CASE("where nobody answers, the line is left in peace for as long as it was asked") {
  Rota rota;
  Instant now = begun;
  for (const std::uint8_t unit : {1, 2}) {
    CHECK(rota.may_ask(unit, now));
    rota.asked(unit, now);
    rota.silent(unit, 100ms, now += 100ms);
  }
  CHECK(rota.nobody_answers());
  CHECK_FALSE(rota.may_ask(1, now + 99ms));
  CHECK(rota.may_ask(1, now + 200ms));
}

TEST_CASE("a unit that is silent for good keeps no other mute one from its turn") {
  Shared line;
  CHECK_FALSE(line.rota.may_ask(9, line.now));
  line.rota.asked(8, line.now);
  line.rota.silent(8, 50ms, line.now += 50ms);
  const Instant rested = *line.rota.rests_until(8);
  CHECK_FALSE(line.rota.may_ask(9, rested - 1ms));
  CHECK_FALSE(line.rota.may_ask(8, rested));  // 9 wanted its turn just now
  CHECK(line.rota.may_ask(8, rested + 2s));   // and does no more
}

TEST_CASE("a word of a unit that nobody asked makes no unit of it") {
  Rota rota;
  rota.asked(1, begun);
  rota.answered(1, 5ms, begun + 5ms);
  rota.unreachable(77, begun + 6ms);
  CHECK_FALSE(rota.shared());
  for (Instant now = begun + 1s; now < begun + 3s; now += 100ms) {
    CHECK(rota.may_ask(1, now));
    rota.asked(1, now);
    rota.silent(1, 50ms, now + 50ms);
  }
}
