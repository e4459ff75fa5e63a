#include "collector/serve/query_source.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace holdup::serve {
namespace {

using ground::Instant;
using ground::Quality;

constexpr double samples_a_stretch = 2'000'000;  // that are in memory of one leaf, at one a second
constexpr ground::Duration longest_stretch = std::chrono::hours{2};

// The evaluator's time is whatever its source says it is: here UTC, as the store keeps it.
Instant as_instant(ground::Utc time) { return Instant{time.time_since_epoch()}; }
ground::Utc as_utc(Instant time) { return ground::Utc{time.time_since_epoch()}; }

/// What was good before a point that is not is no longer true: that point ends the series.
rules::Point point_of(const store::Point& point) {
  return {as_instant(point.time), point.quality == Quality::good ? point.value : rules::stale_marker};
}

}  // namespace

QuerySource::QuerySource(store::Reader& reader, const rules::Expression& expression, Plan plan, const OutOfTime& out_of_time)
    : reader_{reader}, plan_{plan}, out_of_time_{out_of_time} {
  for (const auto& leaf : rules::leaves(expression)) behind_.push_back(leaf.behind);
}

std::vector<rules::SeriesView> QuerySource::select(const rules::Selector& selector, Instant after, Instant to) {
  Lead& lead = lead_of(selector);
  const bool alone = plan_.step == ground::Duration::zero() && behind_[selector.slot] == ground::Duration::zero();
  if (alone && selector.range == ground::Duration::zero())
    read_newest(lead, to);
  else
    read_on(lead, after, to);
  std::vector<rules::SeriesView> out;
  if (failure_) return out;
  for (const auto& track : lead.tracks) {
    const auto from = std::ranges::upper_bound(track.points, after, {}, &rules::Point::at);
    const auto end = std::ranges::upper_bound(from, track.points.end(), to, {}, &rules::Point::at);
    if (from != end) out.push_back({&track.selected.labels, {from, end}});
  }
  return out;
}

bool QuerySource::gave_up() {
  if (!failure_ && out_of_time_()) failure_ = query_error(503, "timeout", "the query took too long");
  return failure_.has_value();
}

QuerySource::Lead& QuerySource::lead_of(const rules::Selector& selector) {
  const auto known = leads_.find(selector.slot);
  if (known != leads_.end()) return known->second;
  Lead& lead = leads_[selector.slot];
  auto found = serve::select(reader_, selector);
  if (!found) failure_ = query_error(503, "internal", found.error().what);
  for (auto& selected : found ? *found : std::vector<Selected>{}) lead.tracks.push_back({std::move(selected), {}});
  lead.reach = (selector.range > ground::Duration::zero() ? selector.range : query_lookback) + behind_[selector.slot];
  return lead;
}

/// Of one evaluation the newest points are enough, and the store finds these without reading what lies before.
void QuerySource::read_newest(Lead& lead, Instant at) {
  if (gave_up()) return;
  std::vector<std::int64_t> rows;
  for (const auto& track : lead.tracks) rows.push_back(track.selected.row);
  const auto points = reader_.instant(rows, as_utc(at), query_lookback);
  if (!points) return void(failure_ = query_error(503, "internal", points.error().what));
  for (std::size_t i = 0; i < points->size(); ++i) {
    lead.tracks[i].points.clear();
    if ((*points)[i]) lead.tracks[i].points.push_back(point_of(*(*points)[i]));
  }
}

void QuerySource::read_on(Lead& lead, Instant after, Instant to) {
  if (lead.read && after >= lead.after && to <= lead.to) return;
  const ground::Duration share{
      static_cast<std::int64_t>(1e9 * samples_a_stretch / static_cast<double>(std::max<std::size_t>(lead.tracks.size(), 1)))};
  const auto stretch = plan_.step > longest_stretch ? ground::Duration{} : std::min(longest_stretch, share);
  const auto ahead = std::max(to, std::min(ground::shifted(to, stretch), as_instant(plan_.last)));
  if (!lead.read || after < lead.after || after > lead.to) {
    for (auto& track : lead.tracks) track.points.clear();
    lead.after = lead.to = after;
  }
  const auto forgotten = ground::shifted(to, -lead.reach);
  if (forgotten > lead.after && forgotten <= after) {
    for (auto& track : lead.tracks)
      track.points.erase(track.points.begin(), std::ranges::upper_bound(track.points, forgotten, {}, &rules::Point::at));
    lead.after = forgotten;
  }
  read(lead, lead.to, ahead);
  lead.to = ahead;
  lead.read = true;
}

void QuerySource::read(Lead& lead, Instant after, Instant to) {
  for (auto& track : lead.tracks) {
    if (gave_up()) return;
    store::Range range{.from = as_utc(after) + ground::Duration{after < Instant::max() ? 1 : 0}, .to = as_utc(to)};
    const auto read = reader_.range_slice(track.selected.row, range, std::numeric_limits<std::size_t>::max(), read_);
    if (!read) return void(failure_ = query_error(503, "internal", read.error().what));
    samples_ += read_.size();
    if (samples_ > query_most_samples)
      return void(failure_ = query_error(503, "execution", "the query reads more than 50 million samples"));
    if (const auto wanted = track.points.size() + read_.size(); wanted > track.points.capacity())
      track.points.reserve(std::max(wanted, 2 * track.points.size()));
    for (const auto& point : read_)  // one not newer than the last: the wall clock was stepped back
      if (track.points.empty() || as_instant(point.time) > track.points.back().at) track.points.push_back(point_of(point));
  }
}

}  // namespace holdup::serve
