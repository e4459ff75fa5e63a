#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"

// label_replace and label_join.
namespace holdup::rules {

Vector relabelled(Evaluator& evaluator, const Expression& expression) {
  auto out = evaluator.vector(expression.operands[0]);
  const auto made = Relabelling::of(expression);
  if (const auto* error = std::get_if<std::string>(&made)) return evaluator.fail(expression, *error), Vector{};
  const bool late = evaluator.setting().late_names;
  for (auto& element : out) {
    worked(2 * a_label_set);
    auto labelled = std::get<Relabelling>(made)(element, late);
    if (!labelled.labels) continue;
    element.labels = evaluator.keep(*std::move(labelled.labels));
    element.named = labelled.named;
  }
  if (!late) evaluator.expect_distinct(out, expression);
  return out;
}

}  // namespace holdup::rules
