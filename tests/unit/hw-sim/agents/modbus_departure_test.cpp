#include "hw-sim/agents/modbus_departure.hpp"

#include "catch.hpp"
#include "hw-sim/agents/modbus_frame.hpp"
#include "hw-sim/agents/rtu_frame.hpp"

using namespace hwsim::agents;
using namespace hwsim::scenario;
using namespace std::chrono_literals;

namespace {

const std::string pdu{"\x03\x04wxyz"};

Fate with(FaultKind kind, Laid laid = {}) { return Fate{.modbus = {{kind, laid}}}; }

std::string all(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += piece.bytes;
  return out;
}

std::string over_tcp(const Fate& fate) { return all(departure({.transaction = 7, .unit = 2}, pdu, Framing::mbap, fate)); }
std::string over_rtu(const Fate& fate) { return all(departure({.unit = 2, .bytes = "ASKED"}, pdu, Framing::rtu, fate)); }

const std::string plain_tcp = encode(ModbusFrame{.transaction = 7, .unit = 2, .pdu = pdu});
const std::string plain_rtu = encode(RtuFrame{.unit = 2, .pdu = pdu});

}  // namespace

TEST_CASE("an answer without a fault leaves whole and at once") {
  CHECK(over_tcp({}) == plain_tcp);
  CHECK(over_rtu({}) == plain_rtu);
  CHECK(departure({}, pdu, Framing::rtu, {.answered = false}).empty());
}

TEST_CASE("the header says what the fault says") {
  CHECK(over_tcp(with(FaultKind::mbap_length, {.value = 65535})).substr(4, 2) == "\xff\xff");
  CHECK(over_tcp(with(FaultKind::mbap_length)).substr(4, 2) == std::string(2, '\0'));
  CHECK(over_tcp(with(FaultKind::protocol_id)).substr(2, 2) == std::string("\0\1", 2));
}

TEST_CASE("the byte count lies, or the data are of another size") {
  CHECK(over_tcp(with(FaultKind::byte_count))[8] == 5);
  CHECK(over_tcp(with(FaultKind::byte_count, {.value = 255})).size() == plain_tcp.size());
  const auto shorter = scan_frame(over_tcp(with(FaultKind::data_size)));
  REQUIRE(shorter.outcome == FrameScan::Outcome::complete);
  CHECK(shorter.frame.pdu == std::string{"\x03\x02wx"});
  const auto longer = decode_rtu(over_rtu(with(FaultKind::data_size, {.value = 250})));
  REQUIRE(longer);
  CHECK(longer->pdu.size() == 252);
  CHECK(departure({}, "\x83\x02", Framing::mbap, with(FaultKind::byte_count))[0].bytes.ends_with("\x83\x02"));
}

TEST_CASE("an answer drips, pauses, or comes twice at once") {
  const auto drops = departure({.unit = 2}, pdu, Framing::rtu, with(FaultKind::drip, {.length = 1s}));
  REQUIRE(drops.size() == plain_rtu.size());
  CHECK(drops.back().after == std::chrono::seconds{plain_rtu.size() - 1});
  CHECK(all(drops) == plain_rtu);
  const auto halves = departure({.unit = 2}, pdu, Framing::rtu, with(FaultKind::gaps, {.length = 20ms}));
  REQUIRE(halves.size() == 2);
  CHECK(halves[1].after == 20ms);
  CHECK(all(halves) == plain_rtu);
  const auto merged = departure({.transaction = 7, .unit = 2}, pdu, Framing::mbap, with(FaultKind::merged));
  REQUIRE(merged.size() == 1);
  CHECK(merged[0].bytes == plain_tcp + plain_tcp);
  CHECK(departure({.unit = 2}, pdu, Framing::rtu, {.delay = 3s, .copies = 2}).size() == 2);
}

TEST_CASE("on a serial line the checksum is wrong, the request echoes, another unit or function answers") {
  CHECK_FALSE(decode_rtu(over_rtu(with(FaultKind::bad_crc))));
  CHECK(over_rtu(with(FaultKind::echo)) == "ASKED" + plain_rtu);
  const auto other_unit = decode_rtu(over_rtu({.corruption = Corruption::wrong_source, .salt = 5}));
  REQUIRE(other_unit);
  CHECK(other_unit->unit != 2);
  const auto other_function = decode_rtu(over_rtu({.corruption = Corruption::wrong_id}));
  REQUIRE(other_function);
  CHECK((other_function->unit == 2 && other_function->pdu[0] == 4));
  CHECK(over_rtu({.corruption = Corruption::truncated, .salt = 3}).size() < plain_rtu.size());
  CHECK(over_rtu({.corruption = Corruption::garbage}).size() == plain_rtu.size());
}

TEST_CASE("registers are disguised as no number, the full number, their neighbour, nothing") {
  const RecordedRegisters table{parse_registers("[0]: 0x0001\n[1]: 0x0002\n[8]: 0x0008\ncoil [0]: 0\n").contents};
  const auto read = [&](const Fate& fate, std::uint16_t address, bool zeros = false) {
    return DisguisedRegisters{table, fate, zeros}.read(Bank::holding_registers, address);
  };
  CHECK(read({}, 1) == 2);
  CHECK(read({}, 1, true) == 0);
  CHECK(read(with(FaultKind::nan), 0) == 0x7fff);
  CHECK(read(with(FaultKind::saturated), 0) == 0xffff);
  CHECK(read(with(FaultKind::word_swapped), 0) == 2);
  CHECK(read(with(FaultKind::word_swapped), 1) == 1);
  CHECK(read(with(FaultKind::word_swapped), 8) == 8);
  CHECK_FALSE(read(with(FaultKind::saturated), 5));
  const auto saturated = with(FaultKind::saturated);
  CHECK(DisguisedRegisters{table, saturated, false}.read(Bank::coils, 0) == 1);
}
