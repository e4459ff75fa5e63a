#include "collector/rules/stream/newest.hpp"

namespace holdup::rules::stream {

void Newest::born(std::size_t, Series& series) {
  const auto cell = add(&series.labels, yields_ == Yields::value);
  bound_.push_back({&series, enlist(series, {.guard = guard(), .cell = cell})});
  if (series.heard) mark(cell);
}

void Newest::update(const Setting& setting) {
  begin();
  timers_.take_due(setting.at, [&](std::uint32_t cell) {
    due_.push_back(cell);
    if (!dozes(cell) || !lives(*bound_[cell].series, setting)) mark(cell);
  });
  take_touched([&](std::uint32_t cell) { refresh(cell, setting); });
  for (const auto cell : due_) {
    worked();
    if (cells()[cell].present) timers_.arm(cell, until(*bound_[cell].series, setting));
  }
  due_.clear();
}

void Newest::refresh(std::uint32_t cell, const Setting& setting) {
  auto& [series, consumer] = bound_[cell];
  const Point& last = series->last;
  double value = last.value;
  if (yields_ == Yields::time) value = ground::seconds((last.at + setting.utc_offset).time_since_epoch());
  const bool turned = yield(cell, lives(*series, setting) ? std::optional{value} : std::nullopt);
  if (has_changed(cell) && dozes(cell)) series->consumer(consumer).guard = {};  // its reader, which is told, may let it doze anew
  if (!turned) return;
  const bool is_there = cells()[cell].present;
  if (is_there) timers_.arm(cell, until(*series, setting));  // while it stays, its deadline moves ahead
  if (threshold()) series->consumer(consumer).guard = is_there ? Guard{} : guard();
}

}  // namespace holdup::rules::stream
