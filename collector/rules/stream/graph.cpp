#include "collector/rules/stream/graph.hpp"

#include <algorithm>

#include "collector/rules/stream/builder.hpp"

namespace holdup::rules::stream {

Graph::Graph(const Expression& expression, std::uint32_t rule, const Slots& slots, const RuleSteps& steps) : leaves_(slots.size()) {
  Builder{*this, rule, slots, steps}.build(expression);
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    for (Series* series : slots[slot]) worked(a_text), born(slot, *series);
}

void Graph::release(const Slots& slots) const {
  for (const auto& slot : slots)
    for (Series* series : slot) {
      worked(4);
      for (auto& consumer : series->consumers)
        if (std::ranges::find(leaves_, consumer.leaf) != leaves_.end()) consumer.leaf = nullptr;
    }
}

void Graph::update(const Setting& setting) {
  for (const auto& each : stages_) worked(2), each->update(setting);
  came_.clear(), went_.clear();
  const Stage& last = *stages_.back();
  for (const auto cell : last.changed()) {
    worked(4);
    if (!last.cells()[cell].present) {
      if (present_.erase(cell) > 0) went_.push_back(cell);
    } else if (present_.insert(cell).second) {
      came_.push_back(cell);
    }
  }
}

Graph::News Graph::news() const {
  if (!came_.empty() || !went_.empty()) return News::elements;
  return stages_.back()->changed().empty() ? News::none : News::values;
}

bool Graph::in_conflict() const {
  return std::ranges::any_of(stages_, [](const auto& each) { return each->in_conflict(); });
}

bool Graph::is_ready() const {
  return std::ranges::all_of(stages_, [](const auto& each) { return each->is_ready(); });
}

ground::Instant Graph::due() const {
  auto out = ground::Instant::max();
  for (const auto& each : stages_) out = std::min(out, each->due());
  return out;
}

Vector Graph::result() const {
  Vector out;
  out.reserve(present_.size());
  for (const auto cell : present_) worked(2), out.push_back(element_of(stages_.back()->cells()[cell]));
  return out;
}

Vector Graph::former() const {
  Vector out;
  const auto& cells = stages_.back()->cells();
  std::vector<bool> fresh(cells.size());
  for (const auto cell : came_) worked(), fresh[cell] = true;
  const auto add = [&](std::uint32_t cell) {
    worked(2);
    out.push_back(element_of(cells[cell]));
    if (cells[cell].changed) out.back().value = cells[cell].former;
  };
  for (const auto cell : present_)
    if (!fresh[cell]) add(cell);
  for (const auto cell : went_) add(cell);
  return out;
}

}  // namespace holdup::rules::stream
