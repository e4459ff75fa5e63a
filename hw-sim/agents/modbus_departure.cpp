#include "hw-sim/agents/modbus_departure.hpp"

#include <algorithm>
#include <utility>

#include "hw-sim/agents/corruption.hpp"
#include "hw-sim/agents/modbus_frame.hpp"
#include "hw-sim/agents/rtu_frame.hpp"

namespace hwsim::agents {
namespace {

using scenario::Fate;
using scenario::FaultKind;

constexpr std::size_t protocol_at = 2;
constexpr std::size_t length_at = 4;
constexpr std::size_t count_at = 1;  // of the PDU
constexpr std::size_t data_at = 2;

void put_word(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes.at(at) = static_cast<char>(value >> 8);
  bytes.at(at + 1) = static_cast<char>(value & 0xff);
}

bool carries_data(const std::string& pdu) { return pdu.size() > data_at && pdu[0] >= 1 && pdu[0] <= 4; }

void make_counts_wrong(std::string& pdu, const Fate& fate) {
  if (!carries_data(pdu)) return;
  const auto size = pdu.size() - data_at;
  if (const auto* fault = fate.hit(FaultKind::data_size)) {
    pdu.resize(data_at + fault->value.value_or(static_cast<std::uint16_t>(size > 2 ? size - 2 : size + 2)), '\0');
    pdu[count_at] = static_cast<char>(pdu.size() - data_at);
  }
  if (const auto* fault = fate.hit(FaultKind::byte_count))
    pdu[count_at] = static_cast<char>(fault->value.value_or(static_cast<std::uint16_t>(size + 1)));
}

std::string framed(const Asked& asked, std::string pdu, Framing framing, const Fate& fate) {
  if (framing == Framing::rtu) {
    auto bytes = corrupted_rtu(encode(RtuFrame{.unit = asked.unit, .pdu = std::move(pdu)}), fate);
    if (fate.hit(FaultKind::bad_crc) != nullptr) bytes.back() = static_cast<char>(bytes.back() ^ 0x55);
    return bytes;
  }
  auto bytes = encode(ModbusFrame{.transaction = asked.transaction, .unit = asked.unit, .pdu = std::move(pdu)});
  if (const auto* fault = fate.hit(FaultKind::protocol_id)) put_word(bytes, protocol_at, fault->value.value_or(1));
  if (const auto* fault = fate.hit(FaultKind::mbap_length)) put_word(bytes, length_at, fault->value.value_or(0));
  return corrupted_modbus(std::move(bytes), fate);
}

// One copy of the answer from `begin` on.
void lay_out(std::vector<Piece>& pieces, ground::Duration begin, const std::string& bytes, const Fate& fate) {
  if (const auto* fault = fate.hit(FaultKind::drip)) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      pieces.push_back({.after = begin + fault->length * static_cast<std::int64_t>(i), .bytes = bytes.substr(i, 1)});
  } else if (const auto* pause = fate.hit(FaultKind::gaps)) {
    pieces.push_back({.after = begin, .bytes = bytes.substr(0, bytes.size() / 2)});
    pieces.push_back({.after = begin + pause->length, .bytes = bytes.substr(bytes.size() / 2)});
  } else {
    pieces.push_back({.after = begin, .bytes = bytes});
  }
}

}  // namespace

std::vector<Piece> departure(const Asked& asked, std::string pdu, Framing framing, const Fate& fate) {
  std::vector<Piece> pieces;
  if (!fate.answered) return pieces;
  if (framing == Framing::rtu && fate.hit(FaultKind::echo) != nullptr) pieces.push_back({.bytes = asked.bytes});
  make_counts_wrong(pdu, fate);
  auto bytes = framed(asked, std::move(pdu), framing, fate);
  if (fate.hit(FaultKind::merged) != nullptr) bytes += bytes;
  for (int copy = 0; copy < fate.copies; ++copy) lay_out(pieces, fate.delay, bytes, fate);
  return pieces;
}

std::optional<std::uint16_t> DisguisedRegisters::read(Bank bank, std::uint16_t address) const {
  const auto value = table_.read(bank, address);
  if (!value) return value;
  const bool bit = holds_bits(bank);
  if (zeros_) return std::uint16_t{0};
  if (fate_.hit(FaultKind::saturated) != nullptr) return static_cast<std::uint16_t>(bit ? 1 : 0xffff);
  if (bit) return value;
  if (fate_.hit(FaultKind::nan) != nullptr) return std::uint16_t{0x7fff};
  if (fate_.hit(FaultKind::word_swapped) != nullptr) return table_.read(bank, address ^ 1U).value_or(*value);
  return value;
}

}  // namespace hwsim::agents
