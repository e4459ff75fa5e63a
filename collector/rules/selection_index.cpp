#include "collector/rules/selection_index.hpp"

#include <algorithm>

namespace holdup::rules {

const Matcher* exact_name(const Selector& selector) {
  for (const auto& matcher : selector.matchers)
    if (matcher.name() == metric_name && matcher.kind() == MatchKind::equal) return &matcher;
  return nullptr;
}

SelectionIndex::SelectionIndex(const RuleSet& rules) {
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    for (const auto& leaf : leaves(rules[rule].expression)) {
      const auto* name = exact_name(*leaf.selector);
      (name == nullptr ? others_ : by_name_[name->value()]).push_back({rule, leaf});
    }
  }
}

std::vector<SelectionIndex::Entry> SelectionIndex::find(const Labels& labels) const {
  std::vector<Entry> out;
  const auto take = [&](const std::vector<Entry>& entries) {
    for (const auto& entry : entries)
      if (selects(entry.leaf.selector->matchers, labels)) out.push_back(entry);
  };
  if (const auto named = by_name_.find(std::string{labels.get(metric_name)}); named != by_name_.end()) take(named->second);
  take(others_);
  const auto key = [](const Entry& entry) { return std::pair{entry.rule, entry.leaf.selector->slot}; };
  std::sort(out.begin(), out.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  return out;
}

}  // namespace holdup::rules
