#include "drivers/modbus/mbap.hpp"

#include "catch.hpp"

using namespace holdup::modbus;

namespace {

using Bytes = std::vector<std::uint8_t>;

const Request two_registers{.transaction = 0x0102, .unit = 7, .address = 61, .count = 2};
const Bytes good_answer{0x01, 0x02, 0, 0, 0, 7, 7, 3, 4, 0x01, 0x00, 0xAB, 0xCD};

Judged judged(const Bytes& bytes, std::uint16_t earlier = 3) { return judge(bytes, {.request = two_registers, .earlier = earlier}); }

Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = value;
  return bytes;
}

Fault fault_of(const Bytes& bytes) {
  const Judged j = judged(bytes);
  REQUIRE(j.look == Look::broken);
  return j.fault;
}

}  // namespace

TEST_CASE("a request is twelve bytes with its transaction, unit, function, address and count") {
  const Frame frame = encode(two_registers);
  CHECK(Bytes(frame.begin(), frame.end()) == Bytes{0x01, 0x02, 0, 0, 0, 6, 7, 3, 0, 61, 0, 2});
  CHECK(encode({.function = Function::coils, .count = 2000})[7] == 1);
  CHECK(encode({.function = Function::discrete_inputs})[7] == 2);
  CHECK(encode({.function = Function::input_registers, .address = 0xFFFF})[7] == 4);
}

TEST_CASE("of all functions only those that read may leave") {
  Frame frame = encode(two_registers);
  for (unsigned function = 0; function < 256; ++function) {
    frame[7] = static_cast<std::uint8_t>(function);
    INFO(function);
    CHECK(may_leave(frame) == (function >= 1 && function <= 4));
  }
}

TEST_CASE("of the encapsulated functions only the device identification may leave") {
  Bytes frame{0, 1, 0, 0, 0, 5, 1, 0x2B, 0x0E, 1, 0};
  CHECK(may_leave(frame));
  for (unsigned type = 0; type < 256; ++type) CHECK(may_leave(with(frame, 8, static_cast<std::uint8_t>(type))) == (type == 0x0E));
}

TEST_CASE("a request for the device identification is eleven bytes, in the basic category") {
  const Frame frame = encode({.transaction = 0x0102, .unit = 7, .function = Function::identification, .address = 2});
  CHECK(Bytes(frame.begin(), frame.end()) == Bytes{0x01, 0x02, 0, 0, 0, 5, 7, 0x2B, 0x0E, 1, 2});
  CHECK(may_leave(frame));
}

TEST_CASE("a device identification is judged by its length, its function and its type") {
  const Expected expected{.request = {.transaction = 1, .unit = 7, .function = Function::identification}};
  const Bytes good{0, 1, 0, 0, 0, 11, 7, 0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 1, 'A'};
  const Judged whole = judge(good, expected);
  REQUIRE(whole.look == Look::answer);
  CHECK(whole.bytes == good.size());
  CHECK(whole.answer.objects == std::string{"\x01\x01\x00\x00\x01\x00\x01"
                                            "A",
                                            8});
  CHECK(judge(Bytes(good.begin(), good.end() - 1), expected).look == Look::incomplete);
  CHECK(judge(with(good, 8, 0x0D), expected).fault == Fault::function);
  CHECK(judge(with(good, 5, 4), expected).fault == Fault::length);
  const Judged refused = judge(Bytes{0, 1, 0, 0, 0, 3, 7, 0xAB, 1}, expected);
  REQUIRE(refused.look == Look::answer);
  CHECK(refused.answer.exception == 1);
}

TEST_CASE("a frame whose length disagrees may not leave, whatever it reads") {
  const Frame frame = encode(two_registers);
  const Bytes bytes(frame.begin(), frame.end());
  CHECK(!may_leave(Bytes(bytes.begin(), bytes.end() - 1)));
  CHECK(!may_leave(with(bytes, 5, 7)));
  CHECK(!may_leave(with(bytes, 3, 1)));
  CHECK(!may_leave(Bytes{}));
  Bytes smuggled = with(bytes, 5, 12);  // a second request in the tail: write single register
  smuggled.insert(smuggled.end(), {7, 6, 0, 1, 0, 1});
  CHECK(!may_leave(smuggled));
}

TEST_CASE("an answer that agrees gives its registers") {
  const Judged j = judged(good_answer);
  REQUIRE(j.look == Look::answer);
  CHECK(j.bytes == good_answer.size());
  CHECK(j.answer.exception == 0);
  CHECK(j.answer.values == std::vector<std::uint16_t>{0x0100, 0xABCD});
}

