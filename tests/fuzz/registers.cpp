#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "drivers/modbus/registers.hpp"
#include "drivers/modbus/sweep.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: a register of any type, order, scale and sentinel, read as the driver reads it and by a second decoder, which goes byte by
// byte and has no line in common with the first.
namespace {

using namespace holdup;
using profile::RegisterType;

/// What the input asks for: its first bytes, then the registers' content.
struct Input {
  std::span<const std::uint8_t> bytes;
  std::uint8_t next() {
    if (bytes.empty()) return 0;
    const auto first = bytes.front();
    bytes = bytes.subspan(1);
    return first;
  }
  std::uint16_t word() {
    const auto high = next();
    return static_cast<std::uint16_t>(high << 8 | next());
  }
};

struct Case {
  profile::Register field;
  profile::Conversion conversion;
  std::vector<std::uint16_t> words;
  std::uint16_t scale = 0;
};

Case read_case(Input in) {
  constexpr std::array<double, 6> factors{1, 10, 100, 128, 3600, 65535};
  Case out;
  out.field = {.address = 100, .type = static_cast<RegisterType>(in.next() % 12)};
  const auto orders = in.next();
  out.field.words = static_cast<profile::WordOrder>(orders & 1);
  out.field.bytes = static_cast<profile::ByteOrder>(orders >> 1 & 1);
  if (out.field.type == RegisterType::string) out.field.count = static_cast<std::uint16_t>(1 + in.next() % 20);
  out.conversion.multiply = factors[in.next() % factors.size()];
  out.conversion.divide = factors[in.next() % factors.size()];
  out.conversion.offset = static_cast<std::int8_t>(in.next());
  const auto extras = in.next();
  if ((extras & 1) != 0) out.field.exponent = 99, out.scale = in.word();
  if ((extras & 2) != 0) out.conversion.sentinels = {65535, -32768, 4294967295.0, -2147483648.0, std::ldexp(1, 64), -std::ldexp(1, 63)};
  if ((extras & 4) != 0) out.conversion.bit = in.next() % 32u;
  for (std::uint16_t i = 0; i < width(out.field); ++i) out.words.push_back(in.word());
  return out;
}

/// The bytes of the value, the most significant first.
std::vector<std::uint8_t> in_order(const Case& one) {
  std::vector<std::uint8_t> out;
  for (const auto word : one.words) {
    const auto high = static_cast<std::uint8_t>(word / 256), low = static_cast<std::uint8_t>(word % 256);
    const bool swapped = one.field.bytes == profile::ByteOrder::little;
    const auto at = one.field.words == profile::WordOrder::big ? out.end() : out.begin();
    out.insert(at, {swapped ? low : high, swapped ? high : low});
  }
  return out;
}

double whole(std::span<const std::uint8_t> bytes, bool is_signed) {
  __extension__ __int128 number = is_signed && bytes[0] >= 128 ? -1 : 0;
  for (const auto byte : bytes) number = number * 256 + byte;
  return static_cast<double>(number);
}

/// IEEE 754, by its definition: `exponent_bits` behind the sign.
double floating(std::span<const std::uint8_t> bytes, unsigned exponent_bits) {
  std::vector<bool> bits;
  for (const auto byte : bytes)
    for (int b = 7; b >= 0; --b) bits.push_back((byte >> b & 1) != 0);
  int exponent = 0;
  for (unsigned b = 1; b <= exponent_bits; ++b) exponent = 2 * exponent + bits[b];
  const int bias = (1 << (exponent_bits - 1)) - 1;
  if (exponent == 2 * bias + 1) return std::numeric_limits<double>::quiet_NaN();  // or infinite: no reading either
  double fraction = exponent == 0 ? 0 : 1, weight = 1;
  for (std::size_t b = exponent_bits + 1; b < bits.size(); ++b) fraction += bits[b] ? weight /= 2 : (weight /= 2, 0);
  const double number = std::ldexp(fraction, std::max(exponent, 1) - bias);
  return bits[0] ? -number : number;
}

double decimal(std::span<const std::uint8_t> bytes) {
  std::int64_t number = 0;
  for (const auto byte : bytes) {
    if (byte / 16 > 9 || byte % 16 > 9) return std::numeric_limits<double>::quiet_NaN();
    number = number * 100 + byte / 16 * 10 + byte % 16;
  }
  return static_cast<double>(number);
}

double decoded(const Case& one) {
  const auto bytes = in_order(one);
  switch (one.field.type) {
    case RegisterType::s16:
    case RegisterType::s32:
    case RegisterType::s64:
      return whole(bytes, true);
    case RegisterType::f32:
      return floating(bytes, 8);
    case RegisterType::f64:
      return floating(bytes, 11);
    case RegisterType::bcd16:
    case RegisterType::bcd32:
    case RegisterType::bcd64:
      return decimal(bytes);
    default:
      return whole(bytes, false);
  }
}

double bit_of(double raw, unsigned bit) {
  const double shifted = std::floor(std::ldexp(raw, -static_cast<int>(bit)));
  return shifted - 2 * std::floor(shifted / 2);
}

void expect(const Case& one, const reading::Reading& told) {
  const int power = static_cast<std::int16_t>(one.scale);
  double raw = decoded(one);
  const auto& sentinels = one.conversion.sentinels;
  const bool absent = power < -10 || power > 10 || std::isnan(raw) || std::find(sentinels.begin(), sentinels.end(), raw) != sentinels.end();
  if (absent) return (void)HOLDUP_EXPECT(told.quality == ground::Quality::absent);
  if (one.conversion.bit) raw = bit_of(raw, *one.conversion.bit);
  const long double scaled = static_cast<long double>(raw) * std::pow(10.0L, power) * one.conversion.multiply / one.conversion.divide;
  if (std::fabs(raw) > 1e280) return;  // beyond a double on the way
  HOLDUP_EXPECT(told.quality == ground::Quality::good);
  const long double off = std::fabs(told.value - (scaled + one.conversion.offset));
  HOLDUP_EXPECT(off <= 1e-12L * (std::fabs(scaled) + std::fabs(one.conversion.offset)) + 1e-300L);
}

/// Of a text: nothing of it can steer a terminal, and its digits are its number.
void expect_text(const Case& one, const reading::Reading& told, const std::string& raw) {
  HOLDUP_EXPECT(ground::printable(raw) == raw && raw.size() <= 8u * one.words.size());
  const bool digits = !raw.empty() && raw.size() <= 15 && raw.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || one.field.exponent || one.conversion.bit || !one.conversion.sentinels.empty()) return;
  HOLDUP_EXPECT(told.quality == ground::Quality::good);
  const double value = std::stod(raw) * one.conversion.multiply / one.conversion.divide + one.conversion.offset;
  HOLDUP_EXPECT(std::fabs(told.value - value) <= 1e-9 * (1 + std::fabs(value)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Case one = read_case({{data, size}});
  modbus::Source source{.field = &one.field, .conversion = one.conversion, .span = modbus::span_of(one.field)};
  modbus::Sweep sweep;
  sweep.hear(source.span, {.answer = {.exception = 0, .values = one.words}, .sent = {}, .received = {}});
  if (one.field.exponent) {
    source.exponent = modbus::Span{source.span.function, *one.field.exponent, 1};
    sweep.hear(*source.exponent, {.answer = {.exception = 0, .values = {one.scale}}, .sent = {}, .received = {}});
  }
  std::string raw;
  const auto told = sweep.settle(source, 0, {}, &raw);
  one.field.type == RegisterType::string ? expect_text(one, told, raw) : expect(one, told);
  return 0;
}
