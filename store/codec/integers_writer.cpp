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

// Rooms that the rows of numbers of one column after the other share.
struct Scratch {
  Numbers once, others, numbers;
  struct {
    Bytes digits, packed, elsewhere;  // the digits one a byte
  } of_digits;
};
thread_local Scratch scratch;

View differences(View values) {
  Numbers& out = scratch.once;
  out.resize(values.empty() ? 0 : values.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = difference(values[i + 1], values[i]);
  return out;
}

View from_first(View values) {
  Numbers& out = scratch.others;
  out.resize(values.size() - 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = difference(values[i + 1], values.front());
  return out;
}

/// … of differences.
View second_differences(View values) {
  Numbers& out = scratch.others;
  out.resize(values.size() - 2);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = difference(difference(values[i + 2], values[i + 1]), difference(values[i + 1], values[i]));
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

std::size_t width(std::int64_t value) { return static_cast<std::size_t>(std::bit_width(zigzag(value))); }

/// How often differences are worth taking, by some of at least three.
unsigned order_at_a_glance(View values) {
  const std::size_t step = std::max<std::size_t>(1, values.size() / 24);
  std::size_t plain = 0, once = 0, twice = 0;
  for (std::size_t i = 2; i < values.size(); i += step) {
    const std::int64_t change = difference(values[i], values[i - 1]);
    plain += width(difference(values[i], values.front()));
    once += width(change);
    twice += width(difference(change, difference(values[i - 1], values[i - 2])));
  }
  return twice < once && twice < plain ? 2 : plain < once ? 0 : 1;
}

std::size_t others(View values) {
  return values.size() - static_cast<std::size_t>(std::count(values.begin(), values.end(), values[values.size() / 2]));
}

struct Steps {
  unsigned order = 1;
  View residuals;  // until the next ones are taken
};

Steps quick_steps(View values) {
  const unsigned order = order_at_a_glance(values);
  return {order, order == 0 ? from_first(values) : order == 1 ? differences(values) : second_differences(values)};
}

/// Of at least two numbers.
Steps steps(View values, Packing packing) {
  if (packing == Packing::quickly && values.size() > 3) return quick_steps(values);
  const View once = differences(values);
  if (once.size() <= 2 || others(once) == 0) return {1, once};
  const View twice = second_differences(values);
  const std::size_t plain_bits = spread(values.subspan(1)), once_bits = spread(once), twice_bits = spread(twice);
  if (twice_bits < once_bits && twice_bits < plain_bits) return {2, twice};
  return plain_bits < once_bits ? Steps{0, from_first(values)} : Steps{1, once};
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

template <unsigned together>
void pack(BytesView digits, unsigned base, Bytes& out) {
  out.resize((digits.size() + together - 1) / together);
  const std::size_t whole = digits.size() / together;
  for (std::size_t byte = 0; byte < out.size(); ++byte) {
    unsigned all = 0;
    std::size_t at = byte < whole ? byte * together + together : digits.size();
    while (at-- > byte * together) all = all * base + digits[at];
    out[byte] = static_cast<std::uint8_t>(all);
  }
}

void pack(BytesView digits, unsigned base, Bytes& out) {
  switch (digits_a_byte(base)) {
    case 1:
      return pack<1>(digits, base, out);
    case 2:
      return pack<2>(digits, base, out);
    case 3:
      return pack<3>(digits, base, out);
    case 4:
      return pack<4>(digits, base, out);
    case 5:
      return pack<5>(digits, base, out);
    default:
      return pack<8>(digits, base, out);
  }
}

/// `numbers` are (residual − from) / common. True where the digits are compressed.
bool put_digits(Bytes& out, View numbers, const Plan& plan, std::int64_t from, std::int64_t common, Packing packing) {
  auto& [digits, packed, elsewhere] = scratch.of_digits;
  digits.resize(numbers.size());
  elsewhere.clear();
  const std::uint64_t end = plan.base - (plan.all ? 0U : 1U);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::int64_t above = difference(numbers[i], plan.from);
    auto digit = static_cast<std::uint64_t>(above >> plan.low);
    if (digit >= end) {
      digit = plan.base - 1;
      put_signed(elsewhere, above);
    }
    digits[i] = static_cast<std::uint8_t>(digit);
  }
  put_signed(out, from);
  put_varint(out, static_cast<std::uint64_t>(common));
  put_signed(out, plan.from);
  out.push_back(static_cast<std::uint8_t>(plan.base - 1));
  out.push_back(static_cast<std::uint8_t>(plan.low));
  put_varint(out, elsewhere.size());
  put(out, elsewhere);
  if (plan.low > 0) {
    LowBits low{plan.low};
    for (const std::int64_t number : numbers) low.add(static_cast<std::uint64_t>(difference(number, plan.from)));
    put(out, low.finish());
  }
  pack(digits, plan.base, packed);
  if (packing == Packing::alone && packed.size() >= compressible && compress(packed, Effort::digits, out)) return true;
  put(out, packed);
  return false;
}

struct Candidate {
  Bytes bytes;
  bool compressed = false;
};

const Candidate& best(View residuals, Packing packing) {
  const std::int64_t from = residuals.front();
  const std::int64_t common = divisor(residuals, from);
  Numbers& numbers = scratch.numbers;
  numbers.resize(residuals.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = difference(residuals[i], from);
  if (common != 1)
    for (std::int64_t& number : numbers) number /= common;
  thread_local Candidate least, one;
  least.bytes.clear();
  for (const Plan& plan : plans(numbers, 3)) {
    one.bytes.clear();
    one.compressed = put_digits(one.bytes, numbers, plan, from, common, packing);
    if (least.bytes.empty() || one.bytes.size() < least.bytes.size()) std::swap(least, one);
  }
  return least;
}

/// By the least and the greatest, as good as alone; nothing where digits are not worth it.
std::optional<Plan> plan_at_a_glance(View residuals, std::int64_t least, std::int64_t most) {
  const auto span = static_cast<std::uint64_t>(difference(most, least));
  if (residuals.size() <= 2 * few) return std::nullopt;
  for (const unsigned base : {2U, 3U, 4U, 6U, 16U})
    if (span < base) return Plan{least, base, 0, true};
  const std::int64_t from = difference(median(residuals), 7);
  const auto odd =
      std::ranges::count_if(residuals, [&](std::int64_t one) { return static_cast<std::uint64_t>(difference(one, from)) > 14; });
  if (static_cast<std::size_t>(odd) <= residuals.size() / 16) return Plan{from, 16, 0, false};
  return span < 256 ? std::optional{Plan{least, 256, 0, true}} : std::nullopt;
}

void put_varints(Bytes& out, View residuals) {
  const std::size_t end = out.size();
  out.resize(end + residuals.size() * most_varint_bytes);
  std::uint8_t* to = out.data() + end;
  for (const std::int64_t residual : residuals) to = put_varint(to, zigzag(residual));
  out.resize(static_cast<std::size_t>(to - out.data()));
}

Form put_quickly(Bytes& out, View residuals) {
  const auto [least, most] = std::ranges::minmax(residuals);
  if (least == most) return put_signed(out, least), Form::constant;
  const auto plan = plan_at_a_glance(residuals, least, most);
  if (!plan) return put_varints(out, residuals), Form::varints;
  return put_digits(out, residuals, *plan, 0, 1, Packing::quickly), Form::digits;
}

/// All but what precedes the residuals.
Form put_residuals(Bytes& out, View residuals, Packing packing, bool& compressed) {
  if (packing == Packing::quickly) return put_quickly(out, residuals);
  const std::size_t different = others(residuals);
  if (different == 0) return put_signed(out, residuals.front()), Form::constant;
  if (different <= residuals.size() / seldom) return put_sparse(out, residuals), Form::sparse;
  Bytes plain;
  if (residuals.size() <= 128) put_varints(plain, residuals);
  if (residuals.size() > few) {
    const Candidate& digits = best(residuals, packing);
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
  const auto [order, residuals] = steps(values, packing);
  if (order == 2) put_signed(out, difference(values[1], values[0]));
  bool compressed = false;
  const Form form = put_residuals(out, residuals, packing, compressed);
  out[head] = static_cast<std::uint8_t>(order | static_cast<unsigned>(form) << 2U | (compressed ? compressed_digits : 0));
}

}  // namespace holdup::store::codec
