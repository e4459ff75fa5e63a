#include "store/merging.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "store/codec/column.hpp"
#include "store/times.hpp"

namespace holdup::store {
namespace {

constexpr std::int64_t floor_to(std::int64_t ms, std::int64_t span) {
  const auto rest = ms % span;
  return ms - (rest < 0 ? rest + span : rest);
}

void add(codec::Summary& to, double value) {
  to.min = to.count == 0 ? value : std::min(to.min, value);
  to.max = to.count == 0 ? value : std::max(to.max, value);
  to.sum += value;
  to.last = value;
  ++to.count;
}

bool has_doubles(std::vector<std::int64_t> series) {
  std::ranges::sort(series);
  return std::ranges::adjacent_find(series) != series.end();
}

struct Spot {  // where a series stands
  std::size_t piece = 0, block = 0, place = 0;
};

struct Alike {  // series with the same rows
  std::vector<std::int64_t> series;
  std::vector<std::vector<Spot>> spots;  // of each
};

/// A merge under way.
class Joint {
 public:
  explicit Joint(std::vector<Piece> pieces) : pieces_{std::move(pieces)} {}

  /// Takes out what cannot be read.
  std::vector<Piece> open() {
    std::vector<Piece> damaged;
    std::size_t rows = 0;
    std::erase_if(pieces_, [&](Piece& piece) {
      if (const auto reader = codec::ChunkReader::open(piece.body)) {
        const auto before = rows;
        bool doubles = false;
        for (std::size_t block = 0; block < reader->blocks(); ++block) {
          rows += reader->rows(block);
          doubles = doubles || has_doubles(reader->series(block));
        }
        if (rows <= codec::max_rows && !doubles) return false;
        rows = before;  // one that says so many, or a series twice, is none of ours
      }
      damaged.push_back(std::move(piece));
      return true;
    });
    for (const auto& piece : pieces_) readers_.push_back(codec::ChunkReader::open(piece.body).value());
    return damaged;
  }

  [[nodiscard]] std::vector<Alike> alike() const {
    std::map<std::int64_t, std::vector<Spot>> spots;
    for (std::size_t piece = 0; piece < readers_.size(); ++piece)
      for (std::size_t block = 0; block < readers_[piece].blocks(); ++block)
        for (std::size_t place = 0; place < readers_[piece].series(block).size(); ++place)
          spots[readers_[piece].series(block)[place]].push_back({piece, block, place});
    std::map<std::vector<std::pair<std::size_t, std::size_t>>, Alike> classes;
    for (auto& [series, of] : spots) {
      std::vector<std::pair<std::size_t, std::size_t>> key;
      for (const auto& spot : of) key.emplace_back(spot.piece, spot.block);
      auto& same = classes[key];
      same.series.push_back(series);
      same.spots.push_back(std::move(of));
    }
    std::vector<Alike> out;
    for (auto& [key, same] : classes) out.push_back(std::move(same));
    std::ranges::sort(out, {}, [](const Alike& same) { return same.series.front(); });
    return out;
  }

  /// Nothing, and the piece is gone to `damaged`, where one cannot be read after all.
  std::optional<codec::Times> times(const std::vector<Spot>& spots) {
    codec::Times out;
    for (const auto& spot : spots) {
      const auto more = times_of(readers_[spot.piece], spot.block);
      if (!more) return broken(spot.piece), std::nullopt;
      append(out, *more);
    }
    return out;
  }

  bool column(std::int64_t series, const std::vector<Spot>& spots, codec::DecimalColumn& out) {
    out.series = series;
    out.decimals.wholes.clear(), out.decimals.scales.clear(), out.qualities.clear();
    for (const auto& spot : spots)
      if (!readers_[spot.piece].append(spot.block, spot.place, out)) return broken(spot.piece), false;
    return true;
  }

  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] std::optional<std::size_t> broken() const { return broken_; }
  [[nodiscard]] std::vector<Piece> release() {
    readers_.clear();
    return std::move(pieces_);
  }

 private:
  void broken(std::size_t piece) { broken_ = piece; }

