#include "drivers/modbus/rtu/turns.hpp"

#include <set>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace std::chrono_literals;
using modbus::Function;
using modbus::Question;

namespace {

constexpr Instant start{1000s};

struct Line {
  Turns turns{};
  std::uint64_t tickets = 0;

  Waiting asked(std::uint8_t unit, std::uint16_t address = 0, Function function = Function::holding_registers) {
    return {.ticket = ++tickets, .question = {.unit = unit, .function = function, .address = address, .count = 2}, .deadline = start + 1h};
  }
  std::uint64_t join(const Waiting& waiting) {
    REQUIRE(turns.join(waiting));
    return waiting.ticket;
  }
  /// The unit answers quickly, so often that its pace is known.
  void know(std::uint8_t unit) {
    for (int i = 0; i < 10; ++i) turns.answered(asked(unit), start - 1min, start - 1min + 20ms);
  }
};

}  // namespace

TEST_CASE("the unit that was served longest ago has the next turn, whoever asks most") {
  Line line;
  for (int i = 0; i < 20; ++i) line.join(line.asked(1));
  line.join(line.asked(2));
  line.join(line.asked(3));
  std::set<unsigned> early;
  for (int i = 0; i < 3; ++i) early.insert(line.turns.next(start)->question.unit);
  CHECK(early == std::set<unsigned>{1, 2, 3});
  for (int i = 0; i < 19; ++i) CHECK(line.turns.next(start)->question.unit == 1);
  CHECK_FALSE(line.turns.next(start));
  CHECK_FALSE(line.turns.next_at(start));
}

TEST_CASE("after a turn in vain the living have the line for as long, and the silent are not forgotten") {
  Line line;
  for (std::uint8_t unit = 2; unit <= 16; ++unit) line.turns.silent(line.asked(unit), start, start + 1s);
  auto now = start + 1s;
  for (std::uint8_t unit = 2; unit <= 16; ++unit) line.join(line.asked(unit));
  int living = 0, dead = 0;
  while (now < start + 11s) {
    const auto living_one = line.asked(1);
    line.join(living_one);
    const auto next = line.turns.next(now);
    const bool lives = next->question.unit == 1;
    ++(lives ? living : dead);
    if (lives)
      line.turns.answered(*next, now, now + 20ms);
    else
      line.turns.silent(*next, now, now + 200ms), line.join(line.asked(next->question.unit));
    now += lives ? 20ms : 200ms;
    line.turns.leave(living_one.ticket);
  }
  CHECK(living > 150);
  CHECK(dead > 20);
}

TEST_CASE("what waited past its deadline is not asked, and too many are refused") {
  Line line;
  auto short_lived = line.asked(1);
  short_lived.deadline = start + 10ms;
  line.join(short_lived);
  line.join(line.asked(2));
  CHECK(line.turns.drop_outdated(start + 10ms) == 1);
  CHECK(line.turns.next(start + 10ms)->question.unit == 2);
  for (int i = 0; i < 256; ++i) line.join(line.asked(1));
  CHECK_FALSE(line.turns.join(line.asked(1)));
  line.turns.leave(10);
  CHECK(line.turns.join(line.asked(1)));
}

TEST_CASE("an answer is waited for until the deadline, and never longer than a unit may take") {
  Line line;
  auto one = line.asked(1);
  CHECK(line.turns.answer_by(one, start, 30ms) == start + 1030ms);
  one.deadline = start + 250ms;
  CHECK(line.turns.answer_by(one, start, 30ms) == start + 250ms);
}

TEST_CASE("a unit that never answered is waited for briefly at first while others wait, and then as long as any") {
  Line line;
  const auto unknown = line.asked(1);
  line.join(line.asked(2));
  CHECK(line.turns.answer_by(unknown, start, 30ms) == start + 330ms);
  line.turns.silent(unknown, start, start + 330ms);
  CHECK(line.turns.answer_by(unknown, start, 30ms) == start + 1030ms);
}

TEST_CASE("a unit that was silent twice is waited for only briefly while others wait") {
  Line line;
  const auto dead = line.asked(1);
  for (int i = 0; i < 2; ++i) line.turns.silent(dead, start, start + 1s);
  CHECK(line.turns.answer_by(dead, start, 30ms) == start + 1030ms);
  line.join(line.asked(1));
  CHECK(line.turns.answer_by(dead, start, 30ms) == start + 1030ms);
  line.join(line.asked(2));
  CHECK(line.turns.answer_by(dead, start, 30ms) == start + 230ms);
  line.turns.answered(dead, start, start + 150ms);
  for (int i = 0; i < 2; ++i) line.turns.silent(dead, start, start + 1s);
  CHECK(line.turns.answer_by(dead, start, 30ms) == start + 330ms);  // it may be slow, and not dead
}

