#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <utility>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/operate.hpp"
#include "collector/rules/paged.hpp"
#include "collector/rules/stream/fetch.hpp"
#include "collector/rules/turns.hpp"

// One node of a rule's streaming graph: it holds what it yields now and tells its reader which of that changed. Each kind of operator is
// one file of this folder; graph.cpp puts them together.
namespace holdup::rules::stream {

/// One element that an operator may yield: its labels stand, its value comes and goes.
struct Cell {
  const Labels* labels = nullptr;
  bool named = true;
  bool present = false;
  std::uint32_t changed_in = 0;  // the update, as the stage counts them
  double value = 0;
  double former = 0;  // before that
};

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// Takes in what changed in the operands, each of which was updated just before, and what this instant changes by itself.
  virtual void update(const Setting& setting) = 0;
  /// When to update next though nothing arrives.
  [[nodiscard]] virtual ground::Instant due() const { return ground::Instant::max(); }
  /// There may be an error, as of two partners for one: the plain evaluator judges.
  [[nodiscard]] virtual bool in_conflict() const { return false; }
  /// False: no values of the elements that it has now bring it there.
  [[nodiscard]] virtual bool may_conflict() const { return false; }
  /// False: it has not yet looked at all that it stands on, and is due at once.
  [[nodiscard]] virtual bool is_ready() const { return true; }
  /// Most of its elements are of the past, and will not come back: built anew it does without them.
  [[nodiscard]] virtual bool has_outgrown() const { return false; }
  /// Something came that its next update takes in.
  [[nodiscard]] virtual bool has_missed() const { return false; }
  /// Of its update at that instant, as worked() counts: what no count of its elements tells.
  [[nodiscard]] virtual std::size_t coming_work(ground::Instant) const { return 0; }
  /// It yields only what passes from now on, as if a comparison stood behind it; called before its first update. False: that needs a stage
  /// of its own.
  bool hold_back(Threshold threshold) {
    if (threshold_ || !may_hold_back()) return false;
    threshold_ = threshold;
    sink(threshold);
    return true;
  }
  /// Its reader does without it until its next update, and sees nothing of it as changed.
  void rest() { begin(), rests_ = true; }
  [[nodiscard]] bool rests() const { return rests_; }

  /// The first of them are asked for from memory.
  void fetch_cells() const {
    if (!cells_.empty()) fetch(&cells_.front(), std::min(cells_.size(), most_fetched) * sizeof(Cell));
  }
  [[nodiscard]] const Paged<Cell>& cells() const { return cells_; }
  /// By the last update.
  [[nodiscard]] const Paged<std::uint32_t>& changed() const { return changed_; }
  [[nodiscard]] bool is_empty() const { return present_ == 0; }
  [[nodiscard]] bool has_changed(std::uint32_t cell) const { return cells_[cell].changed_in == updates_; }
  /// Elements that the last update looked at.
  [[nodiscard]] std::size_t work() const { return work_; }

 protected:
  /// False: it looks at its own elements to know what it knows.
  [[nodiscard]] virtual bool may_hold_back() const { return true; }
  /// What an operand need not tell it is held back there.
  virtual void sink(const Threshold&) {}
  [[nodiscard]] const std::optional<Threshold>& threshold() const { return threshold_; }
  [[nodiscard]] std::size_t present() const { return present_; }
  void begin() {
    changed_.clear();
    work_ = 0;
    rests_ = false;
    if (++updates_ > 0) return;
    for (auto& cell : cells_) cell.changed_in = 0;  // 2^32 updates ago, or more
    updates_ = 1;
  }
  std::uint32_t add(const Labels* labels, bool named) {
    worked(4);
    cells_.push_back({.labels = labels, .named = named});
    return static_cast<std::uint32_t>(cells_.size() - 1);
  }
  std::uint32_t add(Labels labels, bool named) {
    worked(a_text);
    return add(&made_.emplace_front(std::move(labels)), named);
  }
  /// No news where it is the same to the last bit. Whether it came or went. Inlined by hand: half of what most elements cost would be the
  /// call.
  [[gnu::always_inline]] bool yield(std::uint32_t index, std::optional<double> value) {
    ++work_;
    worked(2);
    if (threshold_ && value && !threshold_->lets_pass(*value)) value.reset();
    Cell& cell = cells_[index];
    if (value.has_value() != cell.present) return turn(index, cell, value), true;
    if (!value || std::bit_cast<std::uint64_t>(cell.value) == std::bit_cast<std::uint64_t>(*value)) return false;
    tell(index, cell);
    cell.value = *value;
    return false;
  }
  void add_work(std::size_t elements) { work_ += elements, worked(4 * elements); }
  /// The value is up to date, but nobody is told.
  void renew(std::uint32_t index, double value) { cells_[index].value = value; }

 private:
  static constexpr std::size_t most_fetched = 16;

  [[gnu::always_inline]] void tell(std::uint32_t index, Cell& cell) {
    if (cell.changed_in == updates_) return;
    cell.changed_in = updates_;
    cell.former = cell.value;
    changed_.push_back(index);
  }
  /// It comes or goes.
  [[gnu::noinline]] void turn(std::uint32_t index, Cell& cell, std::optional<double> value) {
    tell(index, cell);
    cell.present = value.has_value();
    if (value)
      ++present_, cell.value = *value;
    else
      --present_;
  }

  Paged<Cell> cells_;
  Paged<std::uint32_t> changed_;
  std::size_t present_ = 0;
  std::size_t work_ = 0;
  std::uint32_t updates_ = 0;
  std::optional<Threshold> threshold_;
  std::forward_list<Labels> made_;
  bool rests_ = false;
};

[[nodiscard]] inline Element element_of(const Cell& cell) { return {.labels = cell.labels, .named = cell.named, .value = cell.value}; }
[[nodiscard]] inline std::optional<double> value_of(const Cell& cell) { return cell.present ? std::optional{cell.value} : std::nullopt; }

}  // namespace holdup::rules::stream
