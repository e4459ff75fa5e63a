#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ground/instant.hpp"

// Who is next: a moment for each of a fixed number, the earliest always at hand, so that two thousand devices cost a look at those whose
// time has come. Plan keeps one of its cards. Pure.
namespace holdup::plan {

class Agenda {
 public:
  /// All of them never, to begin with.
  explicit Agenda(std::size_t size);

  void set(std::size_t who, ground::Instant when);
  /// Instant::max() when nobody has a time.
  [[nodiscard]] ground::Instant next() const { return heap_.empty() ? ground::Instant::max() : when_[heap_.front()]; }
  /// Everyone whose time has come, by number; their times stay.
  [[nodiscard]] std::vector<std::size_t> due(ground::Instant now) const;

 private:
  void gather(std::size_t place, ground::Instant now, std::vector<std::size_t>& out) const;
  void place(std::size_t at, std::uint32_t who) { heap_[at] = who, place_[who] = static_cast<std::uint32_t>(at); }
  void rise(std::size_t at);
  void sink(std::size_t at);

  std::vector<ground::Instant> when_;        // by number
  std::vector<std::uint32_t> heap_, place_;  // numbers, no parent later than its children; where each stands
};

}  // namespace holdup::plan
