#include "collector/rules/stream/graph.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/stream/builder.hpp"

namespace holdup::rules::stream {
namespace {

constexpr std::size_t most_rested = 16;  // updates
constexpr int shortest_rest = 16;        // ticks
constexpr std::size_t many = 4096;       // elements of a stage

}  // namespace

Graph::Graph(const Expression& expression, std::uint32_t rule, const Slots& slots, const RuleSteps& steps) : leaves_(slots.size()) {
  Builder{*this, rule, slots, steps}.build(expression);
  std::ranges::sort(guarded_, {}, &Guarded::first);
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    for (Series* series : slots[slot]) worked(a_text), born(slot, *series);
}

void Graph::born(std::size_t slot, Series& series) {
  leaves_[slot]->born(slot, series);
  has_grown_ = true;
}

void Graph::release(const Slots& slots) const {
  for (const auto& slot : slots)
    for (Series* series : slot) {
      worked(4);
      for (std::uint32_t place = 0; place < series->consumers(); ++place)
        if (auto& consumer = series->consumer(place); std::ranges::find(leaves_, consumer.leaf) != leaves_.end()) consumer.leaf = nullptr;
    }
}

void Graph::fetch(std::span<const Graph* const> graphs) {
  for (const auto* graph : graphs) stream::fetch(graph, sizeof *graph);
  for (const auto* graph : graphs) fetch_line(graph->stages_.data());
  for (const auto* graph : graphs) graph->each_awake([](const Placed& placed) { stream::fetch(placed.stage.get(), placed.bytes); });
  for (const auto* graph : graphs) graph->each_awake([](const Placed& placed) { placed.stage->fetch_cells(); });
}

template <class Take>
void Graph::each_awake(Take take) const {
  auto guarded = guarded_.begin();
  for (std::size_t i = 0; i < stages_.size();) {
    while (guarded != guarded_.end() && guarded->first < i) ++guarded;
    if (guarded != guarded_.end() && guarded->first == i && guarded->rested > 0)
      i = guarded->end;
    else if (const auto& placed = stages_[i++]; !placed.is_skipped)
      take(placed);
  }
}

void Graph::update(const Setting& setting) {
  due_ = ground::Instant::max();
  in_conflict_ = false;
  is_ready_ = true;
  std::size_t moved = 0;  // the end of the stages that may have changed
  auto guarded = guarded_.begin();
  for (std::size_t i = 0; i < stages_.size();) {
    while (guarded != guarded_.end() && guarded->first < i) ++guarded;
    if (guarded != guarded_.end() && guarded->first == i && rests(*guarded, setting)) {
      i = guarded->end;
      continue;
    }
    Placed& placed = stages_[i++];
    placed.is_skipped = !placed.reads_series && placed.is_still && moved <= placed.first && !has_grown_;
    if (!placed.is_skipped) {
      Stage& stage = *placed.stage;
      worked(2);
      stage.update(setting);
      due_ = std::min(due_, stage.due());
      is_ready_ = is_ready_ && stage.is_ready();
      placed.in_conflict = stage.in_conflict();
      placed.is_still = stage.changed().empty();
      has_outgrown_ = has_outgrown_ || (stage.cells().size() > many && stage.has_outgrown());
      if (!placed.is_still) moved = i;
    }
    in_conflict_ = in_conflict_ || placed.in_conflict;
  }
  if (is_ready_ && std::exchange(has_grown_, false)) see_who_may_rest();
  came_.clear(), went_.clear();
  const Stage& last = *stages_.back().stage;
  for (const auto cell : last.changed()) {
    worked(4);
    if (!last.cells()[cell].present) {
      if (present_.erase(cell)) went_.push_back(cell);
    } else if (present_.insert(cell)) {
      came_.push_back(cell);
    }
  }
}

std::size_t Graph::coming_work(ground::Instant at) const {
  std::size_t out = 0;
  for (const auto& placed : stages_)
    if (placed.reads_series) out += placed.stage->coming_work(at);
  return out;
}

Graph::News Graph::news() const {
  if (!came_.empty() || !went_.empty()) return News::elements;
  return stages_.back().stage->changed().empty() ? News::none : News::values;
}

bool Graph::rests(Guarded& guarded, const Setting& setting) {
  const bool needless = guarded.may_rest && !has_grown_ && guarded.guard->is_empty();
  if (!needless) guarded.needless_since = ground::Instant::max();
  if (!needless || guarded.rested == most_rested || (guarded.rested > 0 && setting.at >= guarded.until)) {
    guarded.rested = 0;
    return false;
  }
  const bool begins = guarded.rested++ == 0;
  if (begins) {
    guarded.needless_since = std::min(guarded.needless_since, setting.at);
    guarded.until = ground::shifted(setting.at, std::max(shortest_rest * setting.tick, setting.at - guarded.needless_since));
  }
  auto due = ground::Instant::max();
  for (auto i = guarded.first; i < guarded.end; ++i) {
    Stage& stage = *stages_[i].stage;
    if (begins) stage.rest(), stages_[i].is_still = true;
    due = std::min(due, stage.has_missed() ? guarded.until : stage.due());
  }
  due_ = std::min(due_, std::max(due, guarded.until));
  return true;
}

/// What may fail is looked at even so: an expression fails with its side.
void Graph::see_who_may_rest() {
  for (auto& each : guarded_) {
    each.may_rest = true;
    for (auto i = each.first; i < each.end; ++i) each.may_rest = each.may_rest && !stages_[i].stage->may_conflict();
  }
}

Vector Graph::result() const {
  Vector out;
  out.reserve(present_.size());
  each_present([&](std::uint32_t, const Cell& cell) { worked(2), out.push_back(element_of(cell)); });
  return out;
}

Vector Graph::former() const {
  Vector out;
  const Stage& last = *stages_.back().stage;
  const auto& cells = last.cells();
  std::vector<bool> fresh(cells.size());
  for (const auto cell : came_) worked(), fresh[cell] = true;
  const auto add = [&](std::uint32_t cell) {
    worked(2);
    out.push_back(element_of(cells[cell]));
    if (last.has_changed(cell)) out.back().value = cells[cell].former;
  };
  present_.each([&](std::uint32_t cell) {
    if (!fresh[cell]) add(cell);
  });
  for (const auto cell : went_) add(cell);
  return out;
}

}  // namespace holdup::rules::stream
