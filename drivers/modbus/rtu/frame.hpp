#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/modbus/question.hpp"

// Modbus RTU framing as pure functions: one encoder that can only read, one judge of what comes back. It has no length and no
// transaction id: a frame is told by its unit, what its function implies, and its CRC. Used by SerialLine, Stream and the tap's decoder;
// fed with strangers' bytes by the tests. Source: MODBUS over Serial Line V1.02, 2.5.1; MODBUS Application Protocol V1.1b3.
namespace holdup::rtu {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t max_frame_bytes = 256;  // unit, a PDU of 253 bytes, CRC

/// CRC-16 of Modbus: polynomial 0xA001, from 0xFFFF.
[[nodiscard]] std::uint16_t crc(Bytes bytes);
/// At least unit, function and the right CRC, low byte first, at the end.
[[nodiscard]] bool is_whole(Bytes frame);

/// The bytes of one request.
class Frame {
 public:
  explicit Frame(Bytes without_crc);
  [[nodiscard]] Bytes bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 8> bytes_{};
  std::size_t size_;
};
/// Requires what modbus::encode() requires.
[[nodiscard]] Frame encode(const modbus::Question& question);
/// Whether these bytes are exactly one whole request that reads: function 1 to 4, or 0x2B with type 0x0E; to one unit, not to all.
[[nodiscard]] bool may_leave(Bytes frame);

/// How long a frame is that begins so, CRC included. Nothing: more of it must be seen; 0: none begins so.
[[nodiscard]] std::optional<std::size_t> request_bytes(Bytes begin);
[[nodiscard]] std::optional<std::size_t> answer_bytes(Bytes begin);
/// Of the answer that holds what is asked; of an identification the least.
[[nodiscard]] std::size_t expected_bytes(const modbus::Question& question);

/// What of that which came instead of the answer, or ahead of it, is wrong.
enum class Fault : std::uint8_t { none, unit, crc, shape };  // shape: whole, from the unit, but no answer to this question

enum class Look : std::uint8_t { incomplete, answer, spoilt };  // spoilt: faulty, and nothing in it still waits for its end

struct Judged {
  Look look = Look::incomplete;
  Fault fault = Fault::none;
  std::size_t begin = 0, end = 0;  // of the answer
  modbus::Answer answer = {};
};
/// Finds the answer in all that was heard since the question left, whatever stands before or behind it.
[[nodiscard]] Judged judge(Bytes heard, const modbus::Question& asked);
/// The same for a frame without its CRC, as what it says.
[[nodiscard]] std::optional<modbus::Answer> answer_in(Bytes frame, const modbus::Question& asked);

/// Whether the transceiver of a line hears what it sends: learned from its answers.
enum class Echo : std::uint8_t { unknown, none, heard };

/// Whether so much was heard as the answer has bytes, and the request that may have been heard ahead of it.
[[nodiscard]] bool is_as_long(Bytes heard, const modbus::Question& asked, Echo echo);

struct Reply {
  Judged judged;
  bool echo = false;       // the request itself was heard ahead of it …
  std::size_t behind = 0;  // … and what may be the answer begins behind that
};
/// judge() behind the request's own echo, where there is one. An answer may be byte for byte its request (17 to 24 bits at an address
/// of 0x0300 and above): that is an answer only on a line known to have no echo.
[[nodiscard]] Reply judge_reply(Bytes heard, const Frame& request, const modbus::Question& asked, Echo echo);

}  // namespace holdup::rtu
