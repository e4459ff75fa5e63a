#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ground/instant.hpp"

// Modbus RTU from the serving side (MODBUS over Serial Line V1.02): frames with their checksum, and how long bytes take on a line. Written
// for the simulator alone and shares nothing with `drivers/`.
namespace hwsim::agents {

struct RtuFrame {
  std::uint8_t unit = 0;
  std::string pdu;
};

[[nodiscard]] std::uint16_t crc16(std::string_view bytes);
[[nodiscard]] std::string encode(const RtuFrame& frame);
/// Nothing when they are no frame: too short, too long, another checksum.
[[nodiscard]] std::optional<RtuFrame> decode_rtu(std::string_view bytes);

/// The request that a stream without silences begins with, as over TCP.
struct RtuScan {
  enum class Outcome : std::uint8_t { complete, partial, broken };
  Outcome outcome = Outcome::partial;
  std::size_t size = 0;
  RtuFrame frame;
};
[[nodiscard]] RtuScan scan_rtu_request(std::string_view stream);

struct LineSettings {
  enum class Parity : std::uint8_t { none, even, odd };
  std::uint32_t baud = 19200;
  Parity parity = Parity::even;
  std::uint8_t stop_bits = 1;  // 2 without parity unless told: 11 bits a character

  [[nodiscard]] unsigned bits() const { return 9U + (parity == Parity::none ? 0U : 1U) + stop_bits; }
  /// So long is one character on the wire.
  [[nodiscard]] holdup::ground::Duration character() const { return holdup::ground::Duration{std::int64_t{1'000'000'000} * bits() / baud}; }
  /// The silence that ends a frame: 3.5 characters, above 19200 baud 1.75 ms (2.5.1.1).
  [[nodiscard]] holdup::ground::Duration silence() const;
  bool operator==(const LineSettings&) const = default;
};

}  // namespace hwsim::agents
