#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "store/codec/chunk.hpp"
#include "store/codec/summary.hpp"
#include "store/sealing.hpp"
#include "store/slices.hpp"

// The small chunks of one pack and window become a large one with its minutes and hours. Pure; used by Housekeeper.
namespace holdup::store {

inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 3'600'000;

struct Piece {  // a row of `chunk`
  std::int64_t row = 0;
  Extent extent;
  codec::Bytes body;
};

struct Merged {
  std::vector<Piece> damaged;  // what could not be read, and is not in the rest
  Extent extent;               // samples = 0: nothing could
  codec::Bytes chunk;
  struct Sums {
    std::int64_t span_ms = 0, from_ms = 0, to_ms = 0;  // the last millisecond of the last span
    codec::Bytes body;
  };
  std::vector<Sums> sums;
};

/// `pieces` in order of recording; `into` is filled at the end, by what they hold, whatever their rows say of it.
[[nodiscard]] Slices merge(std::vector<Piece> pieces, Merged& into);

/// The good samples that are numbers, by minute; times may stand in any order, the later row counts as the later one of a moment.
[[nodiscard]] std::vector<codec::Summary> minutes_of(const codec::Times& times, std::span<const double> values,
                                                     std::span<const ground::Quality> qualities);
/// Minutes, in order, as hours.
[[nodiscard]] std::vector<codec::Summary> hours_of(const std::vector<codec::Summary>& minutes);

}  // namespace holdup::store
