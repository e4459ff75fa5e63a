#pragma once

#include <cstddef>

#include "ground/result.hpp"
#include "store/codec/chunk.hpp"

// The times of a chunk's rows, which readers and the merging of chunks calculate with. Pure.
namespace holdup::store {

/// Malformed also where no clock can say so.
[[nodiscard]] ground::Result<codec::Times> times_of(const codec::ChunkReader& chunk, std::size_t block);

}  // namespace holdup::store
