#include "collector/rules/selection_index.hpp"

#include <algorithm>

namespace holdup::rules {

const Matcher* exact_name(const Selector& selector) {
  for (const auto& matcher : selector.matchers)
    if (matcher.name() == metric_name && matcher.kind() == MatchKind::equal) return &matcher;
  return nullptr;
}

namespace {

/// Of the first label, not the name, that must have one value.
const Matcher* exact_label(const Selector& selector) {
  for (const auto& matcher : selector.matchers)
    if (matcher.name() != metric_name && matcher.kind() == MatchKind::equal && !matcher.value().empty()) return &matcher;
  return nullptr;
}

std::string key_of(std::string_view name, std::string_view value) {
  return std::string{name}.append(1, '\0').append(value);  // no name has that byte
}

}  // namespace

SelectionIndex::SelectionIndex(const RuleSet& rules) {
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    for (const auto& leaf : leaves(rules[rule].expression)) {
      const auto* name = exact_name(*leaf.selector);
      if (name == nullptr) {
        others_.push_back({rule, leaf});
        continue;
      }
      auto& of_name = by_name_[name->value()];
      const auto* label = exact_label(*leaf.selector);
      (label == nullptr ? of_name.others : of_name.by_label[key_of(label->name(), label->value())]).push_back({rule, leaf});
      if (label != nullptr && std::ranges::find(of_name.labels, label->name()) == of_name.labels.end())
        of_name.labels.push_back(label->name());
    }
  }
}

std::vector<SelectionIndex::Entry> SelectionIndex::find(const Labels& labels) const {
  std::vector<Entry> out;
  const auto take = [&](const std::vector<Entry>& entries) {
    for (const auto& entry : entries)
      if (selects(entry.leaf.selector->matchers, labels)) out.push_back(entry);
  };
  if (const auto named = by_name_.find(std::string{labels.get(metric_name)}); named != by_name_.end()) {
    for (const auto& name : named->second.labels)
      if (const auto found = named->second.by_label.find(key_of(name, labels.get(name))); found != named->second.by_label.end())
        take(found->second);
    take(named->second.others);
  }
  take(others_);
  const auto key = [](const Entry& entry) { return std::pair{entry.rule, entry.leaf.selector->slot}; };
  std::sort(out.begin(), out.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  return out;
}

}  // namespace holdup::rules
