#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "store/codec/rows.hpp"

// Rows and columns as racks give them, and as they never do, for the tests of the codecs.
namespace holdup::store::codec {

using Random = std::mt19937_64;

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double one, double other) { return std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other); });
}

struct Kind {
  const char* name;
  double (*next)(Random&, double last);
};

inline std::int64_t within(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>{low, high}(random);
}

inline const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"tenths", [](Random& r, double last) { return static_cast<double>(std::llround(last * 10) + within(r, -9, 9)) / 10; }},
      {"tenths by multiplication",
       [](Random& r, double last) { return static_cast<double>(std::llround(last * 10) + within(r, -9, 9)) * 0.1; }},
      {"32-bit floats",
       [](Random& r, double) { return static_cast<double>(static_cast<float>(static_cast<double>(within(r, 2000, 2400)) / 10)); }},
      {"32-bit floats without decimals",
       [](Random& r, double) {
         return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(within(r, 0x43000000, 0x43FFFFFF))));
       }},
      {"a wrapping counter",
       [](Random& r, double last) {
         return static_cast<double>((static_cast<std::uint32_t>(last) + static_cast<std::uint32_t>(within(r, 0, 1'000'000'000))));
       }},
      {"kWh as joules",
       [](Random& r, double last) { return static_cast<double>(std::llround(last / 3.6e6 * 100) + within(r, 0, 2)) / 100 * 3.6e6; }},
      {"Fahrenheit as Celsius", [](Random& r, double) { return (static_cast<double>(within(r, 700, 720)) / 10 - 32) * 5 / 9; }},
      {"two scales",
       [](Random& r, double last) {
         return within(r, 0, 50) == 0 ? static_cast<double>(within(r, 0, 99999)) / 1000 : static_cast<double>(std::llround(last)) + 0.5;
       }},
      {"states", [](Random& r, double last) { return within(r, 0, 500) == 0 ? 1 - (last == 1) : last; }},
      {"nothing", [](Random&, double) { return std::numeric_limits<double>::quiet_NaN(); }},
      {"seldom something", [](Random& r, double) { return within(r, 0, 20) == 0 ? std::numeric_limits<double>::quiet_NaN() : -0.0; }},
      {"any double", [](Random& r, double) { return std::bit_cast<double>(static_cast<std::uint64_t>(r())); }},
      {"huge", [](Random& r, double) { return static_cast<double>(static_cast<std::int64_t>(r())) * 1e280; }},
      {"whole of 64 bits", [](Random& r, double) { return static_cast<double>(static_cast<std::int64_t>(r())); }},
  };
  return all;
}

inline std::vector<double> column(const Kind& kind, Random& random, std::size_t rows) {
  std::vector<double> out;
  double last = 230;
  for (std::size_t row = 0; row < rows; ++row) out.push_back(last = kind.next(random, last));
  return out;
}

inline std::vector<ground::Quality> qualities(Random& random, std::size_t rows, int seldom) {
  std::vector<ground::Quality> out(rows);
  for (auto& one : out)
    if (within(random, 0, seldom) == 0) one = static_cast<ground::Quality>(within(random, 0, 4));
  return out;
}

/// Once a second, more or less, or anything.
inline Times times(Random& random, std::size_t rows, std::int64_t jitter) {
  Times out;
  std::int64_t seq = within(random, 1, 1000);
  const std::int64_t start = within(random, 1'700'000'000'000, 1'800'000'000'000);
  for (std::size_t row = 0; row < rows; ++row) {
    out.utc_ms.push_back(start + static_cast<std::int64_t>(row) * 1000 + (jitter > 0 ? within(random, -jitter, jitter) : 0));
    out.seq.push_back(seq += jitter > 0 ? within(random, 0, 2) : 1);
    out.age_ms.push_back(jitter > 100 ? within(random, 0, jitter) : 0);
    if (row == 0 || (jitter > 100 && within(random, 0, 99) == 0))
      out.stretches.push_back({row, within(random, 1, 3), within(random, -jitter, start)});
  }
  return out;
}

}  // namespace holdup::store::codec
