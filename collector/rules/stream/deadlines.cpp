#include "collector/rules/stream/deadlines.hpp"

namespace holdup::rules::stream {

void Deadlines::set(std::size_t rule, ground::Instant due) {
  due_[rule] = due;
  if (due < queued_[rule]) queue_.emplace(queued_[rule] = due, static_cast<std::uint32_t>(rule));
  put_first_right();
}

void Deadlines::put_first_right() {
  while (!queue_.empty()) {
    const auto [when, rule] = queue_.top();
    if (due_[rule] == when) return;
    queue_.pop();
    if (queued_[rule] != when) continue;  // it had another entry, for sooner
    queued_[rule] = due_[rule];
    if (due_[rule] != ground::Instant::max()) queue_.emplace(due_[rule], rule);
  }
}

}  // namespace holdup::rules::stream
