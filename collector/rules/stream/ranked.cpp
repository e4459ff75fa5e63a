#include "collector/rules/stream/ranked.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"

namespace holdup::rules::stream {

void Ranked::update(const Setting&) {
  begin();
  const auto& operand = vector_.cells();
  while (members_.size() < operand.size()) enrol(static_cast<std::uint32_t>(members_.size()));
  for (const auto cell : vector_.changed()) {
    worked(4);
    if (may_turn(cell)) touched_.insert(members_[cell].group);
  }
  touched_.take_all([&](std::uint32_t group) { choose(groups_[group]); });
}

void Ranked::enrol(std::uint32_t cell) {
  worked(a_label_set);
  const auto& labels = vector_.cells()[cell];
  add(labels.labels, labels.named);
  const auto of_group = group_labels(aggregation_, element_of(labels), false);
  const auto [group, fresh] = known_.add(key_of({.labels = &of_group}, true));
  if (fresh) groups_.emplace_back();
  members_.push_back({.group = group});
  groups_[group].cells.push_back(cell);
}

/// Whether who is chosen, or what they are, hangs on that change. Where the last of them changed, too, its group is ranked anyway.
bool Ranked::may_turn(std::uint32_t cell) const {
  const auto& [group, is_chosen] = members_[cell];
  const Cell& now = vector_.cells()[cell];
  if (is_chosen || !now.present) return is_chosen;
  const auto& chosen = groups_[group].chosen;
  return chosen.size() < count_ || ranking_(now, vector_.cells()[chosen.back()]);
}

void Ranked::choose(Group& group) {
  const auto& operand = vector_.cells();
  const auto former = std::exchange(group.chosen, {});
  for (const auto cell : former) members_[cell].is_chosen = false;
  for (const auto cell : group.cells)
    if (operand[cell].present) group.chosen.push_back(cell);
  add_work(group.cells.size());
  const auto kept = static_cast<std::ptrdiff_t>(std::min(group.chosen.size(), count_));
  std::ranges::partial_sort(group.chosen, group.chosen.begin() + kept,
                            [&](std::uint32_t a, std::uint32_t b) { return ranking_(operand[a], operand[b]); });
  group.chosen.resize(static_cast<std::size_t>(kept));
  for (const auto cell : group.chosen) {
    members_[cell].is_chosen = true;
    yield(cell, operand[cell].value);
  }
  for (const auto cell : former)
    if (!members_[cell].is_chosen) yield(cell, std::nullopt);
}

/// The first of those that pass are those of the first that pass: whoever comes before one that does passes, too.
void Ranked::sink(const Threshold& threshold) {
  const bool from_below = threshold.op == Operator::greater || threshold.op == Operator::greater_equal;
  const bool from_above = threshold.op == Operator::less || threshold.op == Operator::less_equal;
  if (ranking_.greatest ? from_below : from_above) (void)vector_.hold_back(threshold);
}

}  // namespace holdup::rules::stream
