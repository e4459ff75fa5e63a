#include <algorithm>
#include <array>
#include <cstring>

#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"

namespace holdup::store::codec {
namespace {

using Numbers = std::span<std::int64_t>;

/// What each byte says, for each base of which it holds more digits than one.
constexpr auto digits_of = [] {
  std::array<std::array<std::array<std::uint8_t, 8>, 256>, 17> all{};
  for (unsigned base = 2; base <= 16; ++base)
    for (unsigned byte = 0; byte < 256; ++byte)
      for (unsigned rest = byte, at = 0; at < digits_a_byte(base); ++at, rest /= base)
        all[base][byte][at] = static_cast<std::uint8_t>(rest % base);
  return all;
}();

/// The digits, one a byte.
Bytes unpacked(BytesView bytes, unsigned base, std::size_t count) {
  const unsigned together = digits_a_byte(base);
  Bytes out(bytes.size() * together + 8);
  if (together == 1) {
    std::copy(bytes.begin(), bytes.end(), out.begin());
  } else {
    for (std::size_t i = 0; i < bytes.size(); ++i) std::memcpy(out.data() + i * together, digits_of[base][bytes[i]].data(), 8);
  }
  out.resize(count);
  return out;
}

/// Bits `width` × at … of the bytes.
std::uint64_t bits_at(BytesView bytes, std::size_t at, unsigned width) {
  std::uint64_t word = 0;
  const std::size_t first = at * width / 8;
  for (std::size_t i = std::min<std::size_t>(first + 8, bytes.size()); i-- > first;) word = word << 8U | bytes[i];
  return (word >> (at * width % 8)) & ((std::uint64_t{1} << width) - 1);
}

bool get_digits(Cursor cursor, bool compressed, Numbers out) {
  const std::int64_t zero = cursor.number();
  const auto common = static_cast<std::int64_t>(cursor.varint());
  const std::int64_t from = cursor.number();
  const unsigned base = cursor.byte() + 1U, low = cursor.byte();
  if (base < 2 || low > most_low_bits) return false;
  Cursor elsewhere{cursor.take(cursor.varint())};
  const BytesView low_bytes = cursor.take((out.size() * low + 7) / 8);
  const std::size_t size = (out.size() + digits_a_byte(base) - 1) / digits_a_byte(base);
  std::optional<Bytes> plain;
  if (compressed) plain = decompress(cursor.rest(), size);
  if (!cursor.ok() || (compressed && !plain)) return false;
  const BytesView bytes = compressed ? BytesView{*plain} : cursor.rest();
  if (bytes.size() != size) return false;
  const Bytes digits = unpacked(bytes, base, out.size());
  std::array<std::int64_t, 256> meaning{};
  for (unsigned digit = 0; digit < base; ++digit)
    meaning[digit] = sum(zero, product(common, sum(from, static_cast<std::int64_t>(std::uint64_t{digit} << low))));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = meaning[digits[i]];
  if (low > 0)
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = sum(out[i], product(common, static_cast<std::int64_t>(bits_at(low_bytes, i, low))));
  if (elsewhere.done()) return true;
  const auto last = static_cast<std::uint8_t>(base - 1);
  for (const std::uint8_t *at = digits.data(), *end = at + digits.size(); (at = std::find(at, end, last)) != end; ++at)
    out[static_cast<std::size_t>(at - digits.data())] = sum(zero, product(common, sum(from, elsewhere.number())));
  return elsewhere.done();
}

bool get_sparse(Cursor cursor, Numbers out) {
  const std::int64_t usual = cursor.number();
  std::fill(out.begin(), out.end(), usual);
  std::size_t next = 0;
  for (std::size_t left = cursor.count(out.size()); left > 0; --left) {
    next += cursor.count(out.size() - next);
    if (!cursor.ok() || next == out.size()) return false;
    out[next++] = sum(usual, cursor.number());
  }
  return cursor.done();
}

bool get_residuals(Cursor cursor, Form form, bool compressed, Numbers out) {
  switch (form) {
    case Form::constant:
      std::fill(out.begin(), out.end(), cursor.number());
      return cursor.done();
    case Form::sparse:
      return get_sparse(cursor, out);
    case Form::varints:
      if (out.size() > cursor.rest().size()) return false;
      for (std::int64_t& one : out) one = cursor.number();
      return cursor.done();
    case Form::digits:
      break;
  }
  return get_digits(cursor, compressed, out);
}

}  // namespace

bool get_integers(BytesView bytes, Numbers values) {
  Cursor cursor{bytes};
  const std::uint8_t head = cursor.byte();
  const unsigned order = head & 3U;
  if (order == 3 || head >= 0x20) return false;
  if (values.empty()) return cursor.done();
  values[0] = cursor.number();
  if (values.size() == 1) return cursor.done();
  std::int64_t slope = order == 2 ? cursor.number() : 0;
  const Numbers residuals = values.subspan(order == 2 ? std::min<std::size_t>(2, values.size()) : 1);
  if (residuals.empty()) return values[1] = sum(values[0], slope), cursor.done();
  if (!get_residuals(cursor, static_cast<Form>(head >> 2U & 3U), (head & compressed_digits) != 0, residuals)) return false;
  if (order == 2) {
    std::int64_t value = values[1] = sum(values[0], slope);
    for (std::int64_t& one : residuals) slope = sum(slope, one), value = one = sum(value, slope);
    return true;
  }
  std::int64_t value = values[0];
  if (order == 0) {
    for (std::int64_t& one : residuals) one = sum(value, one);
  } else {
    for (std::int64_t& one : residuals) value = one = sum(value, one);
  }
  return true;
}

}  // namespace holdup::store::codec
