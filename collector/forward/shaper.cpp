#include "collector/forward/shaper.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace holdup::forward {
namespace {

constexpr std::int64_t longest_step_ms = 10'000;     // between two records; more is downtime, or a stepped clock
constexpr std::int64_t stepped_back_ms = 3'600'000;  // a newer time before this was wrong
constexpr std::int64_t silent_ms = 300'000;
constexpr std::int64_t silent_gaps = 3;              // … and so many of its own usual gaps
constexpr std::int64_t silent_unknown_ms = 900'000;  // of a series that was recorded only once: slow points come every 5 min
constexpr std::int64_t look_every_ms = 10'000;

std::int64_t ms_of(ground::Utc time) { return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count(); }

/// In order of time, the later recorded of two at one time.
void put_in_order(std::vector<Sample>& samples) {
  const auto ascends = [](const Sample& a, const Sample& b) { return a.time_ms < b.time_ms; };
  if (std::ranges::adjacent_find(samples, std::not_fn(ascends)) == samples.end()) return;
  std::ranges::stable_sort(samples, ascends);
  std::vector<Sample> kept;
  for (const Sample& sample : samples) {
    if (!kept.empty() && kept.back().time_ms == sample.time_ms) kept.pop_back();
    kept.push_back(sample);
  }
  samples = std::move(kept);
}

}  // namespace

void Shaper::remember(std::int64_t row, std::int64_t time_ms) {
  auto& course = courses_[row];
  course.open = true;
  course.last_ms = time_ms;
  course.at = running_;
  newest_ms_ = std::max(newest_ms_.value_or(time_ms), time_ms);
}

ground::Result<std::vector<Passage>> Shaper::shape(const store::Slice& slice, const SeriesOf& series_of) {
  for (const auto& recorded : slice.recorded)
    if (const auto named = name(courses_[recorded.series], recorded.series, series_of); !named) return named.error();
  run(slice);
  std::vector<Passage> passages;
  for (const auto& recorded : slice.recorded) {
    auto& course = courses_[recorded.series];
    if (recorded.points.empty()) continue;
    const auto at = running_at(ms_of(recorded.points.back().time));
    if (course.at != 0) course.gap = std::max<std::int64_t>(0, at - course.at);
    course.at = at;
    if (!course.labels) continue;
    if (auto passage = follow(course, recorded.points); !passage.samples.empty()) passages.push_back(std::move(passage));
  }
  if (const auto ended = end_silent(passages, series_of); !ended) looked_ = 0;  // with the next slice
  return passages;
}

ground::Result<void> Shaper::name(Course& course, std::int64_t row, const SeriesOf& series_of) {
  if (course.named) return {};
  const auto series = series_of(row);
  if (!series) return series.error();
  course.named = true;
  if (!wanted(series->name)) return {};
  if (auto labels = labels_of(*series, added_)) course.labels = std::make_shared<const Labels>(std::move(*labels));
  return {};
}

bool Shaper::wanted(std::string_view name) const {
  return match_.empty() || std::ranges::any_of(match_, [&](std::string_view one) {
           return one.ends_with('*') ? name.starts_with(one.substr(0, one.size() - 1)) : name == one;
         });
}

Passage Shaper::follow(Course& course, const std::vector<store::Point>& points) {
  Passage passage{.labels = course.labels, .samples = {}};
  for (const auto& point : points) {
    const auto time_ms = ms_of(point.time);
    if (point.quality == ground::Quality::good) {
      passage.samples.push_back({time_ms, bits_of(point.value)});
      course.open = true;
      course.last_ms = time_ms;
    } else if (std::exchange(course.open, false)) {
      course.last_ms = std::max(time_ms, course.last_ms + 1);
      passage.samples.push_back({course.last_ms, stale_bits});
    }
  }
  put_in_order(passage.samples);
  return passage;
}

/// The time in which the daemon recorded, so that its own downtime ends no series.
void Shaper::run(const store::Slice& slice) {
  slice_running_.clear();
  for (const auto& recorded : slice.recorded)
    for (const auto& point : recorded.points)
      if (const auto time = ms_of(point.time); slice_running_.empty() || slice_running_.back().first != time)
        slice_running_.emplace_back(time, 0);
  std::ranges::sort(slice_running_);
  const auto same_time = [](const auto& one, const auto& other) { return one.first == other.first; };
  slice_running_.erase(std::unique(slice_running_.begin(), slice_running_.end(), same_time), slice_running_.end());
  for (auto& [time, running] : slice_running_) {
    if (!newest_ms_ || time < *newest_ms_ - stepped_back_ms) newest_ms_ = time;
    running_ += std::clamp<std::int64_t>(time - *newest_ms_, 0, longest_step_ms);
    newest_ms_ = std::max(*newest_ms_, time);
    running = running_;
  }
}

std::int64_t Shaper::running_at(std::int64_t time_ms) const {
  const auto at = std::ranges::lower_bound(slice_running_, time_ms, {}, [](const auto& one) { return one.first; });
  return at == slice_running_.end() ? running_ : at->second;
}

ground::Result<void> Shaper::end_silent(std::vector<Passage>& passages, const SeriesOf& series_of) {
  if (running_ - looked_ < look_every_ms) return {};
  looked_ = running_;
  for (auto& [row, course] : courses_) {
    const auto patience = course.gap == 0 ? silent_unknown_ms : std::max(silent_ms, silent_gaps * course.gap);
    if (!course.open || running_ - course.at <= patience) continue;
    if (const auto named = name(course, row, series_of); !named) return named.error();
    course.open = false;
    course.last_ms = std::max(*newest_ms_, course.last_ms + 1);
    if (course.labels) passages.push_back({course.labels, {{course.last_ms, stale_bits}}});
  }
  return {};
}

}  // namespace holdup::forward
