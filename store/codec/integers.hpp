#pragma once

#include <cstdint>
#include <span>

#include "store/codec/bytes.hpp"

// A row of whole numbers as few bytes: differences, or differences of these, their common divisor left out (FORMAT.md, Whole numbers). How
// many there are is known to whoever reads. Any numbers are kept: sums go round at 64 bits. Pure.
namespace holdup::store::codec {

void put_integers(Bytes& out, std::span<const std::int64_t> values, int level);
/// All of `bytes`, which fill `values`; false where they do not.
[[nodiscard]] bool get_integers(BytesView bytes, std::span<std::int64_t> values);

}  // namespace holdup::store::codec
