#pragma once

#include <cmath>
#include <cstdint>

#include "collector/rules/fixed_sum.hpp"
#include "collector/rules/moments.hpp"
#include "collector/rules/stream/guard.hpp"
#include "collector/rules/stream/ring.hpp"

// Where a window stands in a series' ring, and what is counted as samples come into it and leave it: so a function of the window need not
// walk through it again. Used by the windows.
namespace holdup::rules::stream {

class Rolling {
 public:
  static constexpr std::size_t points_a_look = 8;  // that are walked through in what a look at an element takes

  enum class Kept : std::uint8_t { turns, least, greatest, sum, spread, trend };  // the same with each call; turns: changes and resets
  [[nodiscard]] static constexpr bool keeps_moments(Kept kept) { return kept == Kept::spread || kept == Kept::trend; }

  /// The window is (after, to] from now on; how many points came into it or left it. The same guard with each call, and where they are
  /// kept the same moments, which are its own.
  using Advance = std::size_t (Rolling::*)(const Ring& ring, Moments* moments, const Guard& guard, ground::Instant after,
                                           ground::Instant to);
  /// How, where that is kept.
  [[nodiscard]] static Advance advance_for(Kept kept);

  [[nodiscard]] std::span<const Point> points(const Ring& ring) const { return ring.points().subspan(begin_ - ring.begin(), size_); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of a window that is not empty.
  [[nodiscard]] const Point& oldest(const Ring& ring) const { return ring[begin_]; }
  /// Stale markers among them: what follows then counts for nothing.
  [[nodiscard]] bool has_stale() const { return stale_ > 0; }
  /// None that came, by the guard, is loud and may still be in a window that begins after then.
  [[nodiscard]] bool is_quiet(ground::Instant after) const { return loud_at_ <= after; }
  /// What leaves first is asked for from memory.
  void fetch_oldest(const Ring& ring) const { fetch_line(ring.readable().data() + (begin_ - std::min(begin_, ring.oldest()))); }
  /// As many samples came since the last time that to walk through all costs no more than they did.
  [[nodiscard]] bool may_be_weighed() const { return end() - weighed_to_ >= size_ / points_a_look; }
  void weighed() { weighed_to_ = end(); }
  /// Where turns are kept.
  [[nodiscard]] std::uint32_t changes() const { return of_.turns.changes; }
  [[nodiscard]] std::uint32_t resets() const { return of_.turns.resets; }
  /// Of a window that is not empty, the extreme that is asked for.
  [[nodiscard]] double extreme(const Ring& ring, Kept kept);
  /// Of a window that is not empty, after extreme() where that is kept: until this one leaves nothing changes, unless one comes.
  [[nodiscard]] ground::Instant next_to_matter(const Ring& ring, Kept kept) const {
    return keeps_extreme(kept) ? of_.extreme.at : oldest(ring).at;
  }
  /// Where it is kept; known unless values are of no everyday size.
  [[nodiscard]] const FixedSum& sum() const { return of_.sum; }

 private:
  struct Extreme {
    double value = 0;
    ground::Instant at{};  // the newest that is so before any that is only equal: of 0, -0, 0 the first
    bool is_known = false;
    bool is_mixed = false;  // such a one came
  };

  struct Turns {
    std::uint32_t changes = 0, resets = 0;
  };

  template <Kept kept>
  std::size_t advance(const Ring& ring, Moments* moments, const Guard& guard, ground::Instant after, ground::Instant to);
  void restart(const Ring& ring, Kept kept, Moments* moments, ground::Instant after);
  void count(const Point& before, const Point& after, std::uint32_t by);
  void compare(const Point& point, Kept kept);
  /// The last digits of the number of what comes next.
  [[nodiscard]] std::uint32_t end() const { return static_cast<std::uint32_t>(begin_ + size_); }
  [[nodiscard]] static constexpr bool keeps_extreme(Kept kept) { return kept == Kept::least || kept == Kept::greatest; }

  union Of {  // what is kept
    Of() : sum{} {}
    Extreme extreme;
    FixedSum sum;
    Turns turns;
  } of_;
  std::uint64_t begin_ = 0;                           // as the ring counts its points
  ground::Instant loud_at_ = ground::Instant::min();  // the newest that was so
  std::uint32_t size_ = 0, stale_ = 0;
  std::uint32_t weighed_to_ = 0;
};

}  // namespace holdup::rules::stream
