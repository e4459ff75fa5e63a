#include "drivers/modbus/sweep.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

using Words = std::vector<std::uint16_t>;

const ground::Instant begun{100s};

Exchange told(Words words, ground::Instant sent = begun + 1s) {
  return {.answer = {.exception = 0, .values = std::move(words)}, .sent = sent, .received = sent + 10ms};
}

Exchange refused(std::uint8_t code) { return {.answer = {.exception = code, .values = {}}, .sent = begun + 1s, .received = begun + 2s}; }

Span holding(std::uint16_t address, std::uint16_t count) { return {Function::holding_registers, address, count}; }

/// A signed value at 10 whose scale stands at 14.
struct Scaled {
  profile::Register field{.address = 10, .type = profile::RegisterType::s16, .exponent = 14};
  Source source{.field = &field, .conversion = {.sentinels = {-32768}}, .span = holding(10, 1), .exponent = holding(14, 1)};
};

}  // namespace

TEST_CASE("a value is scaled by the register that was read with it") {
  const Scaled scaled;
  Sweep sweep;
  sweep.hear(holding(10, 5), told({static_cast<std::uint16_t>(-2345), 0, 0, 0, 0xFFFE}));
  std::string raw;
  const auto reading = sweep.settle(scaled.source, 7, begun, &raw);
  CHECK(reading.point == 7);
  CHECK(reading.quality == Quality::good);
  CHECK(reading.value == -23.45);
  CHECK(raw == "-2345");
  CHECK(reading.time == begun + 1s);
  CHECK(reading.uncertainty == 10ms);
}

TEST_CASE("a scale that the device does not have leaves no reading, whatever number stands beside it") {
  const Scaled scaled;
  for (const std::uint16_t scale : {0x8000, 11, 0x7FFF}) {
    Sweep sweep;
    sweep.hear(holding(10, 5), told({230, 0, 0, 0, scale}));
    CHECK(sweep.settle(scaled.source, 0, begun).quality == Quality::absent);
  }
}

TEST_CASE("a value that says not there is absent before it is scaled") {
  const Scaled scaled;
  Sweep sweep;
  sweep.hear(holding(10, 5), told({0x8000, 0, 0, 0, 0}));
  CHECK(sweep.settle(scaled.source, 0, begun).quality == Quality::absent);
}

TEST_CASE("a scale read by another request widens the time that the value stands for") {
  const Scaled scaled;
  Sweep sweep;
  sweep.hear(holding(10, 1), told({2300}));
  CHECK(sweep.settle(scaled.source, 0, begun).quality == Quality::failed);
  sweep.hear(holding(14, 1), told({0xFFFF}, begun + 3s));
  const auto reading = sweep.settle(scaled.source, 0, begun);
  CHECK(reading.value == 230);
  CHECK(reading.time == begun + 1s);
  CHECK(reading.uncertainty == 2s + 10ms);
}

TEST_CASE("a refused span is forgotten for the value that was then told by itself") {
  const Scaled scaled;
  Sweep sweep;
  sweep.hear(holding(10, 5), refused(2));
  sweep.hear(holding(10, 1), told({5}));
  sweep.hear(holding(14, 1), refused(2));
  CHECK(sweep.settle(scaled.source, 0, begun).quality == Quality::absent);
  CHECK(sweep.learned());
  REQUIRE(sweep.trouble());
  CHECK(sweep.trouble()->what == "3:10: exception 2, illegal data address");
}

TEST_CASE("a device that cannot answer now has failed readings, not absent ones") {
  const Scaled scaled;
  Sweep sweep;
  sweep.hear(holding(10, 5), refused(6));
  std::string raw;
  CHECK(sweep.settle(scaled.source, 0, begun, &raw).quality == Quality::failed);
  CHECK(raw == "exception 6, server device busy");
  CHECK(sweep.learned());  // it lives
}

TEST_CASE("what a gateway or a failing device says instead of values teaches nothing of the device") {
  for (const std::uint8_t code : {4, 10, 11}) {
    Sweep sweep;
    sweep.hear(holding(10, 5), refused(code));
    CHECK_FALSE(sweep.learned());
    REQUIRE(sweep.trouble());
    CHECK(sweep.trouble()->kind == (code == 4 ? ground::FailureKind::refused : ground::FailureKind::timeout));
  }
}

TEST_CASE("what was never asked keeps the time before") {
  const Scaled scaled;
  const auto reading = Sweep{}.settle(scaled.source, 3, begun);
  CHECK(reading.quality == Quality::failed);
  CHECK(reading.time == begun);
}
