#include "collector/rules/stream/window.hpp"

#include <algorithm>
#include <iterator>

#include "collector/rules/evaluator.hpp"

namespace holdup::rules::stream {

void WindowOf::born(std::size_t, Series& series) {
  const auto cell = add(&series.labels, reckoning_.keeps_name);
  series_.push_back(&series);
  series.enlist({.leaf = this, .cell = cell, .rule = rule()});
  if (series.heard) touch(cell);
}

void WindowOf::update(const Setting& setting) {
  begin();
  timers_.take_due(setting.at, [&](std::uint32_t cell) { touch(cell); });
  if (next_tick_ <= setting.at)
    for (std::uint32_t cell = 0; cell < cells().size(); ++cell)
      if (cells()[cell].present) touch(cell);
  take_touched([&](std::uint32_t cell) { refresh(cell, setting); });
  const bool drifts = reckoning_.drifts && present_ > 0;
  next_tick_ = drifts ? multiple_after(setting.at, setting.tick, {}) : ground::Instant::max();
}

void WindowOf::refresh(std::uint32_t cell, const Setting& setting) {
  const Series& series = *series_[cell];
  const auto length = length_ > ground::Duration::zero() ? length_ : setting.lookback;
  const auto to = ground::shifted(setting.at, -offset_), from = ground::shifted(to, -length);
  const auto points = series.between(from, to);
  const Window window{
      .samples = {}, .from = from, .to = to, .at = setting.at, .utc_offset = setting.utc_offset, .parameters = reckoning_.parameters};
  const auto value = points.empty() ? std::nullopt : reckon(points, window);
  present_ += (value ? 1 : 0) - (cells()[cell].present ? 1 : 0);
  yield(cell, value);
  if (!points.empty()) timers_.arm(cell, ground::shifted(ground::shifted(points.front().at, length), offset_));
  if (offset_ == ground::Duration::zero()) return;
  if (const auto coming = series.between(to, ground::Instant::max()); !coming.empty())
    timers_.arm(cell, ground::shifted(coming.front().at, offset_));
}

std::optional<double> WindowOf::reckon(std::span<const Point> points, Window window) {
  const auto stale = [](const Point& point) { return is_stale(point.value); };
  if (reckoning_.reckon == nullptr) return stale(points.back()) ? std::nullopt : std::optional{points.back().value};
  if (std::ranges::any_of(points, stale)) {
    scratch_.clear();
    std::ranges::remove_copy_if(points, std::back_inserter(scratch_), stale);
    points = scratch_;
  }
  window.samples = points;
  return points.empty() ? std::nullopt : reckoning_.reckon(window);
}

}  // namespace holdup::rules::stream
