#include "hw-sim/agents/rtu_frame.hpp"

#include <string>

#include "catch.hpp"

using namespace hwsim::agents;
using namespace std::chrono_literals;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

}  // namespace

TEST_CASE("the checksum is that of the standard, low byte first") {
  CHECK(crc16("123456789") == 0x4b37);  // the check value of CRC-16/MODBUS
  CHECK(encode(RtuFrame{.unit = 1, .pdu = bytes({3, 0, 0, 0, 1})}) == bytes({1, 3, 0, 0, 0, 1, 0x84, 0x0a}));
}

TEST_CASE("a frame reads back, and no other bytes do") {
  const auto frame = encode(RtuFrame{.unit = 17, .pdu = bytes({4, 0, 8, 0, 1})});
  const auto read = decode_rtu(frame);
  REQUIRE(read);
  CHECK((read->unit == 17 && read->pdu == bytes({4, 0, 8, 0, 1})));
  for (std::size_t size = 0; size < frame.size(); ++size) CHECK_FALSE(decode_rtu(frame.substr(0, size)));
  CHECK_FALSE(decode_rtu(frame + "x"));
  CHECK_FALSE(decode_rtu(encode(RtuFrame{.unit = 1, .pdu = std::string(254, 'x')})));
}

TEST_CASE("in a stream a request ends where its function says") {
  const auto ask = encode(RtuFrame{.unit = 1, .pdu = bytes({3, 0, 0, 0, 1})});
  const auto write = encode(RtuFrame{.unit = 1, .pdu = bytes({16, 0, 0, 0, 1, 2, 0, 5})});
  const auto unknown = encode(RtuFrame{.unit = 1, .pdu = bytes({8, 0, 0, 1, 2})});
  for (const auto& request : {ask, write}) {
    for (std::size_t size = 0; size < request.size(); ++size)
      CHECK(scan_rtu_request(request.substr(0, size)).outcome == RtuScan::Outcome::partial);
    CHECK(scan_rtu_request(request + ask).size == request.size());
  }
  CHECK(scan_rtu_request(unknown).outcome == RtuScan::Outcome::complete);
  auto spoilt = ask;
  spoilt.back() = 'x';
  CHECK(scan_rtu_request(spoilt).outcome == RtuScan::Outcome::broken);
}

TEST_CASE("a character takes its bits, and a silence three and a half of them or 1.75 ms") {
  CHECK(LineSettings{}.character() == 572916ns);
  CHECK(LineSettings{.baud = 9600, .parity = LineSettings::Parity::none, .stop_bits = 1}.character() == 1041666ns);
  CHECK(LineSettings{}.silence() == 572916ns * 7 / 2);
  CHECK(LineSettings{.baud = 115200}.silence() == 1750us);
}
