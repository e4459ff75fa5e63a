#include "drivers/modbus/deadlines.hpp"

namespace holdup::modbus {

void Deadlines::set(Entry& entry, ground::Instant when) {
  if (when == ground::Instant::max()) return take_out(entry);
  if (entry.place_ != Entry::nowhere && entry.when_ == when) return;
  const bool earlier = entry.place_ == Entry::nowhere || when < entry.when_;
  entry.when_ = when;
  if (entry.place_ == Entry::nowhere) {
    heap_.push_back(&entry);
    entry.place_ = heap_.size() - 1;
  }
  earlier ? rise(entry.place_) : sink(entry.place_);
}

Deadlines::Entry* Deadlines::take_due(ground::Instant now) {
  if (heap_.empty() || heap_.front()->when_ > now) return nullptr;
  Entry* const first = heap_.front();
  take_out(*first);
  return first;
}

void Deadlines::take_out(Entry& entry) {
  if (entry.place_ == Entry::nowhere) return;
  const std::size_t hole = entry.place_;
  entry.place_ = Entry::nowhere;
  Entry* const last = heap_.back();
  heap_.pop_back();
  if (last == &entry) return;
  put(last, hole);
  rise(hole);
  sink(last->place_);
}

void Deadlines::put(Entry* entry, std::size_t place) {
  heap_[place] = entry;
  entry->place_ = place;
}

void Deadlines::rise(std::size_t place) {
  Entry* const entry = heap_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (heap_[parent]->when_ <= entry->when_) break;
    put(heap_[parent], place);
    place = parent;
  }
  put(entry, place);
}

void Deadlines::sink(std::size_t place) {
  Entry* const entry = heap_[place];
  for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1]->when_ < heap_[child]->when_) ++child;
    if (entry->when_ <= heap_[child]->when_) break;
    put(heap_[child], place);
    place = child;
  }
  put(entry, place);
}

}  // namespace holdup::modbus
