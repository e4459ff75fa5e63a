#include <algorithm>
#include <cmath>
#include <limits>

#include "store/codec/summary.hpp"
#include "store/reader/spans.hpp"
#include "store/retention.hpp"

// Reader: means, extremes and counts of a series at a resolution, from summaries where there are some.
namespace holdup::store {
namespace {

constexpr std::int64_t minute_ms = 60'000, hour_ms = 3'600'000;

/// What one bucket has gathered. `last_ms`: since when the last value holds.
struct Heap {
  std::int64_t from_ms = 0;
  std::uint64_t count = 0;
  double min = 0, max = 0, sum = 0, last = 0;
  std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();
};

class Heaps {
 public:
  explicit Heaps(std::int64_t resolution_ms) : resolution_ms_{resolution_ms} {}

  void add(const codec::Summary& summary) {
    Heap& heap = at(floor_to(summary.from_ms, resolution_ms_));
    heap.min = heap.count == 0 ? summary.min : std::min(heap.min, summary.min);
    heap.max = heap.count == 0 ? summary.max : std::max(heap.max, summary.max);
    heap.sum += summary.sum;
    heap.count += summary.count;
    if (summary.from_ms < heap.last_ms) return;
    heap.last_ms = summary.from_ms;
    heap.last = summary.last;
  }
  [[nodiscard]] std::size_t size() const { return heaps_.size(); }
  [[nodiscard]] std::vector<Bucket> take() const {
    std::vector<Bucket> out;
    out.reserve(heaps_.size());
    for (const auto& heap : heaps_)
      out.push_back({.time = utc_of_ms(heap.from_ms),
                     .count = heap.count,
                     .min = heap.min,
                     .max = heap.max,
                     .mean = heap.sum / static_cast<double>(heap.count),
                     .last = heap.last});
    return out;
  }

 private:
  Heap& at(std::int64_t from_ms) {
    if (heaps_.empty() || heaps_.back().from_ms < from_ms) return heaps_.emplace_back(Heap{.from_ms = from_ms});
    if (heaps_.back().from_ms == from_ms) return heaps_.back();
    const auto place = std::lower_bound(heaps_.begin(), heaps_.end(), from_ms, [](const Heap& heap, auto ms) { return heap.from_ms < ms; });
    return place->from_ms == from_ms ? *place : *heaps_.insert(place, Heap{.from_ms = from_ms});
  }

