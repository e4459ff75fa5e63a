#include "collector/rules/stream/window.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/over_time.hpp"

namespace holdup::rules::stream {
namespace {

constexpr std::size_t most_swept = 4096;                          // elements that a tick looks at in one turn
constexpr std::size_t few = 64;                                   // elements, of which the first to drift is looked for after each update
constexpr std::size_t most_at_first = 2'000;                      // work of a turn until all were looked at once
constexpr std::size_t a_sorted_one = 10, a_kept_one = 4;          // weighs as many that are walked through
constexpr ground::Duration pause = std::chrono::microseconds{1};  // until it goes on

}  // namespace

Rolling::Kept WindowOf::kept_for(OverTime reckon, ground::Duration length) {
  if (reckon == over_time::minimum) return Rolling::Kept::least;
  if (reckon == over_time::maximum) return Rolling::Kept::greatest;
  if (reckon == over_time::sum || reckon == over_time::average) return Rolling::Kept::sum;
  if (reckon == over_time::deviation || reckon == over_time::variance) return Rolling::Kept::spread;
  const bool is_trend = reckon == over_time::derivative || reckon == over_time::predict_linear;
  return is_trend && length <= Moments::longest_window ? Rolling::Kept::trend : Rolling::Kept::turns;
}

void WindowOf::born(std::size_t, Series& series) {
  if (cells().empty() && threshold() && offset_ == ground::Duration::zero())
    rest_ = {reckoning_.reckon, *threshold(), length_, reckoning_.parameters[0]};
  const auto cell = add(&series.labels, reckoning_.keeps_name);
  if (reckoning_.drifts) drifts_from_.push_back(ground::Instant::max());
  if (Rolling::keeps_moments(kept_)) moments_.emplace_back();
  bound_.push_back({.rolling = {}, .consumer = enlist(series, {.guard = {}, .cell = cell}), .series = &series});
  mark(cell);
}

void WindowOf::update(const Setting& setting) {
  begin();
  timers_.take_due(setting.at, [&](std::uint32_t cell) { mark(cell); });
  if (next_tick_ <= setting.at) {
    if (!std::exchange(is_sweeping_, true)) swept_ = 0;
    for (const auto end = std::min(cells().size(), swept_ + most_swept); swept_ < end; ++swept_)
      if (drifts_from_[swept_] <= setting.at) mark(static_cast<std::uint32_t>(swept_));
    is_sweeping_ = swept_ < cells().size();
  }
  const auto length = length_ > ground::Duration::zero() ? length_ : setting.lookback;
  const auto to = ground::shifted(setting.at, -offset_);
  const Window window{.samples = {},
                      .from = ground::shifted(to, -length),
                      .to = to,
                      .at = setting.at,
                      .utc_offset = setting.utc_offset,
                      .parameters = reckoning_.parameters};
  if (is_ready_)
    take_touched([&](std::uint32_t cell) { refresh(cell, window, length); });
  else
    take_some([&](std::uint32_t cell) { return refresh(cell, window, length), work() < most_at_first; });
  is_ready_ = is_ready_ || !is_touched();
  goes_on_ = is_ready_ ? ground::Instant::max() : ground::shifted(setting.at, pause);
  const bool drifts = drifting_ > 0;
  is_sweeping_ = is_sweeping_ && drifts;
  if (!is_sweeping_)
    next_tick_ = drifts ? multiple_after(std::max(setting.at, next_drift()), setting.tick, {}) : ground::Instant::max();
  else if (next_tick_ <= setting.at)
    next_tick_ = ground::shifted(setting.at, pause);
}

/// Those that rested, or whose extreme leaves, walk through their windows.
std::size_t WindowOf::coming_work(ground::Instant at) const {
  std::size_t points = 0;
  const auto look = [&](std::uint32_t cell) { points += bound_[cell].series->ring->points().size(); };
  if (std::min(timers_.due(), next_tick_) > at)
    each_touched(look);
  else
    for (std::uint32_t cell = 0; cell < bound_.size(); ++cell) look(cell);
  const auto a_point = over_time::sorts(reckoning_.reckon) ? a_sorted_one : Rolling::keeps_moments(kept_) ? a_kept_one : 1;
  return 4 * points * a_point / Rolling::points_a_look;
}

/// Just before it.
ground::Instant WindowOf::next_drift() const {
  if (drifts_from_.size() > few) return ground::Instant::min();
  auto out = ground::Instant::max();
  for (const auto from : drifts_from_) out = std::min(out, from);
  return ground::shifted(out, -ground::Duration{1});
}

void WindowOf::drift(std::uint32_t cell, ground::Instant from) {
  const auto before = std::exchange(drifts_from_[cell], from);
  drifting_ += (from == ground::Instant::max() ? 0 : 1) - (before == ground::Instant::max() ? 0 : 1);
}

void WindowOf::refresh(std::uint32_t cell, const Window& window, ground::Duration length) {
  worked(12);
  auto& [rolling, consumer, series] = bound_[cell];
  const Ring& ring = *series->ring;
  auto* const moments = Rolling::keeps_moments(kept_) ? &moments_[cell] : nullptr;
  if (const auto walked = (rolling.*advance_)(ring, moments, rest_.guard(), window.from, window.to); walked >= Rolling::points_a_look)
    add_work(walked * (moments != nullptr ? a_kept_one : 1) / Rolling::points_a_look);
  std::optional<double> value;
  auto same_until = ground::Instant::min();
  if (rolling.size() > 0) {
    value = counted(cell, window);
    if (!value) value = reckon(ring, rolling, window, same_until);
  }
  const bool may_rest = rest_.guard().watches != Guard::Watches::all;
  const auto rest = may_rest ? rest_.of(ring, rolling, window.from, value) : std::nullopt;
  if (rest) {
    timers_.set(cell, ground::shifted(rest->leaves, length));
  } else if (rolling.size() > 0) {
    const auto next = rolling.has_stale() ? rolling.oldest(ring).at : rolling.next_to_matter(ring, kept_);
    timers_.arm(cell, ground::shifted(ground::shifted(next, length), offset_));
  }
  if (reckoning_.drifts) drift(cell, value && !rest ? ground::shifted(same_until, offset_) : ground::Instant::max());
  if (may_rest) series->consumer(consumer).guard = rest ? rest->guard : Guard{};
  yield(cell, value);
  if (offset_ == ground::Duration::zero()) return;
  if (const auto coming = series->between(window.to, ground::Instant::max()); !coming.empty())
    timers_.arm(cell, ground::shifted(coming.front().at, offset_));
}

/// Where what was counted tells it.
std::optional<double> WindowOf::counted(std::uint32_t cell, const Window& window) {
  auto& rolling = bound_[cell].rolling;
  const Ring& ring = *bound_[cell].series->ring;
  if (rolling.has_stale()) return std::nullopt;
  const auto reckon = reckoning_.reckon;
  if (kept_ == Rolling::Kept::sum) {
    if (!rolling.sum().is_known()) return std::nullopt;
    const auto sum = rolling.sum().unrounded();
    return reckon == over_time::sum ? sum.value() : sum.mean(static_cast<double>(rolling.size()));
  }
  if (Rolling::keeps_moments(kept_)) {
    const auto& moments = moments_[cell];
    const auto count = rolling.size();
    if (!moments.is_known(count)) return std::nullopt;
    if (reckon == over_time::deviation) return std::sqrt(moments.variance(count));
    if (reckon == over_time::variance) return moments.variance(count);
    if (count < 2) return std::nullopt;
    const auto line = moments.line(count, window.at);
    return reckon == over_time::derivative ? line.slope : line.slope * window.parameters[0] + line.intercept;
  }
  if (kept_ != Rolling::Kept::turns) return add_work(rolling.size() / Rolling::points_a_look), rolling.extreme(ring, kept_);
  if (reckon == over_time::changes) return static_cast<double>(rolling.changes());
  if (reckon == over_time::resets) return static_cast<double>(rolling.resets());
  return std::nullopt;
}

std::optional<double> WindowOf::reckon(const Ring& ring, const Rolling& rolling, Window window, ground::Instant& same_until) {
  window.samples = rolling.points(ring);
  add_work(rolling.size() * (over_time::sorts(reckoning_.reckon) ? a_sorted_one : 1) / Rolling::points_a_look);
  const double newest = window.samples.back().value;
  if (reckoning_.reckon == nullptr) return is_stale(newest) ? std::nullopt : std::optional{newest};
  if (!rolling.has_stale()) return extrapolated(rolling, window, same_until);
  scratch_.clear();
  std::ranges::remove_copy_if(window.samples, std::back_inserter(scratch_), [](const Point& point) { return is_stale(point.value); });
  window.samples = scratch_;
  return scratch_.empty() ? std::nullopt : reckoning_.reckon(window);
}

std::optional<double> WindowOf::extrapolated(const Rolling& rolling, const Window& window, ground::Instant& same_until) const {
  const auto reckon = reckoning_.reckon;
  const bool counter = reckon == over_time::rate || reckon == over_time::increase;
  if (counter ? rolling.resets() > 0 : reckon != over_time::delta) return reckon(window);
  const auto all = over_time::extrapolated(window, window.samples.back().value - window.samples.front().value, counter);
  if (!all) return std::nullopt;
  same_until = all->same_until;
  return reckon == over_time::rate ? all->rise / ground::seconds(window.to - window.from) : all->rise;
}

}  // namespace holdup::rules::stream
