#pragma once

#include <cstdint>
#include <vector>

#include "ground/instant.hpp"

// The next deadline of each rule, the soonest first: a heap in which every rule has its place, so that moving a deadline allocates nothing.
// Used by the engine.
namespace holdup::rules::stream {

class Deadlines {
 public:
  explicit Deadlines(std::size_t rules);

  /// Instant::max(): none.
  void set(std::size_t rule, ground::Instant due);
  [[nodiscard]] ground::Instant of(std::size_t rule) const { return due_[rule]; }
  [[nodiscard]] ground::Instant soonest() const { return heap_.empty() ? ground::Instant::max() : due_[heap_.front()]; }
  /// Whose that is.
  [[nodiscard]] std::size_t first() const { return heap_.front(); }

 private:
  [[nodiscard]] bool before(std::size_t a, std::size_t b) const {
    return due_[heap_[a]] != due_[heap_[b]] ? due_[heap_[a]] < due_[heap_[b]] : heap_[a] < heap_[b];
  }
  void swap(std::size_t a, std::size_t b);

  std::vector<ground::Instant> due_;   // by rule
  std::vector<std::uint32_t> heap_;    // rules; a parent stands before its children 2i + 1 and 2i + 2
  std::vector<std::uint32_t> places_;  // by rule
};

}  // namespace holdup::rules::stream
