#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <span>

#include "ground/instant.hpp"
#include "store/retention.hpp"

// What numbers a writer of ours can have put into a file. In a damaged one any may stand: those that are calculated with are brought within
// these bounds where they are read, so that no sum or difference of theirs leaves 64 bits. Pure.
namespace holdup::store {

/// Beyond what any count of rows reaches: a number of a damaged row, after which none could follow.
inline constexpr std::int64_t implausible_seq = std::int64_t{1} << 53U;
inline constexpr std::int64_t most_utc_ms = 9'223'372'036'854;  // what nanoseconds in 64 bits reach

[[nodiscard]] constexpr bool is_seq(std::int64_t number) { return number > 0 && number < implausible_seq; }
[[nodiscard]] constexpr bool is_ms(std::int64_t number) { return number >= -most_utc_ms && number <= most_utc_ms; }

/// What a clock that is right can say.
[[nodiscard]] constexpr bool is_dated(std::int64_t utc_ms) { return utc_ms >= plausible_from_ms && utc_ms <= most_utc_ms; }

/// The nearest that can be one: of rows, and counts of samples …
[[nodiscard]] constexpr std::int64_t bounded_seq(std::int64_t number) { return std::clamp<std::int64_t>(number, 0, implausible_seq); }
/// … and milliseconds of UTC.
[[nodiscard]] constexpr std::int64_t bounded_ms(std::int64_t number) { return std::clamp(number, -most_utc_ms, most_utc_ms); }

[[nodiscard]] constexpr ground::Utc utc_of_ms(std::int64_t ms) { return ground::Utc{std::chrono::milliseconds{bounded_ms(ms)}}; }
[[nodiscard]] constexpr bool are_ms(std::span<const std::int64_t> numbers) {
  const auto outside = [](bool any, std::int64_t number) { return any | !is_ms(number); };
  return !std::accumulate(numbers.begin(), numbers.end(), false, outside);
}
}  // namespace holdup::store
