#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Numbers as bytes, least significant first: fixed ones, and varints of seven bits a byte as in Protocol Buffers, signed ones zigzag. A
// Cursor reads what anybody wrote: past the end it gives zeros and says so once, by ok(). Pure.
namespace holdup::store::codec {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1U ^ (0 - (value & 1U))); }

/// Without overflow: what leaves the range comes in again at its other end.
[[nodiscard]] constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
[[nodiscard]] constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
[[nodiscard]] constexpr std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

inline constexpr std::size_t most_varint_bytes = 10;

/// Where there is room for as many; the end of it.
inline std::uint8_t* put_varint(std::uint8_t* to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) *to++ = static_cast<std::uint8_t>(value | 0x80U);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}
inline void put_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void put_signed(Bytes& out, std::int64_t value) { put_varint(out, zigzag(value)); }
inline void put_fixed(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void put(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

class Cursor {
 public:
  explicit Cursor(BytesView bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  [[nodiscard]] BytesView rest() const { return rest_; }
  /// Gives what it is given, and nothing more is read.
  void fail() { ok_ = false, rest_ = {}; }

  [[nodiscard]] std::uint8_t byte() {
    if (rest_.empty()) return fail(), std::uint8_t{0};
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  [[nodiscard]] std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t one = byte();
      if (shift == 63 && one > 1) break;
      value |= (one & 0x7FU) << shift;
      if (one < 0x80) return value;
    }
    return fail(), 0;
  }
  [[nodiscard]] std::int64_t number() { return unzigzag(varint()); }
  [[nodiscard]] std::uint64_t fixed(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(byte()) << (8 * i);
    return value;
  }
  [[nodiscard]] BytesView take(std::uint64_t count) {
    if (count > rest_.size()) return fail(), BytesView{};
    const BytesView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  /// At most `most`, else all ends.
  [[nodiscard]] std::size_t count(std::size_t most) {
    const std::uint64_t value = varint();
    if (value > most) return fail(), 0;
    return value;
  }

 private:
  BytesView rest_;
  bool ok_ = true;
};

}  // namespace holdup::store::codec
