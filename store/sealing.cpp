#include "store/sealing.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "store/codec/column.hpp"

namespace holdup::store {
namespace {

struct Place {  // of a row
  const Tail::Lane* lane = nullptr;
  std::size_t row = 0;
};

void append_row(codec::Times& times, const Tail::Row& row) {
  const codec::Stretch stretch{times.rows(), row.boot, row.offset_ms};
  if (times.stretches.empty() || times.stretches.back().boot != row.boot || times.stretches.back().offset_ms != row.offset_ms)
    times.stretches.push_back(stretch);
  times.utc_ms.push_back(row.utc_ms);
  times.seq.push_back(row.seq);
  times.age_ms.push_back(row.age_ms);
}

std::size_t place_in(const codec::SeriesList& list, std::int64_t series) {
  return static_cast<std::size_t>(std::ranges::lower_bound(list.all(), series) - list.begin());
}

codec::DecimalColumn column_for(std::int64_t series, std::size_t rows) {
  return {series, {std::vector<std::int64_t>(rows), std::vector<std::uint8_t>(rows)}, std::vector<ground::Quality>(rows)};
}

// Of one series: its rows, from whichever lanes.
codec::DecimalColumn column_of(std::int64_t series, const std::vector<Place>& places) {
  auto column = column_for(series, places.size());
  const Tail::Lane* lane = nullptr;
  std::size_t place = 0, to = 0;
  for (const auto& [of, row] : places) {
    if (of != lane) lane = of, place = place_in(of->series, series);
    const auto at = row * of->series.size() + place;
    column.decimals.wholes[to] = of->decimals.wholes[at];
    column.decimals.scales[to] = of->decimals.scales[at];
    column.qualities[to++] = of->qualities[at];
  }
  return column;
}

// Rows, each `width` wide, as columns: what `column` gives at `places` of them.
template <typename T>
void turn(const std::vector<T>& rows, std::size_t width, std::span<const std::size_t> places, std::span<T* const> columns) {
  for (std::size_t row = 0; row * width < rows.size(); ++row) {
    const T* from = rows.data() + row * width;
    for (std::size_t i = 0; i < places.size(); ++i) columns[i][row] = from[places[i]];
  }
}

// Of series that are in no other lane, where nothing is to be looked up.
Block block_of(const Tail::Lane& lane, const std::vector<std::int64_t>& series) {
  Block block;
  for (const auto& row : lane.rows) append_row(block.times, row);
  std::vector<std::size_t> places;
  for (const auto one : series) {
    places.push_back(place_in(lane.series, one));
    block.columns.push_back(column_for(one, lane.rows.size()));
  }
  std::vector<std::int64_t*> wholes;
  std::vector<std::uint8_t*> scales;
  std::vector<ground::Quality*> qualities;
  for (auto& column : block.columns) {
    wholes.push_back(column.decimals.wholes.data());
    scales.push_back(column.decimals.scales.data());
    qualities.push_back(column.qualities.data());
  }
  const auto width = lane.series.size();
  turn<std::int64_t>(lane.decimals.wholes, width, places, wholes);
  turn<std::uint8_t>(lane.decimals.scales, width, places, scales);
  if (codec::alike(lane.qualities))
    for (auto& column : block.columns) std::ranges::fill(column.qualities, lane.qualities.front());
  else
    turn<ground::Quality>(lane.qualities, width, places, qualities);
  return block;
}

Block block_of(const std::vector<const Tail::Lane*>& lanes, const std::vector<std::int64_t>& series) {
  if (lanes.size() == 1) return block_of(*lanes.front(), series);
  std::vector<Place> places;
  for (const auto* lane : lanes)
    for (std::size_t row = 0; row < lane->rows.size(); ++row) places.push_back({lane, row});
  std::ranges::sort(places, {}, [](const Place& place) { return place.lane->rows[place.row].order; });
  Block block;
  for (const auto& [lane, row] : places) append_row(block.times, lane->rows[row]);
  for (const auto row : series) block.columns.push_back(column_of(row, places));
  return block;
}

// Series that are in the same lanes have the same rows.
std::vector<Block> blocks_of(const Tail::Lanes& lanes) {
  std::map<std::int64_t, std::vector<const Tail::Lane*>> lanes_of;
  for (const auto& lane : lanes)
    for (const auto series : lane.series) lanes_of[series].push_back(&lane);
  std::map<std::vector<const Tail::Lane*>, std::vector<std::int64_t>> alike;
  for (const auto& [series, in] : lanes_of) alike[in].push_back(series);
  std::vector<Block> out;
  for (const auto& [in, series] : alike) out.push_back(block_of(in, series));
  std::ranges::sort(out, {}, [](const Block& block) { return block.columns.front().series; });
  return out;
}

Tail::Lane part_of(const Tail::Lane& lane, std::int64_t window) {
  Tail::Lane part{.series = lane.series};
  const auto width = static_cast<std::ptrdiff_t>(lane.series.size());
  for (std::size_t row = 0; row < lane.rows.size(); ++row) {
    if (window_of(lane.rows[row].utc_ms) != window) continue;
    const auto at = static_cast<std::ptrdiff_t>(row) * width;
    part.rows.push_back(lane.rows[row]);
    const auto& [wholes, scales] = lane.decimals;
    part.decimals.wholes.insert(part.decimals.wholes.end(), wholes.begin() + at, wholes.begin() + at + width);
    part.decimals.scales.insert(part.decimals.scales.end(), scales.begin() + at, scales.begin() + at + width);
    part.qualities.insert(part.qualities.end(), lane.qualities.begin() + at, lane.qualities.begin() + at + width);
  }
  return part;
}

}  // namespace

std::vector<std::vector<Block>> chunks_of(Tail::Lanes lanes) {
  std::set<std::int64_t> windows;
  for (const auto& lane : lanes)
    for (const auto& row : lane.rows)
      if (const auto window = window_of(row.utc_ms); windows.empty() || *windows.rbegin() != window) windows.insert(window);
  std::vector<std::vector<Block>> out;
  if (windows.size() == 1) {
    out.push_back(blocks_of(lanes));
    return out;
  }
  for (const auto window : windows) {
    Tail::Lanes parts;
    for (const auto& lane : lanes)
      if (auto part = part_of(lane, window); !part.rows.empty()) parts.push_back(std::move(part));
    out.push_back(blocks_of(parts));
  }
  return out;
}

Extent extent_of(const std::vector<Block>& blocks) {
  Extent out;
  for (const auto& [times, columns] : blocks) extend(out, times, columns.size());
  return out;
}

void extend(Extent& extent, const codec::Times& times, std::size_t columns) {
  if (times.rows() == 0 || columns == 0) return;
  const auto [from, to] = std::ranges::minmax(times.utc_ms);
  const auto first = times.seq.front(), last = times.seq.back();
  if (extent.samples == 0) extent = {from, to, first, last, 0};
  extent = {std::min(extent.from_ms, from), std::max(extent.to_ms, to), std::min(extent.from_seq, first), std::max(extent.to_seq, last),
            extent.samples + static_cast<std::int64_t>(times.rows() * columns)};
}

void append(codec::Times& times, const codec::Times& more) {
  const auto before = times.rows();
  for (auto stretch : more.stretches) {
    stretch.first_row += before;
    if (times.stretches.empty() || times.stretches.back().boot != stretch.boot || times.stretches.back().offset_ms != stretch.offset_ms)
      times.stretches.push_back(stretch);
  }
  times.utc_ms.insert(times.utc_ms.end(), more.utc_ms.begin(), more.utc_ms.end());
  times.seq.insert(times.seq.end(), more.seq.begin(), more.seq.end());
  times.age_ms.insert(times.age_ms.end(), more.age_ms.begin(), more.age_ms.end());
}

}  // namespace holdup::store
