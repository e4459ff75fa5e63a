#include "collector/cli/step_source.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/past.hpp"

namespace holdup::cli {
namespace {

using ground::Instant;
using ground::Quality;
using ground::Utc;

constexpr double samples_ahead = 500'000;  // that are in memory of one selector, at one a second
constexpr ground::Duration longest_ahead = std::chrono::hours{2};

Instant as_instant(Utc time) { return Instant{time.time_since_epoch()}; }
Utc as_utc(Instant time) { return Utc{time.time_since_epoch()}; }

}  // namespace

void take_point(const store::Point& point, bool is_made, std::vector<rules::Point>& out) {
  const auto at = as_instant(point.time);
  if (!out.empty() && at <= out.back().at) return;  // the clock had been set back
  if (point.quality == Quality::good)
    out.push_back({at, point.value});
  else if (is_made)
    out.push_back({at, rules::stale_marker});
}

std::vector<rules::SeriesView> StepSource::select(const rules::Selector& selector, Instant after, Instant to) {
  Lead& lead = lead_of(selector);
  if (selector.range == ground::Duration::zero() && plan_.step >= to - after)
    read_newest(lead, after, to);
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

StepSource::Lead& StepSource::lead_of(const rules::Selector& selector) {
  const auto [place, fresh] = leads_.try_emplace(selector.slot);
  Lead& lead = place->second;
  if (!fresh) return lead;
  auto found = serve::select(reader_, selector);
  if (!found) failure_ = found.error();
  for (auto& selected : found ? *found : std::vector<serve::Selected>{}) {
    const bool is_made = rules::is_made(rules_, selected.labels.get(rules::metric_name));
    lead.tracks.push_back({std::move(selected), is_made, {}});
  }
  return lead;
}

/// The newest point of each, and what lies before it where that was not good.
void StepSource::read_newest(Lead& lead, Instant after, Instant to) {
  std::vector<std::int64_t> rows;
  for (const auto& track : lead.tracks) rows.push_back(track.selected.row);
  const auto points = reader_.instant(rows, as_utc(to), to - after);
  if (!points) return void(failure_ = points.error());
  for (std::size_t i = 0; i < points->size() && !failure_; ++i) {
    auto& track = lead.tracks[i];
    track.points.clear();
    const auto& newest = (*points)[i];
    if (newest && newest->quality != Quality::good && !track.is_made)
      read(track, after, to);
    else if (newest)
      take_point(*newest, track.is_made, track.points);
  }
}

void StepSource::read_on(Lead& lead, Instant after, Instant to) {
  if (lead.read && after >= lead.after && to <= lead.to) return;
  const ground::Duration share{
      static_cast<std::int64_t>(1e9 * samples_ahead / static_cast<double>(std::max<std::size_t>(lead.tracks.size(), 1)))};
  const auto stretch = plan_.step > 4 * (to - after) ? ground::Duration{} : std::min(longest_ahead, share);
  const auto ahead = std::max(to, std::min(ground::shifted(to, stretch), as_instant(plan_.last)));
  const bool joins = lead.read && after >= lead.after && after <= lead.to;
  for (auto& track : lead.tracks) {
    if (joins)
      track.points.erase(track.points.begin(), std::ranges::upper_bound(track.points, after, {}, &rules::Point::at));
    else
      track.points.clear();
    if (!failure_) read(track, joins ? lead.to : after, ahead);
  }
  lead.after = after;
  lead.to = ahead;
  lead.read = true;
}

void StepSource::read(Track& track, Instant after, Instant to) {
  const auto points = reader_.range(track.selected.row, {.from = as_utc(after) + ground::Duration{1}, .to = as_utc(to)});
  if (!points) return void(failure_ = points.error());
  for (const auto& point : *points) take_point(point, track.is_made, track.points);
}

}  // namespace holdup::cli
