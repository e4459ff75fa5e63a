#include "collector/rules/stream/grouped.hpp"

#include <algorithm>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"

namespace holdup::rules::stream {

void Grouped::update(const Setting&) {
  begin();
  const auto& operand = vector_.cells();
  while (members_.size() < operand.size()) members_.push_back({.group = group_of(operand[members_.size()]), .value = {}});
  for (const auto cell : vector_.changed()) {
    worked(4);
    auto& [group, value] = members_[cell];
    if (value) groups_[group].remove(*value);
    value = value_of(operand[cell]);
    if (value) groups_[group].add(*value);
    if (touched_.empty() || touched_.back() != group) touched_.push_back(group);  // most that come together are of one
  }
  put_in_order(touched_);
  for (const auto group : touched_) yield(group, groups_[group].count() > 0 ? std::optional{groups_[group].value()} : std::nullopt);
  touched_.clear();
}

std::uint32_t Grouped::group_of(const Cell& cell) {
  worked(a_label_set);
  auto labels = group_labels(aggregation_, element_of(cell), false);
  const auto [group, fresh] = known_.add(key_of({.labels = &labels}, true));
  if (fresh) {
    groups_.emplace_back(aggregation_.aggregate, parameter_);
    add(std::move(labels), true);
  }
  return group;
}

/// A greatest that passes is the greatest of those that do.
void Grouped::sink(const Threshold& threshold) {
  const bool from_below = threshold.op == Operator::greater || threshold.op == Operator::greater_equal;
  const bool from_above = threshold.op == Operator::less || threshold.op == Operator::less_equal;
  const auto aggregate = aggregation_.aggregate;
  if ((aggregate == Aggregate::max && from_below) || (aggregate == Aggregate::min && from_above)) (void)vector_.hold_back(threshold);
}

}  // namespace holdup::rules::stream
