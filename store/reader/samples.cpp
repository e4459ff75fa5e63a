#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "store/reader/chunks.hpp"
#include "store/reader/spans.hpp"

// Reader: the points of a series over a time, and the newest before a moment.
namespace holdup::store {
namespace {

/// `more`: chunks that will follow, of about as many rows: room is made once.
ground::Result<void> take_points(const codec::ChunkReader& chunk, std::int64_t series, Span span, std::size_t more,
                                 std::vector<Point>& out) {
  const auto held = find_series(chunk, series);
  if (!held) return {};
  const auto times = times_of(chunk, held->block);
  if (!times) return times.error();
  const auto column = chunk.column(held->block, held->place);
  if (!column) return column.error();
  const auto before = out.size(), rows = times->rows();
  if (out.capacity() < before + rows) out.reserve(std::max(2 * before, before + rows * (1 + std::min<std::size_t>(more, 32))));
  out.resize(before + rows);
  auto* place = out.data() + before;
  for (std::size_t row = 0; row < rows; ++row)
    if (span.has(times->utc_ms[row])) *place++ = point_at(*times, *column, row);
  out.resize(static_cast<std::size_t>(place - out.data()));
  return {};
}

/// The newest point of each wanted series so far; of one moment the later recorded.
class Newest {
 public:
  Newest(std::span<const std::int64_t> rows, Span span) : span_{span}, wanted_(rows.begin(), rows.end()) {
    std::sort(wanted_.begin(), wanted_.end());
  }

  void offer(std::int64_t series, const Point& point, std::int64_t seq) {
    auto& known = found_[series];
    if (!known.point || std::pair{known.point->time, known.seq} < std::pair{point.time, seq}) known = {point, seq};
  }
  void offer(const codec::JournalBatch& batch, std::int64_t seq) {
    if (!span_.has(batch.utc_ms) || batch.series.empty()) return;
    const auto from = std::lower_bound(wanted_.begin(), wanted_.end(), batch.series.front());
    for (auto series = from; series != wanted_.end() && *series <= batch.series.back(); ++series)
      if (const auto place = place_in(batch, *series); place < batch.series.size()) offer(*series, point_at(batch, place), seq);
  }
  [[nodiscard]] std::optional<Point> point(std::int64_t series) const {
    const auto known = found_.find(series);
    return known == found_.end() ? std::nullopt : known->second.point;
  }
  /// Something that was measured until then may be newer than what is known.
  [[nodiscard]] bool may_gain(std::int64_t series, std::int64_t to_ms) const {
    const auto known = point(series);
    return !known || known->time <= utc_of_ms(to_ms);
  }
  [[nodiscard]] Span span() const { return span_; }

