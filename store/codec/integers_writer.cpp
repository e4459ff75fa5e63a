#include <algorithm>
#include <numeric>

#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/plan.hpp"

namespace holdup::store::codec {
namespace {

using Numbers = std::vector<std::int64_t>;
using View = std::span<const std::int64_t>;

constexpr std::size_t few = 12;           // so many are not worth a plan
constexpr std::size_t seldom = 40;        // one of so many may differ from the others to be written for itself
constexpr std::size_t compressible = 64;  // zstd makes no table for less

Numbers differences(View values) {
  Numbers out(values.empty() ? 0 : values.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = difference(values[i + 1], values[i]);
  return out;
}

/// Bits that they take, roughly.
std::size_t spread(View values) {
  const std::size_t step = std::max<std::size_t>(1, values.size() / 512);
  const std::int64_t usual = median(values);
  std::size_t bits = 0;
  for (std::size_t i = 0; i < values.size(); i += step)
    bits += static_cast<std::size_t>(std::bit_width(zigzag(difference(values[i], usual))));
  return bits;
}

/// … quickly: of those that are near 0.
std::size_t width(View values) {
  std::size_t bits = 0;
  for (const std::int64_t value : values) bits += static_cast<std::size_t>(std::bit_width(zigzag(value)));
  return bits;
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::int64_t divisor(View values, std::int64_t from) {
  std::uint64_t common = 0;
  for (const std::int64_t value : values)
    if (value != from && (common = std::gcd(common, magnitude(difference(value, from)))) == 1) break;
  return common > 0 && common <= INT64_MAX ? static_cast<std::int64_t>(common) : 1;
}

std::size_t others(View values) {
  return values.size() - static_cast<std::size_t>(std::count(values.begin(), values.end(), values[values.size() / 2]));
}

void put_sparse(Bytes& out, View values) {
  const std::int64_t usual = values[values.size() / 2];
  put_signed(out, usual);
  put_varint(out, others(values));
  std::size_t next = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == usual) continue;
    put_varint(out, i - next);
    put_signed(out, difference(values[i], usual));
    next = i + 1;
  }
}

class LowBits {
 public:
  explicit LowBits(unsigned width) : width_(width) {}
  void add(std::uint64_t bits) {
    if (width_ == 0) return;
    waiting_ |= (bits & ((std::uint64_t{1} << width_) - 1)) << count_;
    for (count_ += width_; count_ >= 8; count_ -= 8, waiting_ >>= 8U) bytes_.push_back(static_cast<std::uint8_t>(waiting_));
  }
  const Bytes& finish() {
    if (count_ > 0) bytes_.push_back(static_cast<std::uint8_t>(waiting_));
    return bytes_;
  }

 private:
  unsigned width_, count_ = 0;
  std::uint64_t waiting_ = 0;
  Bytes bytes_;
};

struct Digits {
  Bytes bytes, elsewhere;
  LowBits low;
};

Digits digits_of(View numbers, const Plan& plan) {
  Digits out{{}, {}, LowBits{plan.low}};
  const unsigned together = digits_a_byte(plan.base);
  out.bytes.reserve(numbers.size() / together + 1);
  unsigned byte = 0, weight = 1, count = 0;
  for (const std::int64_t number : numbers) {
    const std::int64_t above = difference(number, plan.from);
    auto digit = static_cast<std::uint64_t>(above >> plan.low);
    if (digit >= plan.base - (plan.all ? 0U : 1U)) {
      digit = plan.base - 1;
      put_signed(out.elsewhere, above);
    }
    out.low.add(static_cast<std::uint64_t>(above));
    byte += static_cast<unsigned>(digit) * weight;
    weight *= plan.base;
    if (++count < together) continue;
    out.bytes.push_back(static_cast<std::uint8_t>(byte));
    byte = 0, weight = 1, count = 0;
  }
  if (count > 0) out.bytes.push_back(static_cast<std::uint8_t>(byte));
  return out;
}

struct Candidate {
  Bytes bytes;
  bool compressed = false;
};

/// `numbers` are (residual − from) / common.
Candidate written(View numbers, const Plan& plan, std::int64_t from, std::int64_t common, Packing packing) {
  Digits digits = digits_of(numbers, plan);
  const Bytes& low = digits.low.finish();
  Candidate out;
  put_signed(out.bytes, from);
  put_varint(out.bytes, static_cast<std::uint64_t>(common));
  put_signed(out.bytes, plan.from);
  out.bytes.push_back(static_cast<std::uint8_t>(plan.base - 1));
  out.bytes.push_back(static_cast<std::uint8_t>(plan.low));
  put_varint(out.bytes, digits.elsewhere.size());
  put(out.bytes, digits.elsewhere);
  put(out.bytes, low);
  out.compressed = packing == Packing::alone && digits.bytes.size() >= compressible && compress(digits.bytes, Effort::digits, out.bytes);
  if (!out.compressed) put(out.bytes, digits.bytes);
  return out;
}

Candidate best(View residuals, Packing packing) {
  const std::int64_t from = residuals.front();
  const std::int64_t common = divisor(residuals, from);
  Numbers numbers(residuals.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = difference(residuals[i], from);
  if (common != 1)
    for (std::int64_t& number : numbers) number /= common;
  std::vector<Plan> promising = plans(numbers, 3);
  Candidate least;
  for (const Plan& plan : promising)
    if (Candidate one = written(numbers, plan, from, common, packing); least.bytes.empty() || one.bytes.size() < least.bytes.size())
      least = std::move(one);
  return least;
}

/// All but what precedes the residuals.
Form put_residuals(Bytes& out, View residuals, Packing packing, bool& compressed) {
  const std::size_t different = others(residuals);
  if (different == 0) return put_signed(out, residuals.front()), Form::constant;
  if (different <= residuals.size() / seldom) return put_sparse(out, residuals), Form::sparse;
  Bytes plain;
  if (packing == Packing::quickly || residuals.size() <= 128) {
    plain.reserve(2 * residuals.size());
    for (const std::int64_t residual : residuals) put_signed(plain, residual);
  }
  if (packing != Packing::quickly && residuals.size() > few) {
    const Candidate digits = best(residuals, packing);
    if (plain.empty() || digits.bytes.size() < plain.size()) {
      compressed = digits.compressed;
      return put(out, digits.bytes), Form::digits;
    }
  }
  return put(out, plain), Form::varints;
}

}  // namespace

void put_integers(Bytes& out, View values, Packing packing) {
  const std::size_t head = out.size();
  out.push_back(0);
  if (values.empty()) return;
  put_signed(out, values.front());
  if (values.size() == 1) return;
  Numbers residuals = differences(values);
  unsigned order = 1;
  if (residuals.size() > 2 && others(residuals) > 0) {
    Numbers second = differences(residuals);
    const auto bits = packing == Packing::quickly ? width : spread;
    const std::size_t plain = bits(values.subspan(1)), once = bits(residuals), twice = bits(second);
    if (twice < once && twice < plain) {
      order = 2;
      put_signed(out, residuals.front());
      residuals = std::move(second);
    } else if (plain < once) {
      order = 0;
      for (std::size_t i = 0; i < residuals.size(); ++i) residuals[i] = difference(values[i + 1], values.front());
    }
  }
  bool compressed = false;
  const Form form = put_residuals(out, residuals, packing, compressed);
  out[head] = static_cast<std::uint8_t>(order | static_cast<unsigned>(form) << 2U | (compressed ? compressed_digits : 0));
}

}  // namespace holdup::store::codec