  std::vector<Piece> pieces_;
  std::vector<codec::ChunkReader> readers_;  // look into the bodies
  std::optional<std::size_t> broken_;
};

using SumsBySeries = std::map<std::int64_t, std::vector<codec::Summary>>;

Merged::Sums sums_of(std::int64_t span_ms, const SumsBySeries& all) {
  codec::SummaryWriter writer{span_ms};
  Merged::Sums out{.span_ms = span_ms};
  bool first = true;
  for (const auto& [series, summaries] : all) {
    if (summaries.empty()) continue;
    const auto from = summaries.front().from_ms;
    const auto to = summaries.back().from_ms + span_ms - 1;
    out.from_ms = first ? from : std::min(out.from_ms, from);
    out.to_ms = std::exchange(first, false) ? to : std::max(out.to_ms, to);
    writer.add(series, summaries);
  }
  if (!first) out.body = writer.finish();
  return out;
}

void add_sums(Merged::Sums sums, Merged& into) {
  if (!sums.body.empty()) into.sums.push_back(std::move(sums));
}

}  // namespace

std::vector<codec::Summary> minutes_of(const codec::Times& times, std::span<const double> values,
                                       std::span<const ground::Quality> qualities) {
  std::vector<std::size_t> sorted;
  if (!std::ranges::is_sorted(times.utc_ms)) {
    for (std::size_t row = 0; row < times.rows(); ++row) sorted.push_back(row);
    std::ranges::stable_sort(sorted, {}, [&](std::size_t row) { return times.utc_ms[row]; });
  }
  std::vector<codec::Summary> out;
  codec::Summary minute;
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < times.rows(); ++i) {
    const auto row = sorted.empty() ? i : sorted[i];
    if (qualities[row] != ground::Quality::good || std::isnan(values[row])) continue;
    if (times.utc_ms[row] >= end) {
      if (minute.count > 0) out.push_back(minute);
      minute = {.from_ms = floor_to(times.utc_ms[row], minute_ms)};
      end = minute.from_ms + minute_ms;
    }
    add(minute, values[row]);
  }
  if (minute.count > 0) out.push_back(minute);
  return out;
}

std::vector<codec::Summary> hours_of(const std::vector<codec::Summary>& minutes) {
  std::vector<codec::Summary> out;
  for (const auto& minute : minutes) {
    const auto from = floor_to(minute.from_ms, hour_ms);
    if (out.empty() || out.back().from_ms != from) {
      out.push_back(minute);
      out.back().from_ms = from;
      continue;
    }
    auto& hour = out.back();
    hour.count += minute.count;
    hour.sum += minute.sum;
    hour.min = std::min(hour.min, minute.min);
    hour.max = std::max(hour.max, minute.max);
    hour.last = minute.last;
  }
  return out;
}

Slices merge(std::vector<Piece> pieces, Merged& into) {
  for (;;) {
    Joint joint{std::move(pieces)};
    for (auto& piece : joint.open()) into.damaged.push_back(std::move(piece));
    co_yield Pause{};
    if (joint.pieces().empty()) co_return;
    codec::ChunkWriter writer;
    SumsBySeries minutes;
    Extent extent;
    codec::DecimalColumn column;
    std::vector<double> values;
    for (const auto& [series, spots] : joint.alike()) {
      const auto times = joint.times(spots.front());
      if (!times) break;
      writer.begin(*times);
      extend(extent, *times, series.size());
      co_yield Pause{};
      for (std::size_t i = 0; i < series.size() && !joint.broken(); ++i) {
        if (!joint.column(series[i], spots[i], column)) break;
        co_yield Pause{};
        writer.add(column);
        co_yield Pause{};
        values.resize(column.qualities.size());
        codec::put_doubles(values, column.decimals.wholes, column.decimals.scales);
        minutes.emplace(series[i], minutes_of(*times, values, column.qualities));
        co_yield Pause{};
      }
      if (joint.broken()) break;
    }
    if (const auto broken = joint.broken()) {  // once more, without it
      pieces = joint.release();
      into.damaged.push_back(std::move(pieces[*broken]));
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(*broken));
      continue;
    }
    into.extent = extent;
    into.chunk = writer.finish();
    co_yield Pause{};
    add_sums(sums_of(minute_ms, minutes), into);
    co_yield Pause{};
    for (auto& [series, sums] : minutes) sums = hours_of(sums);
    add_sums(sums_of(hour_ms, minutes), into);
    co_return;
  }
}

}  // namespace holdup::store