TEST_CASE("bits come lowest first") {
  const Request coils{.transaction = 1, .unit = 1, .function = Function::coils, .count = 10};
  const Judged j = judge(Bytes{0, 1, 0, 0, 0, 5, 1, 1, 2, 0b00000101, 0b10}, {.request = coils});
  REQUIRE(j.look == Look::answer);
  CHECK(j.answer.values == std::vector<std::uint16_t>{1, 0, 1, 0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("an exception is an answer") {
  for (unsigned code = 1; code < 256; ++code) {
    const Judged j = judged({0x01, 0x02, 0, 0, 0, 3, 7, 0x83, static_cast<std::uint8_t>(code)});
    REQUIRE(j.look == Look::answer);
    CHECK(j.bytes == 9);
    CHECK(j.answer.exception == code);
  }
}

TEST_CASE("an exception of code 0 is refused: it would pass for values that are not there") {
  CHECK(fault_of({0x01, 0x02, 0, 0, 0, 3, 7, 0x83, 0}) == Fault::function);
}

TEST_CASE("every beginning of a good answer waits for the rest") {
  for (std::size_t n = 0; n < good_answer.size(); ++n)
    CHECK(judged(Bytes(good_answer.begin(), good_answer.begin() + static_cast<std::ptrdiff_t>(n))).look == Look::incomplete);
}

TEST_CASE("each disagreement has its name") {
  CHECK(fault_of(with(good_answer, 2, 1)) == Fault::protocol);
  CHECK(fault_of(with(good_answer, 3, 1)) == Fault::protocol);
  CHECK(fault_of(with(good_answer, 6, 99)) == Fault::unit);
  CHECK(fault_of(with(good_answer, 7, 4)) == Fault::function);
  CHECK(fault_of(with(good_answer, 7, 0x83)) == Fault::function);
  CHECK(fault_of(with(good_answer, 8, 40)) == Fault::byte_count);
  CHECK(fault_of(with(good_answer, 8, 2)) == Fault::byte_count);
  CHECK(fault_of(with(good_answer, 0, 0x77)) == Fault::transaction);
  CHECK(fault_of(with(good_answer, 1, 0x03)) == Fault::transaction);  // the next one: not sent yet
}

TEST_CASE("a length that the request cannot have is refused from the header alone") {
  for (const unsigned length : {0u, 1u, 2u, 4u, 6u, 8u, 254u, 255u, 0x7F07u, 0xFFFFu}) {
    INFO(length);
    Bytes header(good_answer.begin(), good_answer.begin() + header_bytes);
    header = with(with(header, 4, static_cast<std::uint8_t>(length >> 8)), 5, static_cast<std::uint8_t>(length));
    CHECK(fault_of(header) == Fault::length);
  }
}

TEST_CASE("an exception that answers another function is refused") {
  CHECK(fault_of({0x01, 0x02, 0, 0, 0, 3, 7, 0x84, 2}) == Fault::function);
  CHECK(fault_of({0x01, 0x02, 0, 0, 0, 3, 7, 3, 2}) == Fault::function);
}

TEST_CASE("the answer to an earlier request is late, to one before this connection's is not") {
  for (const std::uint8_t earlier : {0x01, 0x00}) {
    const Judged j = judged(with(good_answer, 1, earlier), 3);
    CHECK(j.look == Look::late);
    CHECK(j.bytes == good_answer.size());
  }
  CHECK(judged(with(with(good_answer, 0, 0), 1, 0xFF), 3).look == Look::late);
  CHECK(judged(with(with(good_answer, 0, 0), 1, 0xFE), 3).look == Look::broken);
  CHECK(judged(with(good_answer, 1, 0x01), 0).look == Look::broken);
}

TEST_CASE("transactions wrap around") {
  const Expected first{.request = {.transaction = 0, .unit = 7, .count = 2}, .earlier = 1};
  CHECK(judge(with(with(good_answer, 0, 0xFF), 1, 0xFF), first).look == Look::late);
}

TEST_CASE("what comes unasked is late or broken, never an answer") {
  const Expected last{.request = two_registers, .earlier = 1};
  CHECK(judge_unasked(good_answer, last).look == Look::late);
  CHECK(judge_unasked(with(good_answer, 1, 0x01), last).look == Look::late);
  CHECK(judge_unasked(with(good_answer, 1, 0x03), last).fault == Fault::transaction);
  CHECK(judge_unasked(with(good_answer, 2, 1), last).fault == Fault::protocol);
  CHECK(judge_unasked(with(good_answer, 4, 0x7F), last).fault == Fault::length);
  CHECK(judge_unasked(Bytes{1, 2}, last).look == Look::incomplete);
}
