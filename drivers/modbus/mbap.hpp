#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Modbus TCP framing as pure functions: one encoder that can only read, and one judge of what a peer sends back. Used by Connection;
// fed with strangers' bytes by the tests. Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, MODBUS Application Protocol
// V1.1b3.
namespace holdup::modbus {

inline constexpr std::size_t header_bytes = 7;       // transaction, protocol, length, unit
inline constexpr std::size_t max_frame_bytes = 260;  // header and a PDU of 253 bytes
inline constexpr std::uint16_t max_registers = 125;  // what one PDU can carry
inline constexpr std::uint16_t max_bits = 2000;

/// The tables of a device, by the function that reads them, and its device identification (0x2B with type 0x0E). There is no other
/// function.
enum class Function : std::uint8_t { coils = 1, discrete_inputs = 2, holding_registers = 3, input_registers = 4, identification = 0x2B };

struct Request {
  std::uint16_t transaction = 0;
  std::uint8_t unit = 1;
  Function function = Function::holding_registers;
  std::uint16_t address = 0;  // 0-based, as in the PDU; of the identification the object to begin with
  std::uint16_t count = 1;
};

/// The bytes of one request.
class Frame {
 public:
  Frame(std::initializer_list<std::uint8_t> bytes);
  [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::uint8_t* begin() const { return data(); }
  [[nodiscard]] const std::uint8_t* end() const { return data() + size_; }
  [[nodiscard]] std::uint8_t& operator[](std::size_t at) { return bytes_[at]; }
  [[nodiscard]] std::uint8_t operator[](std::size_t at) const { return bytes_[at]; }

 private:
  std::array<std::uint8_t, 12> bytes_{};
  std::size_t size_;
};
/// Requires 1 ≤ count ≤ max_registers (or max_bits) and address + count ≤ 65536; of the identification address ≤ 255.
[[nodiscard]] Frame encode(const Request& request);

/// Whether these bytes are exactly one request that reads: function 1 to 4, or 0x2B with type 0x0E (device identification).
[[nodiscard]] bool may_leave(std::span<const std::uint8_t> frame);

/// What in a frame disagrees with the protocol or with the request.
enum class Fault : std::uint8_t { protocol, length, transaction, unit, function, byte_count };
inline constexpr std::array<std::string_view, 6> fault_names{"protocol", "length", "transaction", "unit", "function", "byte count"};

struct Answer {
  std::uint8_t exception = 0;         // 0: the values are there
  std::vector<std::uint16_t> values;  // a register each, or a bit (0, 1) each
  std::string objects = {};           // of an identification: what stands behind the type, see identification.hpp
};

/// A request that was sent, and how many transactions were sent before it on the same connection: theirs may still come in, late.
struct Expected {
  Request request;
  std::uint16_t earlier = 0;
};

enum class Look : std::uint8_t { incomplete, answer, late, broken };

struct Judged {
  Look look = Look::incomplete;
  std::size_t bytes = 0;          // length of the frame, when answer or late
  Fault fault = Fault::protocol;  // when broken
  Answer answer;                  // when answer
};

/// Judges the bytes received so far, as early as they can be judged.
[[nodiscard]] Judged judge(std::span<const std::uint8_t> bytes, const Expected& expected);
/// Judges bytes that came while nothing was asked: a late answer to `last` or to one before it, or broken.
[[nodiscard]] Judged judge_unasked(std::span<const std::uint8_t> bytes, const Expected& last);

}  // namespace holdup::modbus
