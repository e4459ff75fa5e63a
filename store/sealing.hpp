#pragma once

#include <cstdint>
#include <vector>

#include "store/bounds.hpp"
#include "store/codec/rows.hpp"
#include "store/tail.hpp"

// From rows as they came to blocks as chunks have them: by window of time, and within it the series that have the same rows together.
// Pure.
namespace holdup::store {

inline constexpr std::int64_t window_ms = 7'200'000;
inline constexpr std::int64_t offset_kept_within_ms = 100;  // clocks are slewed all the time; so much is no news

/// The window that holds this moment, by number since 1970; what is beyond all clocks is in the first or the last one.
[[nodiscard]] constexpr std::int64_t window_of(std::int64_t utc_ms) {
  const auto ms = bounded_ms(utc_ms);
  return ms >= 0 ? ms / window_ms : -((-ms + window_ms - 1) / window_ms);
}

/// What a row of `chunk` says beside its body.
struct Extent {
  std::int64_t from_ms = 0, to_ms = 0;
  std::int64_t from_seq = 0, to_seq = 0;
  std::int64_t samples = 0;
};

/// Series that have the same rows.
struct Block {
  codec::Times times;
  std::vector<codec::DecimalColumn> columns;
};

[[nodiscard]] Extent extent_of(const std::vector<Block>& blocks);
/// By what so many columns hold at these times; `extent` without samples is of nothing yet.
void extend(Extent& extent, const codec::Times& times, std::size_t columns);

/// The blocks of each chunk to be made, the windows in their order.
[[nodiscard]] std::vector<std::vector<Block>> chunks_of(Tail::Lanes lanes);

/// Appends to `times` the rows of `more`, which were recorded later.
void append(codec::Times& times, const codec::Times& more);

}  // namespace holdup::store
