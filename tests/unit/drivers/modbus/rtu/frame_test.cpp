#include "drivers/modbus/rtu/frame.hpp"

#include "catch.hpp"
#include "tests/unit/drivers/modbus/rtu/raw.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using modbus::Function;
using modbus::Question;

namespace {

const Question two_registers{.unit = 7, .address = 61, .count = 2};

const Raw good = closed({7, 3, 4, 0x01, 0x00, 0xAB, 0xCD});
const modbus::Answer told{.values = {0x0100, 0xABCD}};

void check_answer(const Judged& judged, std::size_t begin) {
  REQUIRE(judged.look == Look::answer);
  CHECK(judged.answer.values == told.values);
  CHECK(judged.begin == begin);
  CHECK(judged.end == begin + good.size());
}

}  // namespace

TEST_CASE("the CRC is that of the specification") {
  // MODBUS over Serial Line V1.02, appendix B: 02 07 gives 41 12.
  CHECK(closed({0x02, 0x07}) == Raw{0x02, 0x07, 0x41, 0x12});
  CHECK(is_whole(closed({0x02, 0x07})));
  CHECK_FALSE(is_whole(Raw{0x02, 0x07, 0x12, 0x41}));
  CHECK_FALSE(is_whole(Raw{0xFF, 0xFF}));
}

TEST_CASE("an RTU request is unit, function, address, count and CRC") {
  CHECK(sent({.unit = 1, .address = 0, .count = 10}) == Raw{1, 3, 0, 0, 0, 10, 0xC5, 0xCD});
  CHECK(sent({.unit = 7, .function = Function::identification, .address = 2}) == closed({7, 0x2B, 0x0E, 1, 2}));
}

TEST_CASE("of all RTU functions only those that read may leave, to one unit") {
  for (unsigned function = 0; function < 256; ++function) {
    INFO(function);
    const auto code = static_cast<std::uint8_t>(function);
    CHECK(may_leave(closed({7, code, 0, 0, 0, 1})) == (function >= 1 && function <= 4));
    CHECK(may_leave(closed({7, 0x2B, code, 1, 0})) == (function == 0x0E));
  }
  CHECK_FALSE(may_leave(closed({0, 3, 0, 0, 0, 1})));
  CHECK_FALSE(may_leave(Raw{7, 3, 0, 0, 0, 1, 0, 0}));
  CHECK_FALSE(may_leave(closed({7, 3, 0, 0, 0, 1, 0})));
}

TEST_CASE("an RTU answer is found whole, and not a byte sooner") {
  for (std::size_t had = 0; had < good.size(); ++had) CHECK(judge(Bytes{good}.first(had), two_registers).look == Look::incomplete);
  check_answer(judge(good, two_registers), 0);
}

TEST_CASE("an RTU answer is found behind stray bytes and ahead of others") {
  for (const Raw& stray : {Raw{0}, Raw{0xFF, 0xFF, 0xFF}, Raw{7}, Raw{7, 3}, Raw{7, 3, 4}, Raw{7, 3, 200, 1, 2}}) {
    check_answer(judge(stray + good, two_registers), stray.size());
    check_answer(judge(good + stray, two_registers), 0);
  }
}

TEST_CASE("an exception over RTU is an answer, unless its code is 0") {
  const Judged judged = judge(closed({7, 0x83, 2}), two_registers);
  REQUIRE(judged.look == Look::answer);
  CHECK(judged.answer.exception == 2);
  CHECK(judge(closed({7, 0x83, 0}), two_registers).look == Look::spoilt);
}

TEST_CASE("an RTU answer with a wrong CRC, or to something else, is spoilt, another unit's is waited past") {
  Raw broken = good;
  broken[4] ^= 1;
  CHECK(judge(broken, two_registers).look == Look::spoilt);
  CHECK(judge(broken, two_registers).fault == Fault::crc);
  CHECK(judge(closed({7, 3, 2, 1, 0}), two_registers).fault == Fault::shape);
  CHECK(judge(closed({7, 3, 2, 1, 0}), two_registers).look == Look::spoilt);
  CHECK(judge(closed({7, 3, 6, 1, 0, 1, 0, 1, 0}), two_registers).fault == Fault::shape);
  CHECK(judge(closed({7, 3, 3, 1, 0, 1}), two_registers).fault == Fault::shape);
  const Raw others = closed({8, 3, 4, 0, 1, 0, 2});
  CHECK(judge(others, two_registers).look == Look::incomplete);
  CHECK(judge(others, two_registers).fault == Fault::unit);
  check_answer(judge(others + good, two_registers), others.size());
  check_answer(judge(broken + good, two_registers), broken.size());
  CHECK(judge(closed({7, 4, 4, 0, 1, 0, 2}), two_registers).look == Look::incomplete);
}

TEST_CASE("a device identification over RTU ends where its objects end") {
  const Question question{.unit = 7, .function = Function::identification};
  const Raw answer = closed({7, 0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 1, 'A', 1, 2, 'B', 'C'});
  for (std::size_t had = 0; had < answer.size(); ++had) CHECK(judge(Bytes{answer}.first(had), question).look == Look::incomplete);
  const Judged judged = judge(answer, question);
  REQUIRE(judged.look == Look::answer);
  CHECK(judged.answer.objects == std::string{"\1\1\0\0\2\0\1A\1\2BC", 12});
  CHECK(judge(closed({7, 0x2B, 0x0E, 1, 1, 0, 0, 9, 0, 250}), question).look == Look::incomplete);
  CHECK(answer_bytes(Raw{7, 0x2B, 0x0D}) == 0u);
}

TEST_CASE("the request's own echo is no answer") {
  const Frame request = encode(two_registers);
  const Raw own = sent(two_registers);
  CHECK(judge_reply(own, request, two_registers, Echo::unknown).judged.look == Look::incomplete);
  CHECK(judge_reply(own, request, two_registers, Echo::unknown).echo);
  const Reply reply = judge_reply(Raw{0xFF} + own + good, request, two_registers, Echo::unknown);
  check_answer(reply.judged, own.size() + 1);
  CHECK(reply.echo);
  CHECK_FALSE(judge_reply(good, request, two_registers, Echo::heard).echo);
  check_answer(judge_reply(good, request, two_registers, Echo::heard).judged, 0);
}

TEST_CASE("an answer that is byte for byte its request counts only where a line is known to have no echo") {
  const Question question{.unit = 7, .function = Function::coils, .address = 0x0301, .count = 24};
  const Frame request = encode(question);
  const Raw both = sent(question);
  REQUIRE(judge(both, question).look == Look::answer);
  CHECK(judge_reply(both, request, question, Echo::unknown).judged.look == Look::incomplete);
  CHECK(judge_reply(both, request, question, Echo::heard).judged.look == Look::incomplete);
  CHECK(judge_reply(both, request, question, Echo::none).judged.look == Look::answer);
}
