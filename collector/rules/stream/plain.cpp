#include "collector/rules/stream/plain.hpp"

#include "collector/rules/evaluator.hpp"

namespace holdup::rules::stream {

Plain::Plain(std::uint32_t rule, const Expression& expression, const Slots& slots, const RuleSteps& steps)
    : Leaf{rule},
      expression_{expression},
      slots_{slots},
      steps_{steps},
      sees_samples_(slots.size()),
      of_time_{leaves(expression).empty() && held_subqueries(expression).empty()} {
  for (const auto& leaf : leaves(expression)) sees_samples_[leaf.selector->slot] = leaf.held == nullptr;
}

void Plain::born(std::size_t slot, Series& series) {
  if (!sees_samples_[slot]) return;
  enlist(series, {.cell = 0});
  if (series.heard) mark(0);
}

void Plain::update(const Setting& setting) {
  begin();
  const bool is_due = due_ <= setting.at || is_touched() || version_ != steps_.version();
  if (!is_due && !of_time_) return;
  take_touched([](std::uint32_t) {});
  version_ = steps_.version();
  Live live{slots_, steps_, setting.utc_offset};
  auto evaluation = evaluate(expression_, setting, live);
  if (is_due) due_ = evaluation.changes_at;
  failed_ = evaluation.error.has_value();
  if (failed_) return;
  found_.assign(cells().size(), false);
  const Labels none;
  if (const auto* number = std::get_if<double>(&evaluation.value))
    take({.labels = &none, .value = *number}, is_due);
  else
    for (const auto& element : std::get<Vector>(evaluation.value)) take(element, is_due);
  for (std::uint32_t cell = 0; cell < found_.size(); worked(), ++cell)
    if (!found_[cell]) yield(cell, std::nullopt);
  let_go(evaluation.made);
}

void Plain::take(const Element& element, bool is_news) {
  worked(a_text);
  const auto [cell, fresh] = known_.add(key_of(element, false));
  if (fresh) {
    add(Labels{*element.labels}, element.named);
    found_.push_back(true);
  }
  found_[cell] = true;
  if (is_news)
    yield(cell, element.value);
  else
    renew(cell, element.value);
}

}  // namespace holdup::rules::stream
