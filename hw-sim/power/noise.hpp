#pragma once

#include <cstdint>
#include <initializer_list>

// Seeded numbers without a state: the same words give the same bits in any order of asking (splitmix64's finaliser, chained).
// Used for measurement noise, refresh phases and the fates of answers.
namespace hwsim::power {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

[[nodiscard]] constexpr std::uint64_t draw(std::uint64_t seed, std::initializer_list<std::uint64_t> words) {
  std::uint64_t out = mix(seed);
  for (const std::uint64_t word : words) out = mix(out ^ word);
  return out;
}

/// 0 <= x < 1, from the upper 53 bits.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

}  // namespace hwsim::power
