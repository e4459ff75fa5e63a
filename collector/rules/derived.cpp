#include "collector/rules/derived.hpp"

#include <utility>

#include "collector/rules/turns.hpp"

namespace holdup::rules {

void DerivedSeries::become(Values now, ground::Instant at, std::vector<Derived>& out) {
  out.reserve(now.size());
  for (const auto& [labels, value] : now_) {
    worked(a_label_set);
    if (!now.contains(labels)) out.push_back({.labels = labels, .value = {}, .at = at});
  }
  for (const auto& [labels, value] : now) worked(a_text), out.push_back({.labels = labels, .value = value, .at = at});
  now_.swap(now);
  let_go(now);
}

std::optional<std::string> recorded(const Rule& rule, const Evaluation& evaluation, DerivedSeries::Values& out) {
  const auto add = [&](Labels labels, double value) {
    worked(2 * a_label_set);
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
