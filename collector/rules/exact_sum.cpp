#include "collector/rules/exact_sum.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace holdup::rules {
namespace {

constexpr int digit_bits = 32, lowest_exponent = -1074;

double signed_double(Wide magnitude, bool negative) { return negative ? -static_cast<double>(magnitude) : static_cast<double>(magnitude); }

template <class Integer>
double mean_of(Integer sum, double count) {
  const auto high = static_cast<double>(sum);
  const auto rounded = static_cast<Integer>(high);
  const double low = rounded <= sum ? static_cast<double>(sum - rounded) : -static_cast<double>(rounded - sum);
  const double quotient = high / count, rest = std::fma(-quotient, count, high);
  return quotient + (rest + low) / count;
}

/// As ldexp(), which is three calls.
double scaled(double value, int exponent) {
  constexpr int bias = 1023, fraction_bits = 52;
  if (exponent <= -bias || exponent > bias) return std::ldexp(value, exponent);
  return value * std::bit_cast<double>(static_cast<std::uint64_t>(exponent + bias) << fraction_bits);
}

}  // namespace

void ExactSum::put(double value, std::int64_t sign) {
  if (std::isnan(value)) return void(not_numbers_ += sign);
  if (std::isinf(value)) return void((value > 0 ? plus_infinities_ : minus_infinities_) += sign);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<unsigned>(bits >> 52 & 0x7FF);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const unsigned shift = exponent == 0 ? 0 : exponent - 1;  // over the lowest bit there is
  const Wide mantissa = static_cast<Wide>(exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52) << shift % digit_bits;
  if (bits >> 63 != 0) sign = -sign;
  auto* digit = &digits_[shift / digit_bits];
  for (int i = 0; i < 3; ++i) digit[i] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(mantissa >> i * digit_bits));
  if (++puts_ == std::uint32_t{1} << 30) carry();
}

void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < digits_.size(); ++i) {
    const auto over = digits_[i] >> digit_bits;  // rounds down, so that what stays is not negative
    digits_[i] -= over * (std::int64_t{1} << digit_bits);
    digits_[i + 1] += over;
  }
  puts_ = 0;
}

Unrounded ExactSum::unrounded() const {
  ExactSum carried = *this;
  carried.carry();
  Unrounded out{.magnitude = 0, .exponent = 0, .negative = carried.digits_.back() < 0};
  if (out.negative) {
    for (auto& digit : carried.digits_) digit = -digit;
    carried.carry();
  }
  auto top = static_cast<int>(digits_.size()) - 1;
  while (top > 0 && carried.digits_[static_cast<std::size_t>(top)] == 0) --top;
  const int last = std::max(0, top - 2);
  for (int i = top; i >= last; --i)
    out.magnitude = out.magnitude << digit_bits | static_cast<Wide>(carried.digits_[static_cast<std::size_t>(i)]);
  bool below = false;
  for (int i = 0; i < last; ++i) below = below || carried.digits_[static_cast<std::size_t>(i)] != 0;
  out.magnitude |= below ? 1 : 0;
  out.exponent = last * digit_bits + lowest_exponent;
  return out;
}

double ExactSum::not_finite() const {
  if (not_numbers_ > 0 || (plus_infinities_ > 0 && minus_infinities_ > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (plus_infinities_ > 0) return std::numeric_limits<double>::infinity();
  return minus_infinities_ > 0 ? -std::numeric_limits<double>::infinity() : 0;
}

double ExactSum::value() const {
  const double known = not_finite();
  return known != 0 ? known : unrounded().value();
}

double ExactSum::mean(double count) const {
  const double known = not_finite();
  return known != 0 ? known : unrounded().mean(count);
}

double Unrounded::value() const { return scaled(signed_double(magnitude, negative), exponent); }

double Unrounded::mean(double count) const {
  // Most sums have few bits but zeros at their end, and fit into a word.
  const auto low_word = static_cast<std::uint64_t>(magnitude);
  const int zeros = low_word == 0 ? 64 : std::countr_zero(low_word);
  const Wide narrow = magnitude >> zeros;
  const double mean = narrow >> 53 == 0   ? static_cast<double>(static_cast<std::int64_t>(narrow)) / count
                      : narrow >> 63 == 0 ? mean_of(static_cast<std::uint64_t>(narrow), count)
                                          : mean_of(narrow, count);
  return scaled(negative ? -mean : mean, exponent + zeros);
}

}  // namespace holdup::rules
