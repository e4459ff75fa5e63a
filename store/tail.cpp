#include "store/tail.hpp"

#include <algorithm>
#include <utility>

namespace holdup::store {

constexpr std::size_t most_empty_lanes = 64;  // kept for the rows to come

void Tail::add(Unsorted row) {
  unsorted_samples_ += row.samples;
  unsorted_.push_back(std::move(row));
}

void Tail::sorted() {
  unsorted_samples_ -= unsorted_.front().samples;
  unsorted_.pop_front();
}

std::optional<std::int64_t> Tail::first() const {
  if (first_ || unsorted_.empty()) return first_;
  return unsorted_.front().seq;
}

Tail::Lane& Tail::lane(std::int64_t pack, const codec::SeriesList& series, std::int64_t seq) {
  auto& of = packs_[pack];
  if (!of.first) of.first = seq;
  sorted_until_ = seq;
  if (!first_) first_ = seq;
  of.samples += series.size();
  most_ = std::max(most_, of.samples);
  samples_ += series.size();
  const auto known = std::ranges::find(of.lanes, series, &Lane::series);
  return known != of.lanes.end() ? *known : of.lanes.emplace_back(Lane{.series = series});
}

bool Tail::may_be_due(std::int64_t seq, std::size_t samples) const {
  return most_ + unsorted_samples_ >= samples || (first_ && *first_ <= seq) || (!unsorted_.empty() && unsorted_.front().seq <= seq);
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
                     .decimals = std::exchange(lane.decimals, {}),
                     .qualities = std::exchange(lane.qualities, {})});
      if (of.lanes.size() <= most_empty_lanes) {  // as long again, most likely
        lane.rows.reserve(out.back().rows.size());
        lane.decimals.wholes.reserve(out.back().decimals.wholes.size());
        lane.decimals.scales.reserve(out.back().decimals.scales.size());
        lane.qualities.reserve(out.back().qualities.size());
      }
    }
  if (of.lanes.size() > most_empty_lanes) of.lanes.clear();
  samples_ -= std::exchange(of.samples, 0);
  of.taken = std::exchange(of.first, std::nullopt);
  look_over();
  return out;
}

void Tail::sealed(std::int64_t pack) {
  packs_[pack].taken.reset();
  look_over();
}

void Tail::look_over() {
  first_.reset();
  most_ = 0;
  for (const auto& [row, of] : packs_) {
    const auto& first = of.taken ? of.taken : of.first;
    if (first && (!first_ || *first < *first_)) first_ = first;
    most_ = std::max(most_, of.samples);
  }
}

}  // namespace holdup::store
