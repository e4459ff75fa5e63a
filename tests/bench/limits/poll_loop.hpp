#pragma once

#include <time.h>

#include <cstdint>

// The bare limit that `bench-detect` holds holdup up to: it asks one question each period and tells when the answer says lost. What any
// poller of this period must spend, and nothing else.
namespace holdup::bench {

/// Asks at `phase` after the begin of every period, in nanoseconds of the monotonic clock, until `is_lost`, one question and its answer,
/// says so.
template <class IsLost>
void poll_until_lost(std::int64_t period, std::int64_t phase, IsLost is_lost) {
  constexpr std::int64_t second = 1'000'000'000;
  do {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t since = now.tv_sec * second + now.tv_nsec - phase;
    const std::int64_t slot = phase + (since / period + 1) * period;  // one that a late answer took is left out
    const timespec until{.tv_sec = slot / second, .tv_nsec = slot % second};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) continue;
  } while (!is_lost());
}

}  // namespace holdup::bench
