#include "drivers/modbus/rtu/unasked.hpp"

#include <vector>

#include "catch.hpp"
#include "tests/unit/drivers/modbus/rtu/raw.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using namespace std::chrono_literals;
using modbus::Function;
using modbus::Question;

namespace {

constexpr Instant start{1000s};
constexpr Question question{.unit = 7, .function = Function::holding_registers, .address = 40, .count = 2};

Raw answer(std::uint8_t unit = 7) { return closed({unit, 3, 4, 0, 40, 0, 41}); }

/// A line whose unit 7 was given up.
struct Line {
  Turns turns{};
  Unasked unasked{};
  Unasked::Tally all{};
  Instant now = start + 300ms;

  Line() { turns.silent({.ticket = 1, .question = question, .deadline = start + 200ms}, start, start + 200ms); }
  void hear(const Raw& bytes) {
    const auto tally = unasked.hear(bytes, turns, now);
    all.late += tally.late;
    all.strays += tally.strays;
  }
  void hear_singly(const Raw& bytes, Duration gap) {
    for (const std::uint8_t byte : bytes) hear({byte}), now += gap;
  }
};

}  // namespace

TEST_CASE("a late answer is known byte by byte as in one piece, and the unit owes no more") {
  Line line;
  SECTION("in one piece") { line.hear(answer()); }
  SECTION("byte by byte") { line.hear_singly(answer(), 1ms); }
  SECTION("behind noise") {
    line.hear({0xFF, 0x00, 0xFF});
    line.hear_singly(answer(), 1ms);
    CHECK(line.all.strays == 3);
  }
  CHECK(line.all.late == 1);
  CHECK_FALSE(line.turns.owes(question, line.now));
}

TEST_CASE("what nobody owes, is broken, or goes on after a pause is noise") {
  Line line;
  SECTION("of another unit") { line.hear(answer(8)); }
  SECTION("with a wrong CRC") {
    auto wrong = answer();
    wrong.back() ^= 1;
    line.hear_singly(wrong, 1ms);
  }
  SECTION("with a pause in it") { line.hear_singly(answer(), 50ms); }
  line.all.strays += line.unasked.forget();
  CHECK(line.all.late == 0);
  CHECK(line.all.strays == answer().size());
  CHECK(line.turns.owes(question, line.now));
}
