#include "collector/plan/wire_time.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using drivers::Parity;
using drivers::SerialLine;

TEST_CASE("a register costs a line of 19200 baud 12.6 ms, sixty of them 80 ms") {
  const SerialLine line;
  CHECK(line.bits_a_byte() == 11);
  CHECK(plan::silence(line) / 1us == 2005);
  CHECK(plan::of_registers(1).bytes() == 15);
  CHECK(plan::time_of(line, plan::of_registers(1)) / 100us == 126);
  CHECK(plan::of_registers(60).bytes() == 133);
  CHECK(plan::time_of(line, plan::of_registers(60)) / 100us == 802);
}

TEST_CASE("above 19200 baud the silence is fixed") {
  CHECK(plan::silence({.baud = 115200}) == 1750us);
  CHECK(plan::silence({.baud = 19201}) == 1750us);
  CHECK(plan::silence({.baud = 9600, .parity = Parity::none, .stop_bits = 1}) / 1us == 3645);
}

TEST_CASE("bits are told by the byte") {
  CHECK(plan::of_bits(1).answer == 6);
  CHECK(plan::of_bits(8).answer == 6);
  CHECK(plan::of_bits(9).answer == 7);
}
