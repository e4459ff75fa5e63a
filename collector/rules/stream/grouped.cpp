#include "collector/rules/stream/grouped.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"
#include "collector/rules/stream/leeway.hpp"

namespace holdup::rules::stream {
namespace {

constexpr std::size_t most_dozing = 64;  // of a group: all of them are reckoned for a nap

}  // namespace

void Grouped::update(const Setting& setting) {
  begin();
  const auto& operand = vector_.cells();
  while (members_.size() < operand.size()) {
    const auto cell = static_cast<std::uint32_t>(members_.size());
    const auto group = group_of(operand[cell]);
    members_.push_back({.group = group, .value = {}});
    if (newest_ != nullptr) enrol(cell, group);
  }
  if (newest_ != nullptr) wake_groups(setting);
  for (const auto cell : vector_.changed()) {
    worked(4);
    auto& [group, value] = members_[cell];
    if (value) groups_[group].remove(*value);
    value = value_of(operand[cell]);
    if (value) groups_[group].add(*value);
    touched_.insert(group);
  }
  touched_.take_all([&](std::uint32_t group) {
    yield(group, groups_[group].count() > 0 ? std::optional{groups_[group].value()} : std::nullopt);
    if (newest_ != nullptr) doze(group, setting.at);
  });
}

void Grouped::enrol(std::uint32_t cell, std::uint32_t group) {
  rosters_.grow(cells().size());
  if (auto& roster = rosters_[group].cells; roster.size() <= most_dozing) roster.push_back(cell);  // one more: it is too large
}

/// What changed is looked at beside what the others of its group are now.
void Grouped::wake_groups(const Setting& setting) {
  for (std::size_t i = 0, told = vector_.changed().size(); i < told; ++i) {
    auto& roster = rosters_[members_[vector_.changed()[i]].group];
    if (roster.naps.wake(setting.at)) {
      worked(8 * roster.cells.size());
      for (const auto cell : roster.cells) newest_->wake(cell, setting);
    }
    roster.naps.looked(setting.at);
  }
}

/// As far as the bounds together do not pass, no values within them do.
void Grouped::doze(std::uint32_t group, ground::Instant at) {
  auto& [roster, naps] = rosters_[group];
  const auto present = groups_[group].count();
  if (cells()[group].present || present == 0) return naps.put_off();
  if (roster.size() > most_dozing || !naps.may_begin(roster.size())) return;
  const bool from_below = threshold()->op == Operator::greater || threshold()->op == Operator::greater_equal;
  const double room = threshold()->bound - groups_[group].value();
  if (!std::isfinite(room)) return naps.put_off();
  const double share = room * 7 / 8 / (aggregation_.aggregate == Aggregate::sum ? static_cast<double>(present) : 1.);  // an eighth is left
  Aggregated bounds{aggregation_.aggregate, parameter_};
  worked(16 * roster.size());
  for (const auto cell : roster)
    if (const auto& value = members_[cell].value) bounds.add(*value + share);
  if (threshold()->lets_pass(bounds.value())) return naps.put_off();
  for (const auto cell : roster)
    if (const auto& value = members_[cell].value) newest_->doze(cell, unless_up_to(*value + share, from_below));
  naps.begin(at);
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
  if ((aggregate == Aggregate::sum || aggregate == Aggregate::avg) && (from_below || from_above)) newest_ = Newest::dozer(vector_);
}

}  // namespace holdup::rules::stream