  std::int64_t resolution_ms_;
  std::vector<Heap> heaps_;
};

/// What is asked for: whole buckets, and which summaries may make them up (0: none).
struct Wanted {
  std::int64_t series = 0;
  Pack pack;
  Span span;
  std::int64_t resolution_ms = 1;
  [[nodiscard]] std::int64_t summary_ms() const {
    return resolution_ms % hour_ms == 0 ? hour_ms : resolution_ms % minute_ms == 0 ? minute_ms : 0;
  }
};

ground::Result<void> add_summaries(const codec::SummaryReader& reader, const Wanted& wanted, Heaps& heaps) {
  const auto& all = reader.series();
  const auto at = std::find(all.begin(), all.end(), wanted.series);
  if (at == all.end()) return {};
  const auto summaries = reader.read(static_cast<std::size_t>(at - all.begin()));
  if (!summaries) return summaries.error();
  for (const auto& summary : *summaries)
    if (wanted.span.has(summary.from_ms) && summary.count > 0) heaps.add(summary);
  return {};
}

ground::Result<const codec::SummaryReader*> open_summary(Session& session, const SummaryShelf::Key& key) {
  if (const auto* known = session.shelf().find(key)) return known;
  Use find{session, "SELECT body FROM summary WHERE row = ?", std::get<0>(key)};
  return session.shelf().keep(key, find.step() ? find.bytes(0) : codec::BytesView{});
}

std::size_t read_summaries(Session& session, const Wanted& wanted, Heaps& heaps) {
  Use find{session,
           "SELECT row, from_ms, to_ms, length(body) FROM summary WHERE pack = ? AND span_ms = ? AND to_ms >= ? AND from_ms <= ? "
           "ORDER BY to_ms, row",
           wanted.pack.row,
           wanted.summary_ms(),
           wanted.span.from_ms,
           wanted.span.to_ms};
  std::size_t count = 0;
  for (; find.step(); ++count) {
    const auto reader = open_summary(session, {find.integer(0), wanted.pack.row, find.integer(1), find.integer(2), find.integer(3)});
    const auto added = reader ? add_summaries(**reader, wanted, heaps) : ground::Result<void>{reader.error()};
    if (!added) session.note("summary " + std::to_string(find.integer(0)), added.error().what);
  }
  return count;
}

/// Since when chunks of level 1 are summed up; those of a clock in 1970 are too, as long as they are kept.
std::int64_t summed_up_since(Session& session, const Wanted& wanted) {
  Use find{session, "SELECT from_ms FROM summary WHERE pack = ? AND span_ms = ? AND to_ms >= ? ORDER BY to_ms LIMIT 1", wanted.pack.row,
           wanted.summary_ms(), plausible_from_ms};
  return find.step() ? find.integer(0) : std::numeric_limits<std::int64_t>::max();
}

std::size_t read_samples(Session& session, const Wanted& wanted, Heaps& heaps) {
  auto places = chunks_of(session, wanted.pack.row, wanted.span);
  const auto since = summed_up_since(session, wanted);
  const bool summed = wanted.summary_ms() > 0;
  std::erase_if(places, [&](const ChunkPlace& place) {
    return summed && place.level > 0 && (place.to_ms >= since || place.to_ms < plausible_from_ms);
  });
  std::vector<Point> points;
  gather_chunks(session, wanted.series, places, wanted.span, points);
  gather_tail(session, wanted.series, wanted.pack, wanted.span, points);
  in_order(points, 0);
  const auto step = std::max<std::int64_t>(wanted.summary_ms(), 1);
  for (const auto& [time, value, quality, age] : points)
    if (quality == ground::Quality::good && !std::isnan(value))
      heaps.add({.from_ms = floor_to(floor_ms(time), step), .count = 1, .min = value, .max = value, .sum = value, .last = value});
  return places.size();
}

std::optional<std::int64_t> first_summary(Session& session, const Wanted& wanted, std::int64_t from_ms) {
  Use find{session, "SELECT min(from_ms) FROM summary WHERE pack = ? AND span_ms = ? AND to_ms >= ?", wanted.pack.row, wanted.summary_ms(),
           from_ms};
  if (!find.step() || find.is_null(0)) return std::nullopt;
  return find.integer(0);
}

std::optional<std::int64_t> earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

}  // namespace

ground::Result<std::vector<Bucket>> Reader::buckets(std::int64_t series_row, Range range, ground::Duration resolution) {
  return bucket_slice(series_row, range, resolution, std::numeric_limits<std::size_t>::max());
}

ground::Result<std::vector<Bucket>> Reader::bucket_slice(std::int64_t series_row, Range& range, ground::Duration resolution,
                                                         std::size_t buckets) {
  return guarded([&] {
    const auto step = std::max<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(resolution).count(), 1);
    Heaps heaps{step};
    Snapshot snapshot{*session_};
    const auto pack = pack_of(*session_, series_row);
    Wanted wanted{.series = series_row, .pack = pack.value_or(Pack{}), .span = {}, .resolution_ms = step};
    const auto first = [&](std::int64_t from_ms) {
      snapshot.renew_when_old();
      return earlier(first_chunk(*session_, wanted.pack.row, from_ms), first_summary(*session_, wanted, from_ms));
    };
    const Span whole{.from_ms = floor_to(ceil_ms(range.from), step), .to_ms = floor_to(floor_ms(range.to), step) + step - 1};
    const auto next = in_parts(whole, step, first, [&](Span part) {
      wanted.span = part;
      wanted.pack = pack_of(*session_, series_row).value_or(wanted.pack);
      const auto blocks = read_summaries(*session_, wanted, heaps) + read_samples(*session_, wanted, heaps);
      return PartRead{.blocks = blocks, .enough = heaps.size() >= buckets};
    });
    advance(range, next);
    return heaps.take();
  });
}

}  // namespace holdup::store
