#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/modbus/mbap.hpp"

// The bytes of one TCP connection as they come in, and the transactions that were sent on it: what is at the front is judged against the
// request it answers, else as a late answer, or as nobody's. Pure. Used by Connection.
namespace holdup::modbus {

class Stream {
 public:
  /// A new connection: nothing came, nothing was sent.
  void begin();
  /// The number of the next request.
  [[nodiscard]] std::uint16_t next_transaction();

  /// Where the next bytes go; never empty after all that is complete was consumed.
  [[nodiscard]] std::span<std::uint8_t> room();
  void came(std::size_t bytes) { end_ += bytes; }

  /// Of the frame at the front: its transaction and its unit, as soon as its header is there.
  [[nodiscard]] std::optional<std::uint16_t> transaction() const;
  [[nodiscard]] std::uint8_t unit() const { return buffer_[begin_ + header_bytes - 1]; }
  /// The code of an exception at the front, judged before; 0: it is none.
  [[nodiscard]] std::uint8_t exception() const { return buffer_[begin_ + header_bytes] & 0x80 ? buffer_[begin_ + header_bytes + 1] : 0; }
  /// Judges the front as the answer to a request under way, or to none.
  [[nodiscard]] Judged judge_answer(const Request& request) const { return judge(bytes(), {.request = request, .earlier = 0}); }
  [[nodiscard]] Judged judge_stray() const;
  void consume(std::size_t bytes) { begin_ += bytes; }
  /// Some of a frame lies there.
  [[nodiscard]] bool has_part() const { return begin_ < end_; }

 private:
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {buffer_.data() + begin_, end_ - begin_}; }

  std::array<std::uint8_t, 4 * max_frame_bytes> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint16_t last_ = 0;  // transaction sent; it goes on counting from one connection to the next
  std::uint16_t sent_ = 0;  // on this connection; saturates
};

}  // namespace holdup::modbus
