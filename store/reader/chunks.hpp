#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "store/codec/chunk.hpp"
#include "store/reader/session.hpp"
#include "store/times.hpp"

// Chunks as a Reader sees them: which of them to look into, and one series' rows in one of them. Within a snapshot.
namespace holdup::store {

struct Pack {
  std::int64_t row = 0;
  std::int64_t sealed = 0;  // the last journal row that is in its chunks
};
/// Nothing when there is no such series.
[[nodiscard]] std::optional<Pack> pack_of(Session& session, std::int64_t series);

/// Milliseconds of UTC, both ends included.
struct Span {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  [[nodiscard]] bool has(std::int64_t ms) const { return from_ms <= ms && ms <= to_ms; }
};

struct ChunkPlace {
  std::int64_t row = 0;
  std::int64_t level = 0;
  std::int64_t from_ms = 0, to_ms = 0;
  std::int64_t from_seq = 0, to_seq = 0;
  std::int64_t samples = 0;
};
/// Of columns row, level, from_ms, to_ms, from_seq, to_seq, samples.
[[nodiscard]] ChunkPlace place_of(Use& row);
/// Those of the pack that touch the span, in order of recording.
[[nodiscard]] std::vector<ChunkPlace> chunks_of(Session& session, std::int64_t pack, Span span);

/// Opens a chunk; one that cannot be read is noted, with what it held, and false returned.
using Look = std::function<ground::Result<void>(const codec::ChunkReader& chunk)>;
bool look_into(Session& session, std::int64_t row, const Look& look);

/// The block that holds the series.
struct Held {
  std::size_t block = 0;
  std::size_t place = 0;
};
[[nodiscard]] std::optional<Held> find_series(const codec::ChunkReader& chunk, std::int64_t series);

[[nodiscard]] inline Point point_at(const codec::Times& times, const codec::Column& column, std::size_t row) {
  return {utc_of_ms(times.utc_ms[row]), column.values[row], column.qualities[row], std::chrono::milliseconds{times.age_ms[row]}};
}

/// The series' place in the poll reply, or series.size().
[[nodiscard]] std::size_t place_in(const codec::JournalBatch& batch, std::int64_t series);
[[nodiscard]] inline Point point_at(const codec::JournalBatch& batch, std::size_t place) {
  return {utc_of_ms(batch.utc_ms), batch.values[place], batch.qualities[place], std::chrono::milliseconds{batch.age_ms}};
}

}  // namespace holdup::store
