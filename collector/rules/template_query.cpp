#include "collector/rules/template_query.hpp"

#include "collector/rules/duration.hpp"
#include "collector/rules/parser.hpp"

namespace holdup::rules {
namespace {

ground::Failure failure(std::string what) { return {ground::FailureKind::malformed, std::move(what)}; }

}  // namespace

ground::Result<SampledList> answer(const std::string& text, const Setting& setting, ground::Duration held, Source& source) {
  const auto parsed = parse(text);
  if (const auto* error = std::get_if<ExpressionError>(&parsed)) return failure(error->text());
  const auto& expression = std::get<Expression>(parsed);
  if (expression.type != Type::instant_vector && expression.type != Type::scalar)
    return failure("the result is a " + std::string{name(expression.type)} + "; a query needs an instant vector");
  for (const auto& leaf : leaves(expression))
    if (leaf.selector->range + leaf.selector->view.offset + leaf.behind > held)
      return failure("a query in a template reaches at most " + prometheus_duration_text(held) + " back");
  const auto evaluation = evaluate(expression, setting, source);
  if (evaluation.error) return failure(evaluation.error->text());
  if (const auto* number = std::get_if<double>(&evaluation.value)) return SampledList{{.labels = {}, .value = *number}};
  SampledList out;
  for (const auto& element : std::get<Vector>(evaluation.value)) out.push_back({counted(*element.labels, element.named), element.value});
  return out;
}

}  // namespace holdup::rules
