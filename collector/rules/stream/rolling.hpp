#pragma once

#include <cmath>
#include <cstdint>

#include "collector/rules/fixed_sum.hpp"
#include "collector/rules/stream/ring.hpp"

// Where a window stands in a series' ring, and what is counted as samples come into it and leave it: so a function of the window need not
// walk through it again. Used by the windows.
namespace holdup::rules::stream {

class Rolling {
 public:
  enum class Kept : std::uint8_t { none, least, greatest, sum };  // beside what is counted of all
  explicit Rolling(Kept kept = Kept::none) : kept_{kept} {}

  /// The window is (after, to] from now on.
  void advance(const Ring& ring, ground::Instant after, ground::Instant to);

  [[nodiscard]] std::span<const Point> points(const Ring& ring) const {
    return ring.points().subspan(begin_ - ring.begin(), end_ - begin_);
  }
  /// Stale markers among them: what follows then counts for nothing.
  [[nodiscard]] bool has_stale() const { return stale_ > 0; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  [[nodiscard]] std::uint64_t resets() const { return resets_; }
  /// Of a window that is not empty, the extreme that is asked for.
  [[nodiscard]] double extreme(const Ring& ring);
  /// Of a window that is not empty, after extreme() where that is kept: until this one leaves nothing changes, unless one comes.
  [[nodiscard]] ground::Instant next_to_matter(const Ring& ring) const { return keeps_extreme() ? extreme_at_ : points(ring).front().at; }
  /// Where it is kept; known unless values are of no everyday size.
  [[nodiscard]] const FixedSum& sum() const { return sum_; }

 private:
  void restart(const Ring& ring);
  void count(const Point& before, const Point& after, std::uint64_t by);
  [[nodiscard]] bool keeps_extreme() const { return kept_ == Kept::least || kept_ == Kept::greatest; }
  void compare(const Point& point) {
    const bool outdoes = kept_ == Kept::least ? point.value < extreme_ : point.value > extreme_;
    if (outdoes || std::isnan(extreme_)) extreme_ = point.value;
    if (point.value == extreme_ || std::isnan(extreme_)) extreme_at_ = point.at;
  }

  std::uint64_t begin_ = 0, end_ = 0;  // as the ring counts its points
  std::uint64_t stale_ = 0, changes_ = 0, resets_ = 0;
  double extreme_ = 0;
  ground::Instant extreme_at_{};  // the newest that is so
  FixedSum sum_;
  Kept kept_;
  bool is_known_ = false;  // extreme_
};

}  // namespace holdup::rules::stream
