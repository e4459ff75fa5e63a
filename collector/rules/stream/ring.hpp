#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "collector/rules/point.hpp"
#include "collector/rules/stream/fetch.hpp"
#include "collector/rules/turns.hpp"

// The newest samples of one series, as far back as some window reaches. Used by series.hpp.
namespace holdup::rules::stream {

class alignas(64) Ring {
 public:
  /// Points as old as `kept` go with the next one.
  void keep(ground::Duration kept) { kept_ = std::max(kept_, kept); }

  [[nodiscard]] std::span<const Point> points() const { return std::span{points_}.subspan(first_); }
  /// The number of the first of them, counted so that a point keeps its own.
  [[nodiscard]] std::uint64_t begin() const { return erased_ + first_; }
  [[nodiscard]] std::uint64_t end() const { return erased_ + points_.size(); }
  /// Of what went since and can still be read.
  [[nodiscard]] std::uint64_t oldest() const { return erased_; }
  [[nodiscard]] const Point& operator[](std::uint64_t number) const { return points_[number - erased_]; }
  /// All that can be read: oldest() is the first.
  [[nodiscard]] std::span<const Point> readable() const { return points_; }
  [[nodiscard]] std::span<const Point> between(ground::Instant after, ground::Instant to) const {
    const auto all = points();
    const auto from = std::ranges::upper_bound(all, after, {}, &Point::at);
    return {from, std::ranges::upper_bound(from, all.end(), to, {}, &Point::at)};
  }
  /// The number of points that went though somebody may ask for them, as there are more than `most`.
  std::size_t push(Point point, std::size_t most) {
    std::size_t cut = 0;
    if (points_.size() == points_.capacity() || points_.size() - first_ >= most) cut = make_room(most);
    points_.push_back(point);
    return cut;
  }
  /// What push() will write is asked for from memory.
  void fetch() const { fetch_line(points_.data() + points_.size()); }
  void replace_newest(Point point) { points_.back() = point; }
  /// What was before its first, oldest first. What is as new as that to the resolution of a store, a millisecond, is the same and left out.
  /// The number of points that went, as there are more than `most`.
  std::size_t prepend(std::vector<Point> past, std::size_t most) {
    const auto held = points();
    while (!held.empty() && !past.empty() && past.back().at > ground::shifted(held.front().at, -std::chrono::milliseconds{1}))
      past.pop_back();
    const auto begins = begin() - past.size();
    past.insert(past.end(), held.begin(), held.end());
    points_ = std::move(past);
    first_ = points_.size() - std::min(points_.size(), most);
    erased_ = begins;
    return first_;
  }
  /// Points at `from` and after it go.
  void cut(ground::Instant from) {
    while (points_.size() > first_ && points_.back().at >= from) points_.pop_back();
  }
  [[nodiscard]] ground::Duration kept() const { return kept_; }
  /// What it holds before then is of before the start: see Series::seen_by().
  void fill_to(ground::Instant at) { filled_to_ = at; }
  [[nodiscard]] ground::Instant filled_to() const { return filled_to_; }
  /// All but how long points stay.
  void take_over(Ring&& former) {
    points_ = std::exchange(former.points_, {});
    erased_ = former.erased_, first_ = std::exchange(former.first_, 0);
    filled_to_ = former.filled_to_;
  }
  void assign(std::span<const Point> points) { points_.assign(points.begin(), points.end()), first_ = 0; }
  [[nodiscard]] std::size_t bytes() const { return points_.capacity() * sizeof(Point); }

 private:
  static constexpr std::size_t most_readable = 16;  // of what went that stay, for those who rest meanwhile

  /// Of its own: series that are polled together are not to run out of room together.
  [[nodiscard]] std::size_t place() const { return reinterpret_cast<std::uintptr_t>(this) / alignof(Ring) % 8; }
  /// For one more. What the newest pushed out of every window has been seen to leave; what the next does has not.
  std::size_t make_room(std::size_t most) {
    const std::span<const Point> all{points_};
    if (!all.empty())
      for (const auto gone = ground::shifted(all.back().at, -kept_); first_ + 1 < all.size() && all[first_].at <= gone;) ++first_;
    const std::size_t held = points_.size() - first_, cut = held >= most ? held + 1 - most : 0;
    first_ += cut;
    if (first_ > points_.size() / 2) {
      const auto stay = std::min(most_readable, first_);
      points_.erase(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(first_ - stay));
      erased_ += first_ - stay;
      first_ = stay;
    } else if (points_.size() == points_.capacity()) {
      points_.reserve(points_.size() + points_.size() / 2 + (points_.size() * place() + 128) / 16);
    }
    worked(points_.size() / 8);
    return cut;
  }

  std::vector<Point> points_;
  std::uint64_t erased_ = std::uint64_t{1} << 40U;  // so that there are numbers for what comes before the first
  std::size_t first_ = 0;                           // that may count; what lies before it goes when there is no room left
  ground::Duration kept_{};
  ground::Instant filled_to_ = ground::Instant::max();
};

}  // namespace holdup::rules::stream
