#include "store/codec/times.hpp"

#include <algorithm>
#include <cmath>

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

/// The usual time from one commit to the next: a poll that was missed, or came early or late, then stands out no further than itself.
std::int64_t usual_step(const Times& times) {
  if (times.rows() < 2 || times.seq.front() == times.seq.back()) return 0;
  const double time = static_cast<double>(difference(times.utc_ms.back(), times.utc_ms.front()));
  const double commits = static_cast<double>(difference(times.seq.back(), times.seq.front()));
  const double step = std::round(time / commits);
  return std::fabs(step) < 1e9 ? static_cast<std::int64_t>(step) : 0;
}

Bytes utc_beside(const Times& times, std::int64_t step, Packing packing) {
  std::vector<std::int64_t> beside(times.rows());
  for (std::size_t row = 0; row < beside.size(); ++row) beside[row] = difference(times.utc_ms[row], product(step, times.seq[row]));
  Bytes out;
  put_signed(out, step);
  put_with_length(out, beside, packing);
  return out;
}

void put_utc(Bytes& out, const Times& times, Packing packing) {
  const Bytes plain = utc_beside(times, 0, packing);
  const std::int64_t step = usual_step(times);
  const Bytes beside = step == 0 ? plain : utc_beside(times, step, packing);
  put(out, beside.size() < plain.size() ? beside : plain);
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
  put_with_length(out, times.seq, packing);
  put_utc(out, times, packing);
  put_with_length(out, times.age_ms, packing);
}

ground::Result<Times> get_times(BytesView bytes, std::size_t rows) {
  Cursor cursor{bytes};
  Times times;
  bool whole = get_stretches(cursor, times.stretches, rows) && get_with_length(cursor, times.seq, rows);
  const std::int64_t step = cursor.number();
  whole = whole && get_with_length(cursor, times.utc_ms, rows) && get_with_length(cursor, times.age_ms, rows) && cursor.done();
  if (!whole) return malformed("the times of a block do not read");
  for (std::size_t row = 0; row < rows && step != 0; ++row) times.utc_ms[row] = sum(times.utc_ms[row], product(step, times.seq[row]));
  if (!std::is_sorted(times.seq.begin(), times.seq.end())) return malformed("a block is not in order of recording");
  return times;
}

}  // namespace holdup::store::codec
