#pragma once

#include <array>
#include <vector>

#include "store/codec/bytes.hpp"
#include "store/codec/summary.hpp"

// The summaries of one series without their times and counts (FORMAT.md, Summaries): the least values, and how far the others are from
// them. Pure.
namespace holdup::store::codec {

inline constexpr std::size_t few_summaries = 12;  // so many go into one part, plainly; more into a part a field
inline constexpr std::size_t fields = 4;

[[nodiscard]] constexpr std::size_t parts_of(std::size_t summaries) { return summaries <= few_summaries ? 1 : fields; }

/// Appends to the first parts_of() of these.
void put_summaries(std::array<Bytes, fields>& parts, std::span<const Summary> summaries);
/// Fills all but from_ms and count, of which it reads the latter; false where that does not work.
[[nodiscard]] bool get_summaries(std::span<const BytesView> parts, std::span<Summary> summaries);

}  // namespace holdup::store::codec
