#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "store/reader/chunks.hpp"
#include "store/reader/journal_cursor.hpp"

// Reader: samples by order of recording, for those who pass them on.
namespace holdup::store {
namespace {

/// After `after`, to the end of `to`.
struct Seqs {
  std::int64_t after = 0;
  std::int64_t to = 0;
  [[nodiscard]] bool has(std::int64_t seq) const { return after < seq && seq <= to; }
};

/// Points by series, each with its place in the order of recording.
class Gathered {
 public:
  void add(std::int64_t series, std::int64_t seq, const Point& point) { by_series_[series].emplace_back(seq, point); }

  [[nodiscard]] std::vector<Recorded> take() {
    std::vector<Recorded> out;
    for (auto& [series, points] : by_series_) {
      const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
      if (!std::is_sorted(points.begin(), points.end(), before)) std::stable_sort(points.begin(), points.end(), before);
      Recorded recorded{.series = series, .points = {}};
      recorded.points.reserve(points.size());
      for (const auto& [seq, point] : points) recorded.points.push_back(point);
      out.push_back(std::move(recorded));
    }
    by_series_.clear();
    return out;
  }

 private:
  std::map<std::int64_t, std::vector<std::pair<std::int64_t, Point>>> by_series_;
};

/// Which journal rows were met: where one is missing, something was deleted.
class Met {
 public:
  explicit Met(Seqs wanted) : wanted_{wanted}, met_(static_cast<std::size_t>(wanted.to - wanted.after)) {}
  void add(std::int64_t seq) {
    if (wanted_.has(seq)) met_[static_cast<std::size_t>(seq - wanted_.after - 1)] = true;
  }
  [[nodiscard]] bool all() const { return std::find(met_.begin(), met_.end(), false) == met_.end(); }

 private:
  Seqs wanted_;
  std::vector<bool> met_;
};

ground::Result<void> take_rows(const codec::ChunkReader& chunk, Seqs wanted, Gathered& gathered, Met& met) {
  for (std::size_t block = 0; block < chunk.blocks(); ++block) {
    const auto times = times_of(chunk, block);
    if (!times) return times.error();
    const auto begin = std::upper_bound(times->seq.begin(), times->seq.end(), wanted.after) - times->seq.begin();
    const auto end = std::upper_bound(times->seq.begin(), times->seq.end(), wanted.to) - times->seq.begin();
    if (begin >= end) continue;
    for (auto row = begin; row < end; ++row) met.add(times->seq[static_cast<std::size_t>(row)]);
    for (std::size_t place = 0; place < chunk.series(block).size(); ++place) {
      const auto column = chunk.column(block, place);
      if (!column) return column.error();
      for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row)
        gathered.add(column->series, times->seq[row], point_at(*times, *column, row));
    }
  }
  return {};
}

std::vector<ChunkPlace> chunks_after(Session& session, std::int64_t after) {
  Use find{session, "SELECT row, level, from_ms, to_ms, from_seq, to_seq, samples FROM chunk WHERE to_seq > ? ORDER BY from_seq, row",
           after};
  std::vector<ChunkPlace> out;
  while (find.step()) out.push_back(place_of(find));
  return out;
}

/// So many rows after `after` hold some `samples`, by what is in the chunks there.
std::int64_t rows_for(const std::vector<ChunkPlace>& places, std::int64_t after, std::size_t samples) {
  double a_row = 0;
  for (const auto& place : places)
    if (place.from_seq <= after + 1 && place.to_seq > after)
      a_row +=
          static_cast<double>(place.samples) / std::max(1.0, static_cast<double>(place.to_seq) - static_cast<double>(place.from_seq) + 1);
  constexpr double most = 1'000'000;
  return static_cast<std::int64_t>(std::clamp(static_cast<double>(samples) / std::max(a_row, 0.001), 1.0, most));
}

/// What is no longer in the journal.
Slice from_chunks(Session& session, std::int64_t after, std::int64_t before, std::size_t samples) {
  const auto places = chunks_after(session, after);
  std::int64_t first = before;
  for (const auto& place : places) first = std::min(first, place.from_seq);
  Slice slice;
  if (first > after + 1) {
    slice.complete = false;
    after = first - 1;
    if (first >= before) return slice.to = before - 1, slice;
  }
  const Seqs wanted{.after = after, .to = std::min(after + rows_for(places, after, samples), before - 1)};
  Gathered gathered;
  Met met{wanted};
  for (const auto& place : places) {
    if (place.from_seq > wanted.to) continue;
    const auto look = [&](const codec::ChunkReader& chunk) { return take_rows(chunk, wanted, gathered, met); };
    if (!look_into(session, place.row, look)) slice.complete = false;
  }
  slice.to = wanted.to;
  slice.complete = slice.complete && met.all();
  slice.recorded = gathered.take();
  return slice;
}

std::int64_t newest_row(Session& session) {
  Use find{session,
           "SELECT max(coalesce((SELECT max(seq) FROM journal WHERE seq < ?1), 0), coalesce((SELECT max(sealed) FROM pack WHERE sealed < "
           "?1), 0))",
           implausible_seq};
  return find.step() ? find.integer(0) : 0;
}

}  // namespace

Slice JournalCursor::read(Session& session, std::int64_t after, std::size_t samples) {
  if (!run_ || next_ != after + 1) {
    run_.emplace();
    next_ = key_row_before(session, after + 1);
  }
  Slice slice{.to = after};
  Gathered gathered;
  std::size_t count = 0;
  const auto take = [&](std::int64_t seq, const std::vector<codec::JournalBatch>& batches) {
    slice.to = seq;
    next_ = seq + 1;
    for (const auto& batch : batches)
      for (std::size_t place = 0; place < batch.series.size(); ++place, ++count)
        gathered.add(batch.series[place], seq, point_at(batch, place));
    return count < samples;
  };
  slice.complete = read_journal(session, *run_, {.from = next_, .wanted_after = after}, take);
  if (!slice.complete) run_.reset();
  // Rows at the end that cannot be read are passed: they will not become readable.
  if (count < samples) slice.to = std::max(slice.to, newest_row(session));
  if (slice.to >= next_) run_.reset();
  slice.recorded = gathered.take();
  return slice;
}

ground::Result<Slice> Reader::recorded(std::int64_t after_seq, std::size_t samples) {
  return guarded([&] {
    session_->expect_samples();
    const Snapshot snapshot{*session_};
    const auto after = bounded_seq(after_seq);
    const auto first = first_key_row(*session_).value_or(newest_row(*session_) + 1);
    if (after + 1 < first) return from_chunks(*session_, after, first, samples);
    return session_->cursor().read(*session_, after, samples);
  });
}

ground::Result<std::int64_t> Reader::last_recorded() {
  return guarded([&] {
    session_->expect_samples();
    return newest_row(*session_);
  });
}

}  // namespace holdup::store
