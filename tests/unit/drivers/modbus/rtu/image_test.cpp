#include "drivers/modbus/rtu/image.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace std::chrono_literals;
using modbus::Function;
using modbus::Question;
using Ear = Image::Ear;

namespace {

constexpr ground::Instant start{1000s};

Overheard heard(std::uint16_t address, std::vector<std::uint16_t> values, ground::Instant at, std::uint8_t unit = 7) {
  const auto count = static_cast<std::uint16_t>(values.size());
  return {.question = {.unit = unit, .address = address, .count = count},
          .answer = {.values = std::move(values)},
          .asked = at - 20ms,
          .answered = at};
}

Question registers(std::uint16_t address, std::uint16_t count, std::uint8_t unit = 7) {
  return {.unit = unit, .address = address, .count = count};
}

}  // namespace

TEST_CASE("what was heard is told with the time it was heard at") {
  Image image;
  image.watch(7);
  REQUIRE(image.take(heard(10, {1, 2, 3}, start)));
  const auto told = image.tell(registers(10, 3), start + 2s);
  REQUIRE(told.ear == Ear::told);
  CHECK(told.exchange.answer.values == std::vector<std::uint16_t>{1, 2, 3});
  CHECK(told.exchange.sent == start - 20ms);
  CHECK(told.exchange.received == start);
}

TEST_CASE("a span is put together of several answers, the latest of each, and stands from the oldest to the newest") {
  Image image;
  image.watch(7);
  image.take(heard(10, {1, 2, 3}, start));
  image.take(heard(12, {33, 4}, start + 1s));
  const auto told = image.tell(registers(11, 3), start + 2s);
  REQUIRE(told.ear == Ear::told);
  CHECK(told.exchange.answer.values == std::vector<std::uint16_t>{2, 33, 4});
  CHECK(told.exchange.sent == start - 20ms);
  CHECK(told.exchange.received == start + 1s);
  CHECK(image.tell(registers(11, 4), start + 2s).ear == Ear::learning);
  CHECK(image.tell({.unit = 7, .function = Function::input_registers, .address = 10, .count = 1}, start + 2s).ear == Ear::learning);
}

TEST_CASE("what the master does not ask for is unheard once its round is known, and says nothing of the unit") {
  Image image;
  image.watch(7);
  image.take(heard(10, {1}, start));
  CHECK(image.tell(registers(50, 1), start).ear == Ear::learning);
  image.take(heard(10, {1}, start + 1s));
  CHECK(image.tell(registers(50, 1), start + 1s).ear == Ear::unheard);
  CHECK(image.tell(registers(50, 1, 8), start + 1s).ear == Ear::silent);
  CHECK_FALSE(image.take(heard(10, {1}, start, 8)));
}

TEST_CASE("what is older than a few polls of the master is told no more") {
  Image image;
  image.watch(7);
  for (int i = 0; i < 5; ++i) image.take(heard(10, {1}, start + i * 500ms));
  for (int i = 0; i < 5; ++i) image.take(heard(20, {2}, start + i * 500ms));
  const auto last = start + 2s;
  CHECK(image.tell(registers(10, 1), last + 2s).ear == Ear::told);
  CHECK(image.tell(registers(10, 1), last + 2001ms).ear == Ear::silent);
  image.take(heard(20, {2}, last + 2s));
  CHECK(image.tell(registers(10, 1), last + 2001ms).ear == Ear::unheard);
  CHECK(image.tell(registers(20, 1), last + 2001ms).ear == Ear::told);
}

TEST_CASE("an exception that was heard is told to the same question only") {
  Image image;
  image.watch(7);
  image.take({.question = registers(10, 4), .answer = {.exception = 2}, .asked = start, .answered = start});
  CHECK(image.tell(registers(10, 4), start).exchange.answer.exception == 2);
  CHECK(image.tell(registers(10, 3), start).ear == Ear::learning);
}

TEST_CASE("a master that asks for ever more has the oldest forgotten") {
  Image image;
  image.watch(7);
  for (std::uint16_t at = 0; at < 600; ++at) image.take(heard(at, {at}, start + at * 1ms));
  CHECK(image.tell(registers(599, 1), start + 1s).ear == Ear::told);
  CHECK(image.tell(registers(0, 1), start + 1s).ear != Ear::told);
}

TEST_CASE("a line that was away is no pace of its master's: what was heard once since grows old as before") {
  Image image;
  image.watch(7);
  for (int i = 0; i < 5; ++i) image.take(heard(10, {1}, start + i * 500ms));
  const auto back = start + 1h;
  image.take(heard(10, {2}, back));
  CHECK(image.tell(registers(10, 1), back + 2s).ear == Ear::told);
  CHECK(image.tell(registers(10, 1), back + 3s).ear == Ear::silent);
}

TEST_CASE("a master that becomes slower is followed") {
  Image image;
  image.watch(7);
  for (int i = 0; i < 5; ++i) image.take(heard(10, {1}, start + i * 500ms));
  for (int i = 1; i < 3; ++i) image.take(heard(10, {1}, start + i * 60s));
  CHECK(image.tell(registers(10, 1), start + 3min).ear == Ear::told);
}
