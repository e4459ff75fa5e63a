#include "collector/rules/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace holdup::rules {
namespace {

constexpr int digit_bits = 32, lowest_exponent = -1074;
constexpr std::size_t of_everyday = (FixedSum::lowest_exponent - lowest_exponent) / digit_bits;  // the digit that a FixedSum begins with

}  // namespace

/// All bits that a double may have.
struct ExactSum::Digits {
  std::array<std::int64_t, 68> digits{};  // each times 2^(32 i - 1074); between two carries of any sign and beyond 32 bits
  std::uint32_t puts = 0;                 // since the last carry
  std::int64_t not_numbers = 0, plus_infinities = 0, minus_infinities = 0;  // counted aside, or they could not be taken out

  void put(double value, std::int64_t sign);
  void put(const FixedSum& sum);
  void carry();
  [[nodiscard]] bool is_nothing();
  [[nodiscard]] Unrounded unrounded();
  /// 0 where it is finite.
  [[nodiscard]] double not_finite() const;
};

void ExactSum::Digits::put(double value, std::int64_t sign) {
  if (std::isnan(value)) return void(not_numbers += sign);
  if (std::isinf(value)) return void((value > 0 ? plus_infinities : minus_infinities) += sign);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<unsigned>(bits >> 52 & 0x7FF);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const unsigned shift = exponent == 0 ? 0 : exponent - 1;  // over the lowest bit there is
  const Wide mantissa = static_cast<Wide>(exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52) << shift % digit_bits;
  if (bits >> 63 != 0) sign = -sign;
  auto* digit = &digits[shift / digit_bits];
  for (int i = 0; i < 3; ++i) digit[i] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(mantissa >> i * digit_bits));
  if (++puts == std::uint32_t{1} << 30) carry();
}

void ExactSum::Digits::put(const FixedSum& sum) {
  auto units = sum.units();
  const int sign = units < 0 ? -1 : 1;
  auto magnitude = units < 0 ? -static_cast<Wide>(units) : static_cast<Wide>(units);
  for (auto i = of_everyday; magnitude != 0; ++i, magnitude >>= digit_bits)
    digits[i] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(magnitude));
}

void ExactSum::Digits::carry() {
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    const auto over = digits[i] >> digit_bits;  // rounds down, so that what stays is not negative
    digits[i] -= over * (std::int64_t{1} << digit_bits);
    digits[i + 1] += over;
  }
  puts = 0;
}

bool ExactSum::Digits::is_nothing() {
  carry();
  return not_numbers == 0 && plus_infinities == 0 && minus_infinities == 0 &&
         std::ranges::all_of(digits, [](std::int64_t digit) { return digit == 0; });
}

Unrounded ExactSum::Digits::unrounded() {
  carry();
  Unrounded out{.magnitude = 0, .exponent = 0, .negative = digits.back() < 0};
  if (out.negative) {
    for (auto& digit : digits) digit = -digit;
    carry();
  }
  auto top = static_cast<int>(digits.size()) - 1;
  while (top > 0 && digits[static_cast<std::size_t>(top)] == 0) --top;
  const int last = std::max(0, top - 2);
  for (int i = top; i >= last; --i) out.magnitude = out.magnitude << digit_bits | static_cast<Wide>(digits[static_cast<std::size_t>(i)]);
  const bool below = std::any_of(digits.begin(), digits.begin() + last, [](std::int64_t digit) { return digit != 0; });
  out.magnitude |= below ? 1 : 0;
  out.exponent = last * digit_bits + lowest_exponent;
  return out;
}

double ExactSum::Digits::not_finite() const {
  if (not_numbers > 0 || (plus_infinities > 0 && minus_infinities > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (plus_infinities > 0) return std::numeric_limits<double>::infinity();
  return minus_infinities > 0 ? -std::numeric_limits<double>::infinity() : 0;
}

ExactSum::ExactSum() = default;
ExactSum::ExactSum(ExactSum&&) noexcept = default;
ExactSum& ExactSum::operator=(ExactSum&&) noexcept = default;
ExactSum::~ExactSum() = default;

/// What came as one that fitted may go as one that does not, and the other way round: only all of it is the sum.
void ExactSum::put(double value, int sign) {
  if (!rest_) rest_ = std::make_unique<Digits>();
  rest_->put(value, sign);
  if (sign < 0 && rest_->is_nothing()) rest_.reset();
}

ExactSum::Digits ExactSum::all() const {
  Digits out = *rest_;
  out.put(everyday_);
  return out;
}

double ExactSum::value() const {
  if (!rest_) return everyday_.unrounded().value();
  const double known = rest_->not_finite();
  return known != 0 ? known : all().unrounded().value();
}

double ExactSum::mean(double count) const {
  if (!rest_) return everyday_.unrounded().mean(count);
  const double known = rest_->not_finite();
  return known != 0 ? known : all().unrounded().mean(count);
}

}  // namespace holdup::rules
