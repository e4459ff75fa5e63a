#include "hw-sim/agents/rtu_frame.hpp"

namespace hwsim::agents {
namespace {

constexpr std::size_t shortest = 4;   // unit, function, checksum
constexpr std::size_t longest = 256;  // V1.02, 2.5.1

std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

// How long the request is that begins so; nothing where its length stands further on, 0 for a function whose requests are unknown.
std::optional<std::size_t> request_size(std::string_view stream) {
  if (stream.size() < 2) return std::nullopt;
  const auto counted = [&](std::size_t at) {  // data bytes follow their count
    return stream.size() > at ? std::optional{at + 1 + octet(stream, at) + 2} : std::nullopt;
  };
  switch (octet(stream, 1)) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return 8;
    case 15:
    case 16:
      return counted(6);
    case 22:
      return 10;
    case 23:
      return counted(10);
    case 0x2b:
      return 7;
    default:
      return 0;
  }
}

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
  std::uint16_t crc = 0xffff;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = static_cast<std::uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1);
  }
  return crc;
}

std::string encode(const RtuFrame& frame) {
  std::string out{static_cast<char>(frame.unit)};
  out += frame.pdu;
  const auto crc = crc16(out);
  return out + static_cast<char>(crc & 0xff) + static_cast<char>(crc >> 8);
}

std::optional<RtuFrame> decode_rtu(std::string_view bytes) {
  if (bytes.size() < shortest || bytes.size() > longest) return std::nullopt;
  RtuFrame frame{.unit = octet(bytes, 0), .pdu = std::string{bytes.substr(1, bytes.size() - 3)}};
  if (encode(frame) != bytes) return std::nullopt;
  return frame;
}

RtuScan scan_rtu_request(std::string_view stream) {
  RtuScan scan;
  const auto known = request_size(stream);
  if (!known) return scan;
  const auto size = *known == 0 ? stream.size() : *known;
  if (stream.size() < size) return scan;
  if (auto frame = decode_rtu(stream.substr(0, size)))
    scan = {.outcome = RtuScan::Outcome::complete, .size = size, .frame = *std::move(frame)};
  else if (*known != 0 || size >= longest)
    scan.outcome = RtuScan::Outcome::broken;
  return scan;
}

holdup::ground::Duration LineSettings::silence() const {
  constexpr holdup::ground::Duration fast{1'750'000};
  return baud > 19200 ? fast : character() * 7 / 2;
}

}  // namespace hwsim::agents
