#include "collector/rules/derived.hpp"

#include <utility>

namespace holdup::rules {

void DerivedSeries::become(Values now, ground::Instant at, std::vector<Derived>& out) {
  for (const auto& [labels, value] : now_)
    if (!now.contains(labels)) out.push_back({.labels = labels, .value = {}, .at = at});
  for (const auto& [labels, value] : now) out.push_back({.labels = labels, .value = value, .at = at});
  now_ = std::move(now);
}

std::optional<std::string> recorded(const Rule& rule, const Evaluation& evaluation, DerivedSeries::Values& out) {
  const auto add = [&](Labels labels, double value) {
    labels.set(metric_name, rule.record);
    for (const auto& [name, text] : rule.labels) labels.set(name, text.text());
    return out.try_emplace(std::move(labels), value).second;
  };
  if (const auto* number = std::get_if<double>(&evaluation.value)) {
    add({}, *number);
  } else {
    for (const auto& element : std::get<Vector>(evaluation.value))
      if (!add(*element.labels, element.value)) return "two results have the same labels once the rule's are applied";
  }
  if (rule.limit == 0 || out.size() <= rule.limit) return std::nullopt;
  return std::to_string(out.size()) + " series, more than " + std::to_string(rule.limit) + ", the group's limit";
}

}  // namespace holdup::rules
