#include "store/codec/integers.hpp"

#include <algorithm>
#include <numeric>

#include "store/codec/frame.hpp"

namespace holdup::store::codec {
namespace {

// the first byte: bits 0–1 how often the differences were taken, bits 2–3 the form
enum Form : std::uint8_t { constant, varints, compressed };
constexpr std::size_t worth_compressing = 24;

std::vector<std::int64_t> differences(std::span<const std::int64_t> values) {
  std::vector<std::int64_t> out(values.empty() ? 0 : values.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = difference(values[i + 1], values[i]);
  return out;
}

std::size_t size_of(std::span<const std::int64_t> values) {
  std::size_t size = 0;
  for (const std::int64_t value : values) size += (std::bit_width(zigzag(value) | 1U) + 6U) / 7U;
  return size;
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::uint64_t divisor(std::span<const std::int64_t> values) {
  std::uint64_t common = 0;
  for (const std::int64_t value : values)
    if ((common = std::gcd(common, magnitude(value))) == 1) break;
  return common <= INT64_MAX ? common : 1;
}

bool all_same(std::span<const std::int64_t> values) {
  return std::all_of(values.begin(), values.end(), [&](std::int64_t value) { return value == values.front(); });
}

}  // namespace

void put_integers(Bytes& out, std::span<const std::int64_t> values, int level) {
  std::vector<std::int64_t> first = differences(values), second = differences(first);
  const bool twice = first.size() > 1 && !all_same(first) && size_of(second) < size_of(first);
  const std::vector<std::int64_t>& residuals = twice ? second : first;
  const std::size_t head = out.size();
  out.push_back(static_cast<std::uint8_t>((twice ? 2U : 1U) | constant << 2U));
  if (values.empty()) return;
  put_signed(out, values.front());
  if (twice) put_signed(out, first.front());
  if (residuals.empty()) return;
  if (all_same(residuals)) return put_signed(out, residuals.front());
  const std::uint64_t common = divisor(residuals);
  put_varint(out, common);
  Bytes plain;
  for (const std::int64_t residual : residuals) put_signed(plain, residual / static_cast<std::int64_t>(common));
  const bool shorter = plain.size() >= worth_compressing && compress(plain, level, out);
  if (!shorter) put(out, plain);
  out[head] = static_cast<std::uint8_t>((twice ? 2U : 1U) | (shorter ? compressed : varints) << 2U);
}

bool get_integers(BytesView bytes, std::span<std::int64_t> values) {
  Cursor cursor{bytes};
  const std::uint8_t head = cursor.byte();
  const unsigned order = head & 3U, form = head >> 2U;
  if (order == 0 || order == 3 || form > compressed) return false;
  if (values.empty()) return cursor.done();
  std::int64_t value = values[0] = cursor.number();
  std::int64_t slope = order == 2 ? cursor.number() : 0;
  std::size_t at = 1;
  if (order == 2 && values.size() > 1) value = values[at++] = sum(value, slope);
  const auto next = [&](std::int64_t residual) {
    slope = order == 2 ? sum(slope, residual) : residual;
    value = values[at++] = sum(value, slope);
  };
  if (at >= values.size()) return cursor.done();
  if (form == constant) {
    for (const std::int64_t residual = cursor.number(); at < values.size();) next(residual);
    return cursor.done();
  }
  const auto common = static_cast<std::int64_t>(cursor.varint());
  std::optional<Bytes> plain;
  if (form == compressed) {
    plain = decompress(cursor.rest(), 10 * values.size());
    if (!plain) return false;
    cursor = Cursor{*plain};
  }
  while (at < values.size()) next(product(cursor.number(), common));
  return cursor.done();
}

}  // namespace holdup::store::codec
