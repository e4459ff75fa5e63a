#pragma once

#include <memory>
#include <span>
#include <vector>

#include "collector/rules/stream/leaf.hpp"
#include "collector/rules/stream/members.hpp"
#include "collector/rules/stream/steps.hpp"

// One rule's expression as operators, each before its reader. The engine tells the leaves of samples, and has the graph updated once for
// all samples of an instant.
namespace holdup::rules::stream {

class Graph {
 public:
  /// Over the series of `slots`, and those born later. `rule` is what its consumers tell the engine.
  Graph(const Expression& expression, std::uint32_t rule, const Slots& slots, const RuleSteps& steps);

  void born(std::size_t slot, Series& series);
  /// Its series know it no longer.
  void release(const Slots& slots) const;

  /// What their update reads is asked for from memory.
  static void fetch(std::span<const Graph* const> graphs);
  void update(const Setting& setting);
  /// See Stage.
  [[nodiscard]] std::size_t coming_work(ground::Instant at) const;
  enum class News : std::uint8_t { none, values, elements };
  /// What the last update brought: other values, or elements that came or went.
  [[nodiscard]] News news() const;
  [[nodiscard]] bool in_conflict() const { return in_conflict_; }
  /// See Stage; of a stage that holds many.
  [[nodiscard]] bool has_outgrown() const { return has_outgrown_; }
  /// False: results do not count yet.
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  /// When to update though nothing arrives.
  [[nodiscard]] ground::Instant due() const { return due_; }
  /// What the expression is now, unless in conflict.
  [[nodiscard]] Vector result() const;
  /// Calls `take(number, cell)` for each element of it, or for those whose values the last update changed.
  template <class Take>
  void each_present(Take take) const {
    present_.each([&, &cells = stages_.back().stage->cells()](std::uint32_t cell) { take(cell, cells[cell]); });
  }
  template <class Take>
  void each_changed(Take take) const {
    const Stage& last = *stages_.back().stage;
    for (const auto cell : last.changed())
      if (last.cells()[cell].present) take(cell, last.cells()[cell]);
  }
  /// What it was before the last update.
  [[nodiscard]] Vector former() const;

 private:
  friend class Builder;

  /// The right side of `and` and `unless`: while the left one is empty nothing hangs on these stages, and they rest. Now and then they take
  /// in what they missed, after so many updates or a while that grows: waking after a rest is work as long as the rest or a window.
  struct Guarded {
    const Stage* guard;
    std::size_t first, end;
    bool may_rest = false;
    std::size_t rested = 0;  // updates
    ground::Instant until = {}, needless_since = ground::Instant::max();
  };
  struct Placed {
    std::unique_ptr<Stage> stage;
    std::uint32_t bytes;
    bool reads_series;
    bool is_still = false;     // the last update changed nothing
    bool is_skipped = false;   // there was none, as nothing below it had changed
    bool in_conflict = false;  // as of its last
    std::size_t first = 0;     // stage below it; all between stand below it, too
  };

  [[nodiscard]] bool rests(Guarded& guarded, const Setting& setting);
  void see_who_may_rest();
  /// Calls `take(placed)` for each stage that is likely to be updated.
  template <class Take>
  void each_awake(Take take) const;

  std::vector<Placed> stages_;    // the last is the expression's
  std::vector<Guarded> guarded_;  // by their first stage; those within another stand behind it
  ground::Instant due_ = ground::Instant::max();
  bool has_grown_ = true;  // since all were updated
  bool in_conflict_ = false, is_ready_ = false, has_outgrown_ = false;
  Paged<std::uint32_t> came_, went_;  // in the last update
  Members present_;                   // of the last stage's cells
  std::vector<Leaf*> leaves_;         // by slot
};

}  // namespace holdup::rules::stream
