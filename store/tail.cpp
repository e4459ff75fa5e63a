#include "store/tail.hpp"

#include <algorithm>
#include <utility>

namespace holdup::store {

constexpr std::size_t most_empty_lanes = 64;  // kept for the rows to come

Tail::Lane& Tail::lane(std::int64_t pack, const std::vector<std::int64_t>& series) {
  auto& lanes = packs_[pack].lanes;
  const auto known = std::find_if(lanes.begin(), lanes.end(), [&](const Lane& lane) { return lane.series == series; });
  if (known != lanes.end()) return *known;
  return lanes.emplace_back(Lane{.series = series});
}

void Tail::note(std::int64_t pack, std::int64_t seq, std::size_t samples) {
  auto& of = packs_[pack];
  if (!of.first) of.first = seq;
  of.samples += samples;
  samples_ += samples;
}

std::optional<std::int64_t> Tail::due(std::int64_t seq, std::size_t samples) const {
  std::optional<std::int64_t> pack;
  std::int64_t first = 0;
  for (const auto& [row, of] : packs_) {
    if (!of.first || of.taken || (*of.first > seq && of.samples < samples)) continue;
    if (!pack || *of.first < first) pack = row, first = *of.first;
  }
  return pack;
}

std::vector<std::int64_t> Tail::packs() const {
  std::vector<std::int64_t> out;
  for (const auto& [row, of] : packs_)
    if (of.first) out.push_back(row);
  return out;
}

Tail::Lanes Tail::take(std::int64_t pack) {
  auto& of = packs_[pack];
  Lanes out;
  for (Lane& lane : of.lanes)
    if (!lane.rows.empty()) {
      out.push_back({.series = lane.series,
                     .rows = std::exchange(lane.rows, {}),
                     .values = std::exchange(lane.values, {}),
                     .qualities = std::exchange(lane.qualities, {})});
      if (of.lanes.size() <= most_empty_lanes) {  // as long again, most likely
        lane.rows.reserve(out.back().rows.size());
        lane.values.reserve(out.back().values.size());
        lane.qualities.reserve(out.back().qualities.size());
      }
    }
  if (of.lanes.size() > most_empty_lanes) of.lanes.clear();
  samples_ -= std::exchange(of.samples, 0);
  of.taken = std::exchange(of.first, std::nullopt);
  return out;
}

void Tail::sealed(std::int64_t pack) { packs_[pack].taken.reset(); }

std::optional<std::int64_t> Tail::first() const {
  std::optional<std::int64_t> out;
  for (const auto& [row, of] : packs_) {
    const auto& first = of.taken ? of.taken : of.first;
    if (first && (!out || *first < *out)) out = first;
  }
  return out;
}

}  // namespace holdup::store
