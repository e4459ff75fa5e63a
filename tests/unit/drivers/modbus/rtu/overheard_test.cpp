#include "drivers/modbus/rtu/overheard.hpp"

#include <random>

#include "catch.hpp"
#include "tests/unit/drivers/modbus/rtu/raw.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using namespace std::chrono_literals;
using modbus::Function;
using modbus::Question;

namespace {

constexpr ground::Instant start{1000s};

Raw answer(const Question& question, std::uint8_t fill) {
  Raw out{question.unit, static_cast<std::uint8_t>(question.function), static_cast<std::uint8_t>(2 * question.count)};
  for (int i = 0; i < question.count; ++i) out = out + Raw{fill, static_cast<std::uint8_t>(i)};
  return closed(out);
}

struct Listener {
  Eavesdropper ear{};
  std::vector<Overheard> heard{};
  ground::Instant now = start;

  void take(const Raw& bytes) {
    ear.take(bytes, now, heard);
    now += 1ms;
  }
};

const Question first{.unit = 7, .address = 61, .count = 2}, second{.unit = 9, .address = 100, .count = 3};
const Raw exchange = sent(first) + answer(first, 1), next_exchange = sent(second) + answer(second, 2);

}  // namespace

TEST_CASE("questions and answers of another master are told apart and paired, however the bytes come") {
  const std::size_t lump = GENERATE(1u, 2u, 3u, 7u, 16u, 300u);
  const Raw all = exchange + next_exchange + exchange;
  Listener listener;
  for (std::size_t at = 0; at < all.size(); at += lump)
    listener.take(
        {all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), at + lump))});
  REQUIRE(listener.heard.size() == 3);
  CHECK(listener.heard[0].question.unit == 7);
  CHECK(listener.heard[0].question.address == 61);
  CHECK(listener.heard[0].answer.values == std::vector<std::uint16_t>{0x0100, 0x0101});
  CHECK(listener.heard[1].question.unit == 9);
  CHECK(listener.heard[1].answer.values.size() == 3);
  CHECK(listener.heard[2].asked >= listener.heard[1].answered);
  CHECK(listener.ear.skipped() == 0);
}

TEST_CASE("a listener that comes in the middle finds the next whole frames") {
  for (std::size_t cut = 1; cut < exchange.size(); ++cut) {
    Listener listener;
    listener.take(Raw{exchange.begin() + static_cast<std::ptrdiff_t>(cut), exchange.end()});
    for (int i = 0; i < 3; ++i) listener.take(next_exchange);
    INFO(cut);
    REQUIRE(listener.heard.size() >= 2);
    for (const auto& one : listener.heard) CHECK(one.question.unit == 9);
  }
}

TEST_CASE("an answer is paired with no question but the one right before it") {
  Listener listener;
  SECTION("a question was lost") { listener.take(answer(first, 1)); }
  SECTION("it answers another unit's") { listener.take(sent(second) + answer(first, 1)); }
  SECTION("it has another count") { listener.take(sent({.unit = 7, .address = 61, .count = 3}) + answer(first, 1)); }
  SECTION("noise between them may have been another question") { listener.take(sent(first) + Raw{0xFF, 0xF7, 0xEE} + answer(first, 1)); }
  SECTION("its CRC is wrong") {
    Raw broken = exchange;
    broken[12] ^= 4;
    listener.take(broken);
  }
  SECTION("it comes much too late") {
    listener.take(sent(first));
    listener.now += 6s;
    listener.take(answer(first, 1));
  }
  SECTION("the line was lost between them") {
    listener.take(sent(first));
    listener.ear.forget();
    listener.take(answer(first, 1));
  }
  CHECK(listener.heard.empty());
  listener.take(Raw(256, 0xFF));
  listener.take(next_exchange);
  CHECK(listener.heard.size() == 1);
}

TEST_CASE("a question that its master repeats is not its own answer") {
  const Question coils{.unit = 7, .function = Function::coils, .address = 0x0301, .count = 24};
  Listener listener;
  for (int i = 0; i < 4; ++i) listener.take(sent(coils));
  CHECK(listener.heard.empty());
  listener.take(closed({7, 1, 3, 0xAA, 0, 0x10}));
  REQUIRE(listener.heard.size() == 1);
  CHECK(listener.heard[0].answer.values.size() == 24);
}

TEST_CASE("what a master writes and what a device refuses is followed, and not told as values") {
  Listener listener;
  listener.take(closed({7, 6, 0, 1, 0, 2}) + closed({7, 6, 0, 1, 0, 2}));
  listener.take(closed({7, 16, 0, 1, 0, 2, 4, 1, 2, 3, 4}) + closed({7, 16, 0, 1, 0, 2}));
  listener.take(closed({0, 6, 0, 1, 0, 2}));
  CHECK(listener.heard.empty());
  CHECK(listener.ear.skipped() == 0);
  listener.take(sent(first) + closed({7, 0x83, 2}));
  REQUIRE(listener.heard.size() == 1);
  CHECK(listener.heard[0].answer.exception == 2);
}

TEST_CASE("whatever noise a tap hears, what it tells was said, and it finds back") {
  std::mt19937 random{4711};
  for (int round = 0; round < 200; ++round) {
    Listener listener;
    Raw noise(random() % 400);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random() % 3 ? random() : random() % 4);
    listener.take(noise);
    for (int i = 0; i < 24; ++i) listener.take(exchange);
    INFO(round);
    REQUIRE(listener.heard.size() >= 2);
    for (const auto& one : listener.heard) CHECK(one.answer.values == std::vector<std::uint16_t>{0x0100, 0x0101});
  }
}

TEST_CASE("the answer to a question that its master gave up is not taken for that to the next one") {
  const Question other{.unit = 7, .address = 90, .count = 2}, longer{.unit = 7, .address = 90, .count = 5};
  Listener listener;
  listener.take(sent(first));
  listener.now += 200ms;
  SECTION("which it would pass for") {
    listener.take(sent(other));
    listener.take(answer(first, 1));
    CHECK(listener.heard.empty());
    listener.take(answer(other, 2));
    CHECK(listener.heard.empty());
    listener.now += 1s;
    listener.take(sent(other) + answer(other, 3));
    REQUIRE(listener.heard.size() == 1);
    CHECK(listener.heard[0].answer.values[0] == 0x0300);
  }
  SECTION("unless that is another unit's") {
    listener.take(next_exchange);
    CHECK(listener.heard.size() == 1);
  }
  SECTION("or one that it cannot pass for") {
    listener.take(sent(longer) + answer(longer, 2));
    CHECK(listener.heard.size() == 1);
  }
  SECTION("or the same one") {
    listener.take(sent(first) + answer(first, 2));
    CHECK(listener.heard.size() == 1);
  }
}
