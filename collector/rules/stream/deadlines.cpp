#include "collector/rules/stream/deadlines.hpp"

#include <numeric>
#include <utility>

namespace holdup::rules::stream {

Deadlines::Deadlines(std::size_t rules) : due_(rules, ground::Instant::max()), heap_(rules), places_(rules) {
  std::iota(heap_.begin(), heap_.end(), 0U);
  std::iota(places_.begin(), places_.end(), 0U);
}

void Deadlines::set(std::size_t rule, ground::Instant due) {
  if (due_[rule] == due) return;
  due_[rule] = due;
  std::size_t at = places_[rule];
  while (at > 0 && before(at, (at - 1) / 2)) swap(at, (at - 1) / 2), at = (at - 1) / 2;
  for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && before(child + 1, child)) ++child;
    if (!before(child, at)) break;
    swap(at, child);
    at = child;
  }
}

void Deadlines::swap(std::size_t a, std::size_t b) {
  std::swap(heap_[a], heap_[b]);
  std::swap(places_[heap_[a]], places_[heap_[b]]);
}

}  // namespace holdup::rules::stream
