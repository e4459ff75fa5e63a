#include "collector/rules/unrounded.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace holdup::rules {
namespace {

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

/// Most sums have few bits but zeros at their end, and fit into a word without those.
int zeros_at_end(Wide magnitude) {
  const auto low_word = static_cast<std::uint64_t>(magnitude);
  return low_word == 0 ? 64 : std::countr_zero(low_word);
}

}  // namespace

double Unrounded::value() const {
  const int zeros = zeros_at_end(magnitude);
  const Wide narrow = magnitude >> zeros;
  const double nearest = narrow >> 63 == 0 ? static_cast<double>(static_cast<std::int64_t>(narrow)) : static_cast<double>(narrow);
  return scaled(negative ? -nearest : nearest, exponent + zeros);
}

double Unrounded::mean(double count) const {
  const int zeros = zeros_at_end(magnitude);
  const Wide narrow = magnitude >> zeros;
  const double mean = narrow >> 53 == 0   ? static_cast<double>(static_cast<std::int64_t>(narrow)) / count
                      : narrow >> 63 == 0 ? mean_of(static_cast<std::uint64_t>(narrow), count)
                                          : mean_of(narrow, count);
  return scaled(negative ? -mean : mean, exponent + zeros);
}

}  // namespace holdup::rules