TEST_CASE("after a time-out the same question may go at once, and stands for the time since the first") {
  Line line;
  const auto first = line.asked(1, 10);
  line.turns.silent(first, start, start + 250ms);
  const auto again = line.asked(1, 10);
  line.join(again);
  REQUIRE(line.turns.next(start + 250ms));
  CHECK(line.turns.measured_since(again, start + 250ms) == start);
  CHECK(line.turns.measured_since(again, start + 1s) == start + 1s);
}

TEST_CASE("after a time-out another question of that function waits while the answer may still come") {
  Line line;
  line.turns.silent(line.asked(1, 10), start, start + 250ms);
  const auto other = line.asked(1, 20);
  line.join(other);
  CHECK(line.turns.owes(other.question, start + 250ms));
  CHECK_FALSE(line.turns.next(start + 250ms));
  CHECK(line.turns.next_at(start + 250ms) == start + 1s);

  SECTION("and other units and functions do not") {
    line.join(line.asked(2, 20));
    line.join(line.asked(1, 20, Function::input_registers));
    CHECK(line.turns.next_at(start + 250ms) == start + 250ms);
    CHECK(line.turns.next(start + 250ms)->question.unit == 2);
    CHECK(line.turns.next(start + 250ms)->question.function == Function::input_registers);
    CHECK_FALSE(line.turns.next(start + 250ms));
  }
  SECTION("until that is over") { CHECK(line.turns.next(start + 1s)); }
  SECTION("until it was heard") {
    line.turns.came_late(1, Function::holding_registers, start + 400ms);
    CHECK(line.turns.next(start + 400ms));
  }
  SECTION("a while longer where it was waited for long already, and its pace is not known") {
    Line slow;
    slow.turns.silent(slow.asked(1, 10), start, start + 1100ms);
    slow.join(slow.asked(1, 20));
    CHECK_FALSE(slow.turns.next(start + 1399ms));
    CHECK(slow.turns.next(start + 1400ms));
  }
  SECTION("though not as long when the unit is known to be quick: it may have paused") {
    Line quick;
    quick.know(1);
    quick.turns.silent(quick.asked(1, 10), start, start + 250ms);
    quick.join(quick.asked(1, 20));
    CHECK_FALSE(quick.turns.next(start + 549ms));
    CHECK(quick.turns.next(start + 550ms));
  }
}

TEST_CASE("after the answer to a question asked twice the second one is reckoned with") {
  Line line;
  line.know(1);
  const auto first = line.asked(1, 10), again = line.asked(1, 10);
  line.turns.silent(first, start, start + 250ms);
  line.turns.answered(again, start + 250ms, start + 270ms);
  line.join(line.asked(1, 20));
  CHECK_FALSE(line.turns.next(start + 280ms));
  CHECK(line.turns.next(start + 320ms));
}

TEST_CASE("each of several time-outs owes an answer") {
  Line line;
  for (int i = 0; i < 3; ++i) line.turns.silent(line.asked(1, 10), start + i * 250ms, start + (i + 1) * 250ms);
  line.join(line.asked(1, 20));
  for (int i = 0; i < 2; ++i) {
    line.turns.came_late(1, Function::holding_registers, start + 800ms);
    CHECK_FALSE(line.turns.next(start + 800ms));
  }
  line.turns.came_late(1, Function::holding_registers, start + 800ms);
  CHECK(line.turns.next(start + 800ms));
}

TEST_CASE("what came spoilt may have been noise, and the answer is still to come, unless it was as long as that") {
  Line line;
  line.know(1);
  line.turns.spoilt(line.asked(1, 10), start, start + 30ms, Turns::Came::some);
  line.join(line.asked(1, 20));
  CHECK_FALSE(line.turns.next(start + 100ms));
  CHECK(line.turns.next(start + 330ms));
  line.turns.spoilt(line.asked(1, 10), start + 1s, start + 1030ms, Turns::Came::all);
  line.join(line.asked(1, 20));
  CHECK(line.turns.next(start + 1030ms));
}
