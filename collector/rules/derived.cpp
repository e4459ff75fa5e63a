#include "collector/rules/derived.hpp"

#include <utility>

namespace holdup::rules {

Labels recorded_labels(const Rule& rule, Labels element) {
  worked(2 * a_label_set);
  element.set(metric_name, rule.record);
  for (const auto& [name, text] : rule.labels) element.set(name, text.text());
  return element;
}

std::optional<std::string> recorded(const Rule& rule, const Evaluation& evaluation, DerivedSeries::Values& out) {
  const auto add = [&](const Labels& element, double value) { return out.try_emplace(recorded_labels(rule, element), value).second; };
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
