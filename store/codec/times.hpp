#pragma once

#include "ground/result.hpp"
#include "store/codec/bytes.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/rows.hpp"

// The times of a block (FORMAT.md, Times). Pure.
namespace holdup::store::codec {

void put_times(Bytes& out, const Times& times, Packing packing);
[[nodiscard]] ground::Result<Times> get_times(BytesView bytes, std::size_t rows);

}  // namespace holdup::store::codec
