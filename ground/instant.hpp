#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Time as every room sees it. An Instant is monotonic and belongs to one boot of the machine; UTC is derived from it by an
// offset that the host records, so that a clock step never reorders what happened. Nothing here reads a clock: `ground/clock` does.
namespace holdup::ground {

using Duration = std::chrono::nanoseconds;

struct Monotonic {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};

/// Nanoseconds since this machine's boot, suspend included (CLOCK_BOOTTIME).
using Instant = Monotonic::time_point;
/// Nanoseconds since 1970-01-01T00:00:00Z.
using Utc = std::chrono::sys_time<Duration>;

/// UTC of an Instant, by the offset that held when it was taken.
[[nodiscard]] constexpr Utc utc(Instant at, Duration utc_offset) { return Utc{at.time_since_epoch() + utc_offset}; }

/// at + by, as far as time reaches: what people write may add up to more.
[[nodiscard]] constexpr Instant shifted(Instant at, Duration by) {
  const auto from = at.time_since_epoch();
  if (by < Duration::zero() && from < Duration::min() - by) return Instant::min();
  if (by > Duration::zero() && from > Duration::max() - by) return Instant::max();
  return at + by;
}

/// "2026-11-22T10:28:58.123Z", milliseconds truncated.
[[nodiscard]] std::string iso8601(Utc time);
/// Inverse of iso8601; fractions of up to nine digits. Nothing when malformed, or in a year that no Utc reaches.
[[nodiscard]] std::optional<Utc> parse_iso8601(std::string_view text);

[[nodiscard]] constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

/// "20ms", "1.5s", "5min", "2h", "30d", "5y", "250us", "10ns"; "m" also means minutes. Nothing when malformed, without a unit,
/// negative or over 292 years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
/// The shortest such text that parses back to d: "20ms", "90s", "1500us".
[[nodiscard]] std::string duration_text(Duration d);

}  // namespace holdup::ground
