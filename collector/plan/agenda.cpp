#include "collector/plan/agenda.hpp"

#include <algorithm>
#include <numeric>

namespace holdup::plan {

using ground::Instant;

Agenda::Agenda(std::size_t size) : when_(size, Instant::max()), heap_(size), place_(size) {
  std::iota(heap_.begin(), heap_.end(), 0u);
  std::iota(place_.begin(), place_.end(), 0u);
}

void Agenda::set(std::size_t who, Instant when) {
  const bool earlier = when < when_[who];
  when_[who] = when;
  earlier ? rise(place_[who]) : sink(place_[who]);
}

std::vector<std::size_t> Agenda::due(Instant now) const {
  std::vector<std::size_t> out;
  gather(0, now, out);
  std::ranges::sort(out);
  return out;
}

void Agenda::gather(std::size_t at, Instant now, std::vector<std::size_t>& out) const {
  if (at >= heap_.size() || when_[heap_[at]] > now) return;
  out.push_back(heap_[at]);
  gather(2 * at + 1, now, out);
  gather(2 * at + 2, now, out);
}

void Agenda::rise(std::size_t at) {
  const auto who = heap_[at];
  for (; at > 0 && when_[who] < when_[heap_[(at - 1) / 2]]; at = (at - 1) / 2) place(at, heap_[(at - 1) / 2]);
  place(at, who);
}

void Agenda::sink(std::size_t at) {
  const auto who = heap_[at];
  for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && when_[heap_[child + 1]] < when_[heap_[child]]) ++child;
    if (when_[who] <= when_[heap_[child]]) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, who);
}

}  // namespace holdup::plan
