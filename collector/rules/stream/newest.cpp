#include "collector/rules/stream/newest.hpp"

namespace holdup::rules::stream {

void Newest::born(std::size_t, Series& series) {
  const auto cell = add(&series.labels, yields_ == Yields::value);
  bound_.push_back({&series, enlist(series, {.guard = guard(), .cell = cell})});
  if (series.heard) touch(cell);
}

void Newest::update(const Setting& setting) {
  begin();
  timers_.take_due(setting.at, [&](std::uint32_t cell) { touch(cell); });
  take_touched([&](std::uint32_t cell) { refresh(cell, setting); });
}

void Newest::refresh(std::uint32_t cell, const Setting& setting) {
  auto& [series, consumer] = bound_[cell];
  const Point& last = series->last;
  const auto until = ground::shifted(last.at, setting.lookback);
  const bool lives = series->heard && !is_stale(last.value) && until > setting.at;
  std::optional<double> value;
  if (lives) value = yields_ == Yields::value ? last.value : ground::seconds((last.at + setting.utc_offset).time_since_epoch());
  const bool passes = lives && (!threshold() || threshold()->lets_pass(*value));
  yield(cell, value);
  if (passes) timers_.arm(cell, until);
  if (threshold()) series->consumer(consumer).guard = passes ? Guard{} : guard();
}

}  // namespace holdup::rules::stream
