#include "collector/rules/stream/graph.hpp"

#include <algorithm>

#include "collector/rules/stream/builder.hpp"

namespace holdup::rules::stream {

Graph::Graph(const Expression& expression, std::uint32_t rule, const Slots& slots) : leaves_(slots.size()) {
  Builder{*this, rule, slots}.build(expression);
  for (std::size_t slot = 0; slot < slots.size(); ++slot)
    for (Series* series : slots[slot]) born(slot, *series);
}

void Graph::release(const Slots& slots) const {
  for (const auto& slot : slots)
    for (Series* series : slot)
      for (auto& consumer : series->consumers)
        if (std::ranges::find(leaves_, consumer.leaf) != leaves_.end()) consumer.leaf = nullptr;
}

void Graph::update(const Setting& setting) {
  for (const auto& each : stages_) each->update(setting);
  const Stage& last = *stages_.back();
  for (const auto cell : last.changed())
    if (last.cells()[cell].present)
      present_.insert(cell);
    else
      present_.erase(cell);
}

bool Graph::in_conflict() const {
  return std::ranges::any_of(stages_, [](const auto& each) { return each->in_conflict(); });
}

ground::Instant Graph::due() const {
  auto out = ground::Instant::max();
  for (const auto& each : stages_) out = std::min(out, each->due());
  return out;
}

Vector Graph::result() const {
  Vector out;
  for (const auto cell : present_) out.push_back(element_of(stages_.back()->cells()[cell]));
  return out;
}

}  // namespace holdup::rules::stream
