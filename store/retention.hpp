#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ground/instant.hpp"

// How long samples are kept, and what time it is for that purpose. Pure.
namespace holdup::store {

/// How long samples are kept, by what they are; events, audit records, captures stay. Deleted in slices, the oldest first.
struct Retention {
  ground::Duration raw = std::chrono::days{30};
  ground::Duration minute = std::chrono::days{400};
  ground::Duration hour = std::chrono::days{1826};
  std::uint64_t max_bytes =
      20ULL << 30U;        // of the pages in use: where they are more, raw samples go before their time, then minutes, then hours
  std::int64_t pace = 24;  // a clock that jumped ahead is believed to go on so many times as fast as time passes
};

inline constexpr std::int64_t plausible_from_ms = 1'735'689'600'000;  // 2025-01-01: no holdup is older

/// What age is measured from: never later than the clock, never later than what was measured last, and no sooner there than a machine
/// that was off for some days catches up. A clock in 1970 deletes nothing; one that jumped to 2099 deletes by and by, and has been mended
/// then.
class Present {
 public:
  /// `believed`: where it stood when it was last written down.
  Present(std::optional<std::int64_t> believed_ms, std::int64_t pace) : believed_{believed_ms}, pace_{pace} {}

  /// Nothing while the clock is implausible. `newest_ms`: UTC of the newest sample.
  [[nodiscard]] std::optional<std::int64_t> at(ground::Instant now, std::int64_t clock_ms, std::int64_t newest_ms);
  [[nodiscard]] std::optional<std::int64_t> believed() const { return believed_; }

 private:
  std::optional<std::int64_t> believed_;
  std::optional<ground::Instant> when_;  // it stood there
  std::int64_t pace_;
};

}  // namespace holdup::store
