#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/stream/guard.hpp"
#include "collector/rules/stream/ring.hpp"
#include "collector/rules/turns.hpp"

// One series as the engine holds it: its newest sample, those that windows still ask for, and who is told of the next. Used by the engine
// and by the operators that read series.
namespace holdup::rules::stream {

class Leaf;
class RuleSteps;

/// An operator that reads a series: which of its elements that is, and which samples it need not see.
struct Consumer {
  Leaf* leaf = nullptr;  // nullptr: none, or its graph is gone
  [[no_unique_address]] Guard guard;
  std::uint32_t cell = 0;

  [[nodiscard]] bool wants(const Point& before, const Point& now) { return leaf != nullptr && guard.lets_pass(before, now); }
  [[nodiscard]] bool sees_all() const { return leaf != nullptr && guard.watches == Guard::Watches::all; }
};

/// What a sample needs of it lies in one line of the processor's caches.
struct alignas(64) Series {
  Point last;
  std::unique_ptr<Ring> ring;  // where more than the newest is asked for
  Consumer first;
  std::unique_ptr<Consumer[]> others;
  std::uint32_t other_consumers = 0;
  bool heard = false;  // `last` is one
  bool known = false;  // it was born, and not forgotten
  Labels labels;
  std::vector<std::size_t> rules;  // that read it, ascending

  /// The sample before it; of none the value is not a number.
  Point hear(Point sample) {
    const Point before = heard ? last : Point{sample.at, std::numeric_limits<double>::quiet_NaN()};
    last = sample;
    heard = true;
    return before;
  }
  void keep(ground::Duration reach) {
    if (reach <= ground::Duration::zero()) return;
    if (!ring) ring = std::make_unique<Ring>();
    ring->keep(reach);
  }
  [[nodiscard]] std::span<const Point> between(ground::Instant after, ground::Instant to) const {
    if (ring) return ring->between(after, to);
    const bool counts = heard && last.at > after && last.at <= to;
    return {&last, counts ? std::size_t{1} : std::size_t{0}};
  }
  /// What a selector sees. Of a series that was not heard since the start an instant selector sees nothing after it: what was its newest
  /// value before counts no more.
  [[nodiscard]] std::span<const Point> seen_by(const Selector& selector, ground::Instant after, ground::Instant to) const {
    const bool is_newest = selector.range == ground::Duration::zero() && selector.view.offset == ground::Duration::zero();
    if (is_newest && !heard && ring && to >= ring->filled_to()) return {};
    return between(after, to);
  }
  /// Where its place is for good.
  std::uint32_t enlist(Consumer fresh) {
    std::uint32_t place = 0;
    while (place < consumers() && consumer(place).leaf != nullptr) ++place;
    if (place == consumers()) {
      if (!others || std::has_single_bit(other_consumers)) {  // as many as there is room for
        auto roomier = std::make_unique<Consumer[]>(std::max(std::size_t{1}, 2 * std::size_t{other_consumers}));
        std::copy_n(others.get(), other_consumers, roomier.get());
        others = std::move(roomier);
      }
      ++other_consumers;
    }
    consumer(place) = fresh;
    return place;
  }
  [[nodiscard]] std::uint32_t consumers() const { return 1 + other_consumers; }
  [[nodiscard]] Consumer& consumer(std::uint32_t place) { return place == 0 ? first : others[place - 1]; }
};

/// By slot of one rule's expression, in the order of birth.
using Slots = std::vector<std::vector<Series*>>;

/// The series of one rule as the plain evaluator's source.
class Live : public Source {
 public:
  explicit Live(const Slots& slots) : slots_{slots} {}
  /// With what its subqueries were at their steps.
  Live(const Slots& slots, const RuleSteps& steps, ground::Duration utc_offset) : slots_{slots}, steps_{&steps}, utc_offset_{utc_offset} {}

  std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) override {
    std::vector<SeriesView> out;
    out.reserve(slots_[selector.slot].size());
    for (const Series* series : slots_[selector.slot]) {
      worked(4);
      if (const auto points = series->seen_by(selector, after, to); !points.empty()) out.push_back({&series->labels, points});
    }
    return out;
  }
  std::optional<HeldSteps> held(const Expression& expression, ground::Instant after, ground::Instant to) override;

 private:
  const Slots& slots_;
  const RuleSteps* steps_ = nullptr;
  ground::Duration utc_offset_{};
};

}  // namespace holdup::rules::stream
