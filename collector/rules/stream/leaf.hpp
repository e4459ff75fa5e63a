#pragma once

#include <cstdint>
#include <utility>

#include "collector/rules/stream/series.hpp"
#include "collector/rules/stream/stage.hpp"

// An operator that reads series instead of other operators.
namespace holdup::rules::stream {

class Leaf : public Stage {
 public:
  explicit Leaf(std::uint32_t rule) : rule_{rule} {}
  /// By its place in the order of evaluation.
  [[nodiscard]] std::uint32_t rule() const { return rule_; }

  /// One more series that its selector means.
  virtual void born(std::size_t slot, Series& series) = 0;
  /// What touch() will read and write is asked for from memory: an operator holds first what it fetches a cell by.
  void fetch_touched() const { fetch_line(this), fetch_line(&first_), fetch_line(&next_ + 1); }
  /// A sample of that element's series has arrived: of one that is enlisted. Whether its rule must be told: of the first since its update.
  bool touch(std::uint32_t cell) {
    mark(cell);
    return !std::exchange(is_told_, true);
  }
  [[nodiscard]] bool has_missed() const override { return is_touched(); }

 protected:
  /// The series tells of its samples from now on; its place among the series' consumers.
  std::uint32_t enlist(Series& series, Consumer consumer) {
    next_.grow(consumer.cell + std::size_t{1}, untouched);
    consumer.leaf = this;
    return series.enlist(consumer);
  }
  /// The next update takes it.
  void mark(std::uint32_t cell) {
    if (next_[cell] != untouched) return;
    (is_touched() ? next_[last_] : first_) = cell;
    next_[cell] = last_ = cell;
    if (!rests()) fetch(cell);
  }
  /// What will be needed of it is asked for from memory.
  virtual void fetch(std::uint32_t) const {}
  /// What only that tells, of the one to be taken next.
  virtual void fetch_more(std::uint32_t) const {}
  /// Calls `take(cell)` for each that was touched since the last time.
  template <class Take>
  void take_touched(Take take) {
    take_some([&](std::uint32_t cell) { return take(cell), true; });
  }
  /// The same until one of the calls says that it is enough; the others stay touched.
  template <class Take>
  void take_some(Take take) {
    is_told_ = false;
    for (bool goes_on = true; goes_on && is_touched();) {
      const auto cell = first_, next = std::exchange(next_[cell], untouched);
      first_ = next == cell ? untouched : next;
      if (next != cell) fetch_more(next);
      goes_on = take(cell);
    }
  }
  [[nodiscard]] bool is_touched() const { return first_ != untouched; }
  /// Calls `look(cell)` for each that is touched.
  template <class Look>
  void each_touched(Look look) const {
    if (!is_touched()) return;
    for (auto cell = first_;; cell = next_[cell]) {
      look(cell);
      if (cell == last_) return;
    }
  }

 private:
  static constexpr auto untouched = std::uint32_t{0} - 1;

  std::uint32_t rule_;
  bool is_told_ = false;                                // its rule
  std::uint32_t first_ = untouched, last_ = untouched;  // of the touched cells, in the order in which they came
  Paged<std::uint32_t> next_;                           // by cell; the last of them is its own
};

}  // namespace holdup::rules::stream
