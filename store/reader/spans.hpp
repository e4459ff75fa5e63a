#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "store/reader/chunks.hpp"

// A long time taken apart, so that each part is read in one snapshot: parts do not overlap, so that nothing is missed or read twice when
// chunks are merged between two of them. Used by range and buckets.
namespace holdup::store {

/// Multiples of `step` since 1970, however far before it.
[[nodiscard]] constexpr std::int64_t floor_to(std::int64_t ms, std::int64_t step) {
  const auto rest = ms % step;
  return ms - (rest < 0 ? rest + step : rest);
}

/// Calls `part` for parts that begin at multiples of `step`, some of them wide, until it says that it is enough; where the next one would
/// begin. `first`: where, from a moment on, something is stored; nothing: no more.
struct PartRead {
  std::size_t blocks = 0;  // by which the next width goes
  bool enough = false;
};
template <class First, class Part>
std::int64_t in_parts(Span whole, std::int64_t step, const First& first, const Part& part) {
  constexpr std::int64_t day_ms = 86'400'000, widest_ms = day_ms * 50'000;
  constexpr std::size_t few = 16;
  std::int64_t width = day_ms;
  for (auto from = whole.from_ms; from <= whole.to_ms;) {
    const std::optional<std::int64_t> begin = first(from);
    const auto end = begin ? floor_to(std::clamp(*begin, from, whole.to_ms) + width, step) + step - 1 : whole.to_ms;
    const Span now{.from_ms = from, .to_ms = std::min(end, whole.to_ms)};
    const PartRead read = part(now);
    if (read.enough) return now.to_ms + 1;
    if (read.blocks < few && width < widest_ms) width *= 2;
    from = now.to_ms + 1;
  }
  return whole.to_ms + 1;
}

/// Moves the range behind what was read; over its end when that was all.
inline void advance(Range& range, std::int64_t next_ms) {
  range.to = std::min(range.to, ground::Utc::max() - ground::Duration{1});
  range.from = next_ms > floor_ms(range.to) ? range.to + ground::Duration{1} : utc_of_ms(next_ms);
}

/// Appends the series' points of the span: chunks in order of recording, then what is in none of them. How many chunks were read.
std::size_t gather(Session& session, std::int64_t series, Pack pack, Span span, std::vector<Point>& out);
/// Of these chunks only.
void gather_chunks(Session& session, std::int64_t series, const std::vector<ChunkPlace>& places, Span span, std::vector<Point>& out);
void gather_tail(Session& session, std::int64_t series, Pack pack, Span span, std::vector<Point>& out);
/// By time, from this index on; those of one moment stay in order of recording.
void in_order(std::vector<Point>& points, std::size_t from);
/// Where, from this moment on, the pack has chunks.
[[nodiscard]] std::optional<std::int64_t> first_chunk(Session& session, std::int64_t pack, std::int64_t from_ms);

}  // namespace holdup::store
