#include "store/sorter.hpp"

#include <bit>
#include <utility>

#include "ground/expect.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t samples_a_step = 8'192;
constexpr std::size_t most_lists = 10'000;  // kept; beyond, they are made again

}  // namespace

bool Sorter::step() {
  for (std::size_t samples = 0; !tail_.unsorted().empty() && samples < samples_a_step; tail_.sorted()) {
    const auto& row = tail_.unsorted().front();
    samples += row.samples;
    const auto read = reader_.read_decimals(row.body, replies_);
    HOLDUP_EXPECT(read.has_value());  // it was written by this process
    for (const auto& reply : replies_)
      for (const auto& part : parts_of(reply.series)) add(row.seq, reply, part);
  }
  return !tail_.unsorted().empty();
}

void Sorter::add(std::int64_t seq, const codec::JournalBatch& reply, const Sealed& sealed) {
  codec::JournalBatch plain = reply;
  for (const double value : reply.values) plain.decimals.wholes.push_back(std::bit_cast<std::int64_t>(value));
  plain.decimals.scales.assign(reply.values.size(), 0);
  for (const auto& part : parts_of(reply.series))
    if (const auto known = sealed.find(part.pack); known != sealed.end() && seq > known->second) add(seq, plain, part);
}

void Sorter::add(std::int64_t seq, const codec::JournalBatch& reply, const Part& part) {
  auto& lane = tail_.lane(part.pack, part.series, seq);
  lane.rows.push_back({reply.utc_ms, reply.age_ms, reply.boot, reply.offset_ms, seq, tail_.next_order()});
  auto& [wholes, scales] = lane.decimals;
  const auto& from = reply.decimals;
  if (part.places.size() == reply.series.size()) {
    wholes.insert(wholes.end(), from.wholes.begin(), from.wholes.end());
    scales.insert(scales.end(), from.scales.begin(), from.scales.end());
    lane.qualities.insert(lane.qualities.end(), reply.qualities.begin(), reply.qualities.end());
    return;
  }
  for (const auto place : part.places) {
    wholes.push_back(from.wholes[place]);
    scales.push_back(from.scales[place]);
    lane.qualities.push_back(reply.qualities[place]);
  }
}

// Most replies come in the order in which they came first.
const Sorter::Parts& Sorter::parts_of(const codec::SeriesList& series) {
  if (likely_ >= lists_.size()) likely_ = 0;
  if (likely_ < lists_.size() && lists_[likely_].series == series) {
    List& list = lists_[likely_++];
    if (!list.series.is(series)) list.series = series;  // to be compared sooner next time
    return list.parts;
  }
  if (lists_.size() >= most_lists) lists_.clear(), place_of_.clear();
  if (const auto known = place_of_.find(series); known != place_of_.end()) return likely_ = known->second + 1, lists_[known->second].parts;
  auto parts = make_parts(series);
  if (parts.empty() || parts.front().pack == 0) return passing_ = std::move(parts);  // of damage; what is unknown now may be known later
  place_of_.emplace(series, lists_.size());
  lists_.push_back({series, std::move(parts)});
  likely_ = lists_.size();
  return lists_.back().parts;
}

Sorter::Parts Sorter::make_parts(const codec::SeriesList& series) {
  std::map<std::int64_t, std::vector<std::uint32_t>> places_of;  // by pack
  for (std::size_t i = 0; i < series.size(); ++i) places_of[catalog_.pack_of(file_, series[i])].push_back(static_cast<std::uint32_t>(i));
  Parts out;
  for (auto& [pack, places] : places_of) {
    std::vector<std::int64_t> of;
    for (const auto place : places) of.push_back(series[place]);
    out.push_back({pack, places_of.size() == 1 ? series : codec::SeriesList{std::move(of)}, std::move(places)});
  }
  return out;
}

}  // namespace holdup::store
