#include "store/codec/times.hpp"

#include <algorithm>

#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"

namespace holdup::store::codec {
namespace {

void put_with_length(Bytes& out, std::span<const std::int64_t> values, Packing packing) {
  Bytes one;
  put_integers(one, values, packing);
  put_varint(out, one.size());
  put(out, one);
}

bool get_with_length(Cursor& cursor, std::vector<std::int64_t>& values, std::size_t rows) {
  values.resize(rows);
  return get_integers(cursor.take(cursor.varint()), values);
}

void put_stretches(Bytes& out, const std::vector<Stretch>& stretches) {
  put_varint(out, stretches.size());
  Stretch last;
  for (const Stretch& one : stretches) {
    put_varint(out, one.first_row - last.first_row);
    put_signed(out, one.boot);
    put_signed(out, one.offset_ms);
    last = one;
  }
}

bool get_stretches(Cursor& cursor, std::vector<Stretch>& stretches, std::size_t rows) {
  std::size_t row = 0;
  for (std::size_t left = cursor.count(rows); left > 0 && cursor.ok(); --left) {
    const bool first = stretches.empty();
    const std::size_t step = cursor.count(rows);
    row += step;
    if ((first ? step != 0 : step == 0) || row >= rows) return false;
    const std::int64_t boot = cursor.number(), offset = cursor.number();
    stretches.push_back({row, boot, offset});
  }
  return cursor.ok() && stretches.empty() == (rows == 0);
}

}  // namespace

void put_times(Bytes& out, const Times& times, Packing packing) {
  put_stretches(out, times.stretches);
  put_with_length(out, times.utc_ms, packing);
  put_with_length(out, times.seq, packing);
  put_with_length(out, times.age_ms, packing);
}

ground::Result<Times> get_times(BytesView bytes, std::size_t rows) {
  Cursor cursor{bytes};
  Times times;
  const bool whole = get_stretches(cursor, times.stretches, rows) && get_with_length(cursor, times.utc_ms, rows) &&
                     get_with_length(cursor, times.seq, rows) && get_with_length(cursor, times.age_ms, rows) && cursor.done();
  if (!whole) return malformed("the times of a block do not read");
  if (!std::is_sorted(times.seq.begin(), times.seq.end())) return malformed("a block is not in order of recording");
  return times;
}

}  // namespace holdup::store::codec
