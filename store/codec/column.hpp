#pragma once

#include <span>
#include <vector>

#include "ground/quality.hpp"
#include "store/codec/bytes.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/scale.hpp"

// The values and qualities of one series (FORMAT.md, Columns): whole numbers under one scale, and where that does not fit, the doubles
// themselves. Pure.
namespace holdup::store::codec {

/// The one under which most of them are whole, with the fewest digits.
[[nodiscard]] Scale fitting(std::span<const double> values);

void put_values(Bytes& out, std::span<const double> values, Packing packing);
/// Decimals of one series; where a scale fits them all, no double is made.
void put_values(Bytes& out, std::span<const std::int64_t> wholes, std::span<const std::uint8_t> scales, Packing packing);
void put_doubles(std::span<double> out, std::span<const std::int64_t> wholes, std::span<const std::uint8_t> scales);
/// All of `bytes`, which fill `values`; false where they do not.
[[nodiscard]] bool get_values(BytesView bytes, std::span<double> values);
/// … `into` decimals that have room for them.
[[nodiscard]] bool get_values(BytesView bytes, std::span<std::int64_t> wholes, std::span<std::uint8_t> scales);

[[nodiscard]] bool alike(std::span<const ground::Quality> qualities);
void put_qualities(Bytes& out, std::span<const ground::Quality> qualities);
[[nodiscard]] bool get_qualities(Cursor& cursor, std::span<ground::Quality> qualities);

}  // namespace holdup::store::codec
