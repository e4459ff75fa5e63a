#include "hw-sim/agents/modbus_frame.hpp"

#include <string>

#include "catch.hpp"

using namespace hwsim::agents;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

}  // namespace

TEST_CASE("functions 3 and 4 read the same registers") {
  const RecordedRegisters registers{{.registers = {{10, 0x1234}, {11, 0xabcd}}}};
  for (const int function : {3, 4})
    CHECK(answer_pdu(bytes({function, 0, 10, 0, 2}), registers) == bytes({function, 4, 0x12, 0x34, 0xab, 0xcd}));
}

TEST_CASE("what cannot be read is refused by the right exception") {
  const RecordedRegisters registers{{.registers = {{10, 1}, {65535, 2}}}};
  CHECK(answer_pdu(bytes({3, 0, 10, 0, 2}), registers) == bytes({0x83, 2}));
  CHECK(answer_pdu(bytes({4, 0, 9, 0, 1}), registers) == bytes({0x84, 2}));
  CHECK(answer_pdu(bytes({3, 0xff, 0xff, 0, 2}), registers) == bytes({0x83, 2}));
  CHECK(answer_pdu(bytes({3, 0, 10, 0, 0}), registers) == bytes({0x83, 3}));
  CHECK(answer_pdu(bytes({3, 0, 10, 0, 126}), registers) == bytes({0x83, 3}));
  CHECK(answer_pdu(bytes({3, 0, 10}), registers) == bytes({0x83, 3}));
  CHECK(answer_pdu(bytes({6, 0, 10, 0, 1}), registers) == bytes({0x86, 1}));
  CHECK(answer_pdu(bytes({0x2b, 14, 1, 0}), registers) == bytes({0xab, 1}));
}

TEST_CASE("functions 1 and 2 read bits, the first in the lowest place") {
  const auto recording = parse_registers("coil [3]: 1\ncoil [4]: 0\ncoil [5]: 1\ndiscrete [0]: 1\n");
  const RecordedRegisters registers{recording.contents};
  CHECK(answer_pdu(bytes({1, 0, 3, 0, 3}), registers) == bytes({1, 1, 0b101}));
  CHECK(answer_pdu(bytes({2, 0, 0, 0, 1}), registers) == bytes({2, 1, 1}));
  CHECK(answer_pdu(bytes({1, 0, 3, 0, 4}), registers) == bytes({0x81, 2}));
  CHECK(answer_pdu(bytes({1, 0, 3, 0, 0}), registers) == bytes({0x81, 3}));
  CHECK(answer_pdu(bytes({1, 0, 3, 0x07, 0xd1}), registers) == bytes({0x81, 3}));
  CHECK(answer_pdu(bytes({3, 0, 3, 0, 1}), registers) == bytes({0x83, 1}));
}

TEST_CASE("a unit identifies itself object by object, in as many answers as it takes") {
  const RecordedRegisters unit{{.identification = {{0, "Acme"}, {1, "X"}, {2, "1"}, {5, "Model"}}}};
  CHECK(answer_pdu(bytes({0x2b, 14, 1, 0}), unit) ==
        bytes({0x2b, 14, 1, 0x83, 0, 0, 3, 0, 4}) + "Acme" + bytes({1, 1}) + "X" + bytes({2, 1}) + "1");
  CHECK(answer_pdu(bytes({0x2b, 14, 2, 5}), unit) == bytes({0x2b, 14, 2, 0x83, 0, 0, 1, 5, 5}) + "Model");
  CHECK(answer_pdu(bytes({0x2b, 14, 4, 1}), unit) == bytes({0x2b, 14, 4, 0x83, 0, 0, 1, 1, 1}) + "X");
  CHECK(answer_pdu(bytes({0x2b, 14, 4, 9}), unit) == bytes({0xab, 2}));
  CHECK(answer_pdu(bytes({0x2b, 14, 7, 0}), unit) == bytes({0xab, 3}));
  CHECK(answer_pdu(bytes({0x2b, 13, 1, 0}), unit) == bytes({0xab, 1}));
  const std::string text(200, 'x');
  const RecordedRegisters wordy{{.identification = {{0, text}, {1, text}}}};
  const auto first = answer_pdu(bytes({0x2b, 14, 1, 0}), wordy);
  CHECK(first.substr(4, 3) == bytes({0xff, 1, 1}));
  CHECK(answer_pdu(bytes({0x2b, 14, 1, 1}), wordy).substr(4, 3) == bytes({0, 0, 1}));
}

TEST_CASE("a frame is found in a stream once it is whole") {
  const auto frame = bytes({0, 7, 0, 0, 0, 6, 1, 3, 0, 10, 0, 1});
  for (std::size_t size = 0; size < frame.size(); ++size) CHECK(scan_frame(frame.substr(0, size)).outcome == FrameScan::Outcome::partial);
  const auto scan = scan_frame(frame + "next");
  REQUIRE(scan.outcome == FrameScan::Outcome::complete);
  CHECK(scan.size == frame.size());
  CHECK(scan.frame.transaction == 7);
  CHECK(scan.frame.unit == 1);
  CHECK(encode(scan.frame) == frame);
}

TEST_CASE("another protocol and impossible lengths break the stream") {
  CHECK(scan_frame(bytes({0, 7, 0, 1, 0, 6, 1})).outcome == FrameScan::Outcome::broken);
  CHECK(scan_frame(bytes({0, 7, 0, 0, 0, 1, 1})).outcome == FrameScan::Outcome::broken);
  CHECK(scan_frame(bytes({0, 7, 0, 0, 0, 255, 1})).outcome == FrameScan::Outcome::broken);
  CHECK(scan_frame("GET / HTTP/1.1\r\n").outcome == FrameScan::Outcome::broken);
}

TEST_CASE("the functions that write are known") {
  for (const int function : {5, 6, 15, 16, 21, 22, 23}) CHECK(is_write(static_cast<std::uint8_t>(function)));
  for (const int function : {1, 2, 3, 4, 7, 8, 20, 24, 0x2b}) CHECK_FALSE(is_write(static_cast<std::uint8_t>(function)));
}
