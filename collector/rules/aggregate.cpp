#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "collector/rules/aggregated.hpp"
#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/ranking.hpp"
#include "ground/number.hpp"

// Aggregations: elements in groups by their labels, one result a group, or some of its elements.
namespace holdup::rules {
namespace {

struct Group {
  const Labels* labels = nullptr;
  bool named = true;
  Vector elements;
};

/// In order of their first elements.
std::vector<Group> grouped(Evaluator& evaluator, const Aggregation& aggregation, const Vector& vector) {
  std::vector<Group> out;
  Numbered known;
  const bool late = evaluator.setting().late_names;
  for (const auto& element : vector) {
    worked(a_label_set);
    auto labels = group_labels(aggregation, element, late);
    const auto [place, fresh] = known.add(key_of({.labels = &labels}, true));
    if (fresh) out.push_back({.labels = evaluator.keep(std::move(labels)), .named = element.named, .elements = {}});
    out[place].elements.push_back(element);
  }
  known.clear();
  return out;
}

/// The first `count` of them.
Vector chosen(Vector elements, std::size_t count, const Ranking& ranking) {
  const auto kept = std::min(elements.size(), count);
  std::ranges::partial_sort(elements, elements.begin() + static_cast<std::ptrdiff_t>(kept), ranking);
  elements.resize(kept);
  return elements;
}

Vector chosen_of_each(Evaluator& evaluator, const Aggregation& aggregation, const Expression& expression) {
  const double count = evaluator.scalar(expression.operands[0]);
  const auto vector = evaluator.vector(expression.operands[1]);
  if (std::isnan(count)) return evaluator.fail(expression, "Parameter value is NaN"), Vector{};
  if (std::abs(count) > most_chosen)
    return evaluator.fail(expression, "Scalar value " + ground::number_text(count) + " overflows int64"), Vector{};
  Vector out;
  if (count < 1) return out;
  for (auto& group : grouped(evaluator, aggregation, vector))
    std::ranges::copy(chosen(std::move(group.elements), static_cast<std::size_t>(count), {aggregation.aggregate == Aggregate::topk}),
                      std::back_inserter(out));
  return out;
}

/// Without an exponent, in as few digits as tell it apart; zeros stand for the others.
std::string digits_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> text;  // the longest has 309 digits before the point, or 325 after it
  const auto put = [&](std::chars_format format) {
    return std::string{text.data(), std::to_chars(text.data(), text.data() + text.size(), value, format).ptr};
  };
  auto digits = put(std::chars_format::scientific);
  const auto exponent = digits.find('e');
  const int magnitude = std::stoi(digits.substr(exponent + 1));
  digits.erase(exponent);
  std::erase(digits, '.');
  const auto whole = static_cast<std::size_t>(std::max(0, magnitude)) + (value < 0 ? 2 : 1);
  if (magnitude < 0 || digits.size() > whole) return put(std::chars_format::fixed);
  digits.resize(whole, '0');
  return digits;
}

Vector counted_values(Evaluator& evaluator, Aggregation aggregation, const Expression& expression) {
  const auto name = evaluator.text(expression.operands[0]);
  auto vector = evaluator.vector(expression.operands[1]);
  if (!is_usable_label(name)) return evaluator.fail(expression, "invalid label name \"" + name + "\""), Vector{};
  if (!aggregation.without) aggregation.labels.push_back(name);
  for (auto& element : vector) {
    worked(a_label_set);
    Labels labels = *element.labels;
    labels.set(name, digits_of(element.value));
    element.labels = evaluator.keep(std::move(labels));
  }
  if (aggregation.without) std::erase(aggregation.labels, name);
  Vector out;
  for (const auto& group : grouped(evaluator, aggregation, vector))
    out.push_back({.labels = group.labels, .named = group.named, .value = static_cast<double>(group.elements.size())});
  return out;
}

}  // namespace

Vector aggregated(Evaluator& evaluator, const Aggregation& aggregation, const Expression& expression) {
  const auto aggregate = aggregation.aggregate;
  if (aggregate == Aggregate::topk || aggregate == Aggregate::bottomk) return chosen_of_each(evaluator, aggregation, expression);
  if (aggregate == Aggregate::count_values) return counted_values(evaluator, aggregation, expression);
  double parameter = 0;
  if (aggregate == Aggregate::quantile) {
    parameter = evaluator.scalar(expression.operands[0]);
    if (!(parameter >= 0 && parameter <= 1))
      evaluator.remark(Remark::Weight::warning, expression.operands[0],
                       "quantile value should be between 0 and 1, got " + ground::number_text(parameter));
  }
  Vector out;
  const auto vector = evaluator.vector(expression.operands.back());
  for (const auto& group : grouped(evaluator, aggregation, vector)) {
    worked(a_text);
    Aggregated values{aggregate, parameter};
    for (const auto& element : group.elements) worked(2), values.add(element.value);
    out.push_back({.labels = group.labels, .named = group.named, .value = values.value()});
  }
  return out;
}

}  // namespace holdup::rules
