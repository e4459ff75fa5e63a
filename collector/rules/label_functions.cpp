#include "collector/rules/evaluator.hpp"
#include "ground/pattern/pattern.hpp"

// label_replace and label_join.
namespace holdup::rules {
namespace {

/// Empty for a name that no longer counts.
std::string_view label_of(const Evaluator& evaluator, const Element& element, const std::string& name) {
  const bool counts = name != metric_name || element.named || evaluator.setting().late_names;
  return counts ? element.labels->get(name) : std::string_view{};
}

/// The element with one label set anew.
void set_label(Evaluator& evaluator, Element& element, const std::string& name, const std::string& value) {
  Labels labels = *element.labels;
  if (!element.named && !evaluator.setting().late_names) labels.set(metric_name, "");
  labels.set(name, value);
  element.labels = evaluator.keep(std::move(labels));
  if (name == metric_name || !evaluator.setting().late_names) element.named = true;
}

}  // namespace

Vector with_label_replaced(Evaluator& evaluator, const Expression& expression) {
  const auto& operands = expression.operands;
  auto out = evaluator.vector(operands[0]);
  const auto target = evaluator.text(operands[1]), form = evaluator.text(operands[2]), source = evaluator.text(operands[3]),
             regex = evaluator.text(operands[4]);
  const auto pattern = ground::Pattern::compile(regex);
  if (!pattern) return evaluator.fail(expression, "invalid regular expression in label_replace(): " + regex), Vector{};
  if (!is_usable_label(target)) return evaluator.fail(expression, "invalid destination label name in label_replace(): " + target), Vector{};
  for (auto& element : out)
    if (const auto made = pattern->expanded(label_of(evaluator, element, source), form)) set_label(evaluator, element, target, *made);
  if (!evaluator.setting().late_names) evaluator.expect_distinct(out, expression);
  return out;
}

Vector with_labels_joined(Evaluator& evaluator, const Expression& expression) {
  const auto& operands = expression.operands;
  auto out = evaluator.vector(operands[0]);
  const auto target = evaluator.text(operands[1]), separator = evaluator.text(operands[2]);
  std::vector<std::string> sources;
  for (std::size_t i = 3; i < operands.size(); ++i) sources.push_back(evaluator.text(operands[i]));
  for (const auto& source : sources)
    if (!is_usable_label(source)) return evaluator.fail(expression, "invalid source label name in label_join(): " + source), Vector{};
  if (!is_usable_label(target)) return evaluator.fail(expression, "invalid destination label name in label_join(): " + target), Vector{};
  for (auto& element : out) {
    std::string joined;
    for (std::size_t i = 0; i < sources.size(); ++i)
      joined.append(i == 0 ? "" : separator).append(label_of(evaluator, element, sources[i]));
    set_label(evaluator, element, target, joined);
  }
  if (!evaluator.setting().late_names) evaluator.expect_distinct(out, expression);
  return out;
}

}  // namespace holdup::rules
