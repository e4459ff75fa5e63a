#pragma once

#include <cstdint>
#include <span>

#include "store/codec/bytes.hpp"

// A row of whole numbers as few bytes: they themselves, differences, or differences of these, as digits of a small base, as many as go into
// a byte (FORMAT.md, Whole numbers). How many there are is known to whoever reads. Any numbers are kept: sums go round at 64 bits. Pure.
namespace holdup::store::codec {

/// Alone: the digits are compressed here; together: what holds them is compressed by its owner; quickly: digits are chosen at a glance and
/// nothing is compressed.
enum class Packing : std::uint8_t { alone, together, quickly };

void put_integers(Bytes& out, std::span<const std::int64_t> values, Packing packing);
/// All of `bytes`, which fill `values`; false where they do not.
[[nodiscard]] bool get_integers(BytesView bytes, std::span<std::int64_t> values);

// The first byte: bits 0–1 how often differences were taken, bits 2–3 the form, bit 4 whether the digits are compressed.
enum class Form : std::uint8_t { constant, sparse, varints, digits };
inline constexpr std::uint8_t compressed_digits = 0x10;

/// How many digits of this base go into a byte.
[[nodiscard]] constexpr unsigned digits_a_byte(unsigned base) {
  unsigned count = 0;
  for (unsigned all = base; all <= 256; all *= base) ++count;
  return count;
}

inline constexpr unsigned most_low_bits = 57;

}  // namespace holdup::store::codec