 private:
  struct Known {
    std::optional<Point> point;
    std::int64_t seq = 0;
  };
  Span span_;
  std::vector<std::int64_t> wanted_;
  std::unordered_map<std::int64_t, Known> found_;
};

ground::Result<void> offer_newest(const codec::ChunkReader& chunk, std::int64_t series, Newest& newest) {
  const auto held = find_series(chunk, series);
  if (!held) return {};
  const auto times = times_of(chunk, held->block);
  if (!times) return times.error();
  std::optional<std::size_t> best;
  for (std::size_t row = 0; row < times->rows(); ++row)
    if (newest.span().has(times->utc_ms[row]) && (!best || times->utc_ms[row] >= times->utc_ms[*best])) best = row;
  if (!best) return {};
  const auto column = chunk.column(held->block, held->place);
  if (!column) return column.error();
  newest.offer(series, point_at(*times, *column, *best), times->seq[*best]);
  return {};
}

void search_chunks(Session& session, std::int64_t pack, const std::vector<std::int64_t>& members, Newest& newest) {
  auto places = chunks_of(session, pack, newest.span());
  std::stable_sort(places.begin(), places.end(), [](const ChunkPlace& a, const ChunkPlace& b) { return a.to_ms > b.to_ms; });
  for (const auto& place : places) {
    std::vector<std::int64_t> open;
    std::copy_if(members.begin(), members.end(), std::back_inserter(open),
                 [&](auto series) { return newest.may_gain(series, place.to_ms); });
    if (open.empty()) return;
    look_into(session, place.row, [&](const codec::ChunkReader& chunk) -> ground::Result<void> {
      for (const auto series : open)
        if (auto offered = offer_newest(chunk, series, newest); !offered) return offered;
      return {};
    });
  }
}

std::vector<std::optional<Point>> newest_of(Session& session, std::span<const std::int64_t> rows, Span span) {
  const Snapshot snapshot{session};
  Newest newest{rows, span};
  std::map<std::int64_t, std::vector<std::int64_t>> packs;
  for (const auto row : rows) {
    if (const auto pack = pack_of(session, row)) packs[pack->row].push_back(row);
  }
  // A journal row that is in some pack's chunks as well says the same there: nothing is newer by it.
  session.tail().visit(session, 0, span, [&](std::int64_t seq, const codec::JournalBatch& batch) { newest.offer(batch, seq); });
  for (const auto& [pack, members] : packs) search_chunks(session, pack, members, newest);
  std::vector<std::optional<Point>> out;
  for (const auto row : rows) out.push_back(newest.point(row));
  return out;
}

}  // namespace

std::size_t gather(Session& session, std::int64_t series, Pack pack, Span span, std::vector<Point>& out) {
  const auto places = chunks_of(session, pack.row, span);
  gather_chunks(session, series, places, span, out);
  gather_tail(session, series, pack, span, out);
  return places.size();
}

void gather_chunks(Session& session, std::int64_t series, const std::vector<ChunkPlace>& places, Span span, std::vector<Point>& out) {
  for (auto more = places.size(); const auto& place : places) {
    --more;
    look_into(session, place.row, [&](const codec::ChunkReader& chunk) { return take_points(chunk, series, span, more, out); });
  }
}

void gather_tail(Session& session, std::int64_t series, Pack pack, Span span, std::vector<Point>& out) {
  session.tail().visit(session, pack.sealed, span, [&](std::int64_t, const codec::JournalBatch& batch) {
    if (!span.has(batch.utc_ms)) return;
    if (const auto place = place_in(batch, series); place < batch.series.size()) out.push_back(point_at(batch, place));
  });
}

void in_order(std::vector<Point>& points, std::size_t from) {
  const auto begin = points.begin() + static_cast<std::ptrdiff_t>(from);
  const auto earlier = [](const Point& a, const Point& b) { return a.time < b.time; };
  if (!std::is_sorted(begin, points.end(), earlier)) std::stable_sort(begin, points.end(), earlier);
}

std::optional<std::int64_t> first_chunk(Session& session, std::int64_t pack, std::int64_t from_ms) {
  Use find{session, "SELECT min(from_ms) FROM chunk WHERE pack = ? AND to_ms >= ?", pack, from_ms};
  if (!find.step() || find.is_null(0)) return std::nullopt;
  return find.integer(0);
}

ground::Result<std::vector<Point>> Reader::range(std::int64_t series_row, Range range) {
  return range_slice(series_row, range, std::numeric_limits<std::size_t>::max());
}

ground::Result<std::vector<Point>> Reader::range_slice(std::int64_t series_row, Range& range, std::size_t points) {
  std::vector<Point> out;
  if (const auto read = range_slice(series_row, range, points, out); !read) return read.error();
  return out;
}

ground::Result<void> Reader::range_slice(std::int64_t series_row, Range& range, std::size_t points, std::vector<Point>& out) {
  out.clear();
  const auto read = guarded([&] {
    Snapshot snapshot{*session_};
    const auto pack = pack_of(*session_, series_row);
    const auto first = [&](std::int64_t from_ms) {
      snapshot.renew_when_old();
      return pack ? first_chunk(*session_, pack->row, from_ms) : std::nullopt;
    };
    const auto next = in_parts({ceil_ms(range.from), floor_ms(range.to)}, 1, first, [&](Span part) {
      const auto begin = out.size();
      const auto now = pack_of(*session_, series_row);
      const auto read = now ? gather(*session_, series_row, *now, part, out) : 0;
      in_order(out, begin);
      return PartRead{.blocks = read, .enough = out.size() >= points};
    });
    advance(range, next);
    return out.size();
  });
  return read ? ground::Result<void>{} : read.error();
}

ground::Result<std::vector<std::optional<Point>>> Reader::instant(std::span<const std::int64_t> rows, ground::Utc at,
                                                                  ground::Duration lookback) {
  const auto from = at > ground::Utc::min() + lookback ? at - lookback : ground::Utc::min();
  const Span span{.from_ms = floor_ms(from) + 1, .to_ms = floor_ms(at)};
  return guarded([&] { return newest_of(*session_, rows, span); });
}

}  // namespace holdup::store
