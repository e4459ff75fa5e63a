#include "drivers/modbus/stream.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;

namespace {

using Bytes = std::vector<std::uint8_t>;

Request request(std::uint16_t transaction) {
  return {.transaction = transaction, .unit = 7, .function = Function::holding_registers, .address = 0, .count = 1};
}

Bytes answer(std::uint16_t transaction, std::uint8_t value) {
  return {static_cast<std::uint8_t>(transaction >> 8), static_cast<std::uint8_t>(transaction), 0, 0, 0, 5, 7, 3, 2, 0, value};
}

void feed(Stream& stream, const Bytes& bytes) {
  const auto room = stream.room();
  REQUIRE(room.size() >= bytes.size());
  std::ranges::copy(bytes, room.begin());
  stream.came(bytes.size());
}

}  // namespace

TEST_CASE("answers in any order are judged each against its own request") {
  Stream stream;
  stream.begin();
  const Request first = request(stream.next_transaction()), second = request(stream.next_transaction());
  feed(stream, answer(second.transaction, 22));
  feed(stream, answer(first.transaction, 11));
  REQUIRE(stream.transaction() == second.transaction);
  const Judged judged = stream.judge_answer(second);
  REQUIRE(judged.look == Look::answer);
  CHECK(judged.answer.values == std::vector<std::uint16_t>{22});
  stream.consume(judged.bytes);
  CHECK(stream.judge_answer(first).answer.values == std::vector<std::uint16_t>{11});
}

TEST_CASE("on a new connection nothing is late: what answers the former one is broken") {
  Stream stream;
  stream.begin();
  const std::uint16_t before = stream.next_transaction();
  feed(stream, answer(before, 1));
  CHECK(stream.judge_stray().look == Look::late);
  stream.begin();
  feed(stream, answer(before, 1));
  CHECK(stream.judge_stray().look == Look::broken);
  stream.begin();
  (void)stream.next_transaction();
  feed(stream, answer(before, 1));
  CHECK(stream.judge_stray().look == Look::broken);
}

TEST_CASE("frames that come in pieces and in heaps for ever always find room") {
  Stream stream;
  stream.begin();
  Bytes wire;
  std::vector<std::uint16_t> asked;
  for (int n = 0; n < 2000; ++n) {
    asked.push_back(stream.next_transaction());
    const Bytes next = answer(asked.back(), static_cast<std::uint8_t>(n));
    wire.insert(wire.end(), next.begin(), next.end());
  }
  std::size_t sent = 0, told = 0;
  while (told < asked.size()) {
    const auto room = stream.room();
    REQUIRE_FALSE(room.empty());
    const std::size_t piece = std::min({room.size(), wire.size() - sent, std::size_t{1} + sent * 37 % 1100});
    std::copy_n(wire.begin() + static_cast<std::ptrdiff_t>(sent), piece, room.begin());
    stream.came(piece);
    sent += piece;
    while (const auto transaction = stream.transaction()) {
      REQUIRE(*transaction == asked[told]);
      const Judged judged = stream.judge_answer(request(*transaction));
      if (judged.look == Look::incomplete) break;
      REQUIRE(judged.look == Look::answer);
      CHECK(judged.answer.values.front() == told % 256);
      stream.consume(judged.bytes);
      ++told;
    }
  }
  CHECK_FALSE(stream.has_part());
}
