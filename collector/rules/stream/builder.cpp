#include "collector/rules/stream/builder.hpp"

#include <algorithm>
#include <utility>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/operate.hpp"
#include "collector/rules/over_time.hpp"
#include "collector/rules/stream/absent.hpp"
#include "collector/rules/stream/bucketed.hpp"
#include "collector/rules/stream/constant.hpp"
#include "collector/rules/stream/grouped.hpp"
#include "collector/rules/stream/mapped.hpp"
#include "collector/rules/stream/metric_names.hpp"
#include "collector/rules/stream/newest.hpp"
#include "collector/rules/stream/paired.hpp"
#include "collector/rules/stream/plain.hpp"
#include "collector/rules/stream/ranked.hpp"
#include "collector/rules/stream/relabelled.hpp"
#include "collector/rules/stream/set_operation.hpp"
#include "collector/rules/stream/stepped.hpp"
#include "collector/rules/stream/window.hpp"

namespace holdup::rules::stream {
namespace {

/// What a scalar is at any time.
std::optional<double> constant(const Expression& expression) {
  if (expression.type != Type::scalar || !leaves(expression).empty()) return std::nullopt;
  Memory nothing;
  const Setting setting{.at = ground::Instant{}, .tick = std::chrono::seconds{1}};
  const auto evaluation = evaluate(expression, setting, nothing);
  if (evaluation.error || evaluation.changes_at != ground::Instant::max()) return std::nullopt;
  return std::get<double>(evaluation.value);
}

/// A plain view, back from now: what a selector needs to be followed.
bool is_followed(const View& view) { return view.fixed == View::Fixed::no && view.offset >= ground::Duration::zero(); }

const Selector* current_selector(const Expression& expression) {
  const auto* selector = std::get_if<Selector>(&expression.node);
  const bool is_current = selector != nullptr && selector->range == ground::Duration::zero() && selector->view.fixed == View::Fixed::no &&
                          selector->view.offset == ground::Duration::zero();
  return is_current ? selector : nullptr;
}

Operator seen_from_the_right(Operator op) {
  if (op == Operator::less) return Operator::greater;
  if (op == Operator::greater) return Operator::less;
  if (op == Operator::less_equal) return Operator::greater_equal;
  return op == Operator::greater_equal ? Operator::less_equal : op;
}

}  // namespace

template <class Made, class... Arguments>
Made& Builder::add(Arguments&&... arguments) {
  auto made = std::make_unique<Made>(std::forward<Arguments>(arguments)...);
  auto& out = *made;
  graph_.stages_.push_back({.stage = std::move(made), .bytes = sizeof out, .reads_series = false});
  return out;
}

template <class Reckon>
Stage* Builder::map(Stage& vector, std::vector<const Stage*> scalars, bool keeps_name, Reckon reckon) {
  return &add<Mapped<Reckon>>(vector, std::move(scalars), keeps_name, std::move(reckon));
}

/// It reads all the selectors of the expression.
template <class Made, class... Arguments>
Made& Builder::add_leaf(const Expression& expression, Arguments&&... arguments) {
  auto made = std::make_unique<Made>(rule_, std::forward<Arguments>(arguments)...);
  auto& out = *made;
  for (const auto& leaf : leaves(expression)) graph_.leaves_[leaf.selector->slot] = made.get();
  graph_.stages_.push_back({.stage = std::move(made), .bytes = sizeof out, .reads_series = true});
  return out;
}

Stage& Builder::build(const Expression& expression) {
  const auto first = graph_.stages_.size();
  Stage* made = nullptr;
  if (const auto value = constant(expression))
    made = &add<Constant>(*value);
  else
    made = std::visit([&](const auto& node) { return of(node, expression); }, expression.node);
  if (made == nullptr) made = &add_leaf<Plain>(expression, expression, slots_, steps_);
  graph_.stages_.back().first = first;
  return *made;
}

Stage* Builder::of(const Selector& selector, const Expression& expression) {
  if (!is_followed(selector.view) || selector.range != ground::Duration::zero()) return nullptr;
  if (selector.view.offset == ground::Duration::zero()) return &add_leaf<Newest>(expression, Newest::Yields::value);
  return &add_leaf<WindowOf>(expression, ground::Duration::zero(), selector.view.offset, WindowOf::Reckoning{.keeps_name = true});
}

Stage* Builder::of(const Call& called, const Expression& expression) {
  const Function& function = *called.function;
  return std::visit([&](auto made) { return call(made, function, expression); }, function.made);
}

Stage* Builder::call(OverTime reckon, const Function& function, const Expression& expression) {
  WindowOf::Reckoning reckoning{.reckon = reckon, .drifts = function.drifts, .keeps_name = function.keeps_name};
  const Expression* range = nullptr;
  std::size_t given = 0;
  for (const auto& operand : expression.operands) {
    if (operand.type == Type::range_vector) {
      range = &operand;
      continue;
    }
    const auto value = constant(operand);
    if (!value) return nullptr;
    reckoning.parameters[given++] = *value;
  }
  if (reckon == over_time::smoothed || (!function.keeps_name && !differs_without_name(*range))) return nullptr;
  if (const auto* steps = steps_.find(*range); steps != nullptr && !function.drifts)
    return &add_leaf<Stepped>(*range, *steps,
                              Stepped::Reckoning{.reckon = reckon, .parameters = reckoning.parameters, .keeps_name = function.keeps_name});
  const auto* selector = std::get_if<Selector>(&range->node);
  if (selector == nullptr || !is_followed(selector->view)) return nullptr;
  return &add_leaf<WindowOf>(*range, selector->range, selector->view.offset, reckoning);
}

Stage* Builder::call(OfNumber reckon, const Function&, const Expression& expression) {
  const auto& operand = expression.operands.front();
  if (!differs_without_name(operand)) return nullptr;
  return map(build(operand), {}, false, [reckon](double x, std::span<const double>) { return reckon(x); });
}

Stage* Builder::call(OfMoment reckon, const Function&, const Expression& expression) {
  if (expression.operands.empty() || !differs_without_name(expression.operands.front())) return nullptr;
  return map(build(expression.operands.front()), {}, false, [reckon](double x, std::span<const double>) { return of_calendar(reckon, x); });
}

Stage* Builder::call(Special which, const Function&, const Expression& expression) {
  const auto& operands = expression.operands;
  switch (which) {
    case Special::absent:
      return &add<Absent>(build(operands[0]), labels_of_absence(operands[0]));
    case Special::absent_over_time: {
      const auto* selector = std::get_if<Selector>(&operands[0].node);
      if (selector == nullptr || !is_followed(selector->view)) return nullptr;
      const WindowOf::Reckoning present{.reckon = over_time::present};
      return &add<Absent>(add_leaf<WindowOf>(operands[0], selector->range, selector->view.offset, present), labels_of_absence(operands[0]));
    }
    case Special::clamp:
    case Special::clamp_max:
    case Special::clamp_min:
    case Special::round:
      return limits(which, expression);
    case Special::histogram_quantile: {
      const auto share = constant(operands[0]);
      return share ? &add<Bucketed>(build(operands[1]), *share) : nullptr;
    }
    case Special::label_join:
    case Special::label_replace: {
      const auto made = Relabelling::of(expression);
      const auto* relabelling = std::get_if<Relabelling>(&made);
      return relabelling != nullptr ? &add<Relabelled>(build(operands[0]), *relabelling) : nullptr;
    }
    case Special::timestamp:
      if (current_selector(operands[0]) == nullptr || !differs_without_name(operands[0])) return nullptr;
      return &add_leaf<Newest>(operands[0], Newest::Yields::time);
    case Special::vector: {
      const auto value = constant(operands[0]);
      return value ? &add<Constant>(*value) : nullptr;
    }
    case Special::sort:
    case Special::sort_desc:
    case Special::sort_by_label:
    case Special::sort_by_label_desc:
      return &build(operands[0]);  // alerts have no order
    case Special::pi:
    case Special::scalar:
    case Special::time:
      break;
  }
  return nullptr;
}

Stage* Builder::limits(Special which, const Expression& expression) {
  const auto& operands = expression.operands;
  if (!differs_without_name(operands[0])) return nullptr;
  auto& vector = build(operands[0]);
  std::vector<const Stage*> scalars;
  for (std::size_t i = 1; i < operands.size(); ++i) scalars.push_back(&build(operands[i]));
  return map(vector, std::move(scalars), false,
             [which](double x, std::span<const double> parameters) { return limited(which, x, parameters); });
}

Stage* Builder::of(const Aggregation& aggregation, const Expression& expression) {
  if (aggregation.aggregate == Aggregate::topk || aggregation.aggregate == Aggregate::bottomk) {
    const auto count = constant(expression.operands[0]);
    const bool is_one = count && *count >= 1 && *count <= most_chosen;
    return is_one ? &add<Ranked>(build(expression.operands.back()), aggregation, static_cast<std::size_t>(*count)) : nullptr;
  }
  if (takes_parameter(aggregation.aggregate) && aggregation.aggregate != Aggregate::quantile) return nullptr;
  const auto parameter = aggregation.aggregate == Aggregate::quantile ? constant(expression.operands[0]) : std::optional{0.0};
  return parameter ? &add<Grouped>(build(expression.operands.back()), aggregation, *parameter) : nullptr;
}

Stage* Builder::of(const Negation&, const Expression& expression) {
  const auto& operand = expression.operands.front();
  if (operand.type == Type::scalar || !differs_without_name(operand)) return nullptr;
  return map(build(operand), {}, false, WithConstant{.op = Operator::multiply, .with = -1, .first = true});
}

Stage* Builder::of(const Binary& binary, const Expression& expression) {
  const auto &left = expression.operands[0], &right = expression.operands[1];
  if (left.type == Type::scalar && right.type == Type::scalar) return nullptr;
  if (left.type == Type::scalar || right.type == Type::scalar) return with_scalar(binary, expression);
  auto& left_side = build(left);
  const auto first = graph_.stages_.size();
  auto& right_side = build(right);
  if (binary.op == Operator::set_and || binary.op == Operator::set_unless)
    graph_.guarded_.push_back({.guard = &left_side, .first = first, .end = graph_.stages_.size()});
  if (is_set_operator(binary.op)) return &add<SetOperation>(left_side, right_side, binary);
  return &add<Paired>(left_side, right_side, binary);
}

Stage* Builder::with_scalar(const Binary& binary, const Expression& expression) {
  const bool filters = is_comparison(binary.op) && !binary.as_bool;
  const bool scalar_first = expression.operands[0].type == Type::scalar;
  const auto &vector = expression.operands[scalar_first ? 1 : 0], &scalar = expression.operands[scalar_first ? 0 : 1];
  if (!filters && !differs_without_name(vector)) return nullptr;
  auto& elements = build(vector);
  const auto number = constant(scalar);
  if (filters && number && elements.hold_back({scalar_first ? seen_from_the_right(binary.op) : binary.op, *number})) return &elements;
  if (number && !filters) return map(elements, {}, false, WithConstant{.op = binary.op, .with = *number, .first = scalar_first});
  const auto reckon = [op = binary.op, filters, scalar_first](double x, double with) {
    const auto result = scalar_first ? operate(op, with, x) : operate(op, x, with);
    return !filters ? std::optional{result.value} : result.holds ? std::optional{x} : std::nullopt;
  };
  if (number) return map(elements, {}, true, [reckon, number = *number](double x, std::span<const double>) { return reckon(x, number); });
  return map(elements, {&build(scalar)}, filters,
             [reckon](double x, std::span<const double> scalars) { return reckon(x, scalars.front()); });
}

}  // namespace holdup::rules::stream
