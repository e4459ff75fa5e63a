#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/natural_order.hpp"

// The functions that need more than numbers.
namespace holdup::rules {
namespace {

/// NaN last, whichever way.
void sort_by_value(Vector& vector, bool descending) {
  std::ranges::stable_sort(vector, [&](const Element& a, const Element& b) {
    worked(2);
    if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value);
    return descending ? a.value > b.value : a.value < b.value;
  });
}

void sort_by_labels(Vector& vector, const std::vector<std::string>& names, bool descending) {
  std::ranges::stable_sort(vector, [&](const Element& a, const Element& b) {
    worked(a_text);
    for (const auto& name : names) {
      const auto left = a.labels->get(name), right = b.labels->get(name);
      if (left != right) return natural_less(left, right) != descending;
    }
    return (*a.labels < *b.labels) != descending && *a.labels != *b.labels;
  });
}

Vector sorted(Evaluator& evaluator, Special which, const Expression& expression) {
  auto out = evaluator.vector(expression.operands[0]);
  if (evaluator.setting().range)
    evaluator.remark(Remark::Weight::warning, expression,
                     "sort is ineffective for range queries since results are always ordered by labels");
  std::vector<std::string> names;
  for (std::size_t i = 1; i < expression.operands.size(); ++i) names.push_back(evaluator.text(expression.operands[i]));
  const bool descending = which == Special::sort_desc || which == Special::sort_by_label_desc;
  if (which == Special::sort || which == Special::sort_desc)
    sort_by_value(out, descending);
  else
    sort_by_labels(out, names, descending);
  return out;
}

/// Of a selector's samples their own times; what is reckoned is of now.
Vector timestamps(Evaluator& evaluator, const Expression& expression) {
  Vector out;
  if (const auto* selector = std::get_if<Selector>(&expression.operands[0].node)) {
    for (const auto& [element, at] : evaluator.newest(*selector)) {
      worked();
      out.push_back(element);
      out.back().value = ground::seconds((at + evaluator.setting().utc_offset).time_since_epoch());
    }
  } else {
    out = evaluator.vector(expression.operands[0]);
    for (auto& element : out) worked(), element.value = ground::seconds(evaluator.now().time_since_epoch());
    evaluator.drifts();
  }
  evaluator.unname(out, expression);
  return out;
}

/// As Go's math.Min and math.Max: an infinity that no other could outdo stands before NaN.
double least(double a, double b) {
  if (a == -INFINITY || b == -INFINITY) return -INFINITY;
  return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
}
double greatest(double a, double b) {
  if (a == INFINITY || b == INFINITY) return INFINITY;
  return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
}

}  // namespace

std::optional<double> limited(Special which, double x, std::span<const double> parameters) {
  const double first = parameters.empty() ? 1 : parameters[0];
  if (which == Special::round) return std::floor(x * (1 / first) + 0.5) / (1 / first);  // fewer errors of rounding than by dividing first
  if (which == Special::clamp_max) return least(first, x);
  if (which == Special::clamp_min) return greatest(first, x);
  const double high = parameters[1];
  return high < first ? std::nullopt : std::optional{greatest(first, least(high, x))};
}

Value Evaluator::call(Special which, const Function&, const Expression& expression) {
  const auto& operands = expression.operands;
  const auto number = [&](std::size_t operand) { return scalar(operands[operand]); };
  const auto absence = [&](bool absent) {
    return absent ? Vector{{.labels = keep(labels_of_absence(operands[0])), .value = 1}} : Vector{};
  };
  switch (which) {
    case Special::pi:
      return std::numbers::pi;
    case Special::time:
      return ground::seconds(now().time_since_epoch());
    case Special::vector:
      return Vector{{.labels = keep({}), .value = number(0)}};
    case Special::scalar: {
      const auto one = vector(operands[0]);
      return one.size() == 1 ? one.front().value : std::numeric_limits<double>::quiet_NaN();
    }
    case Special::absent:
      return absence(vector(operands[0]).empty());
    case Special::absent_over_time: {
      bool absent = true;
      each_window(operands[0], [&](const Labels*, bool, const Window&) { absent = false; });
      return absence(absent);
    }
    case Special::clamp:
    case Special::clamp_max:
    case Special::clamp_min:
    case Special::round: {
      std::vector<double> parameters;
      for (std::size_t i = 1; i < operands.size(); ++i) parameters.push_back(number(i));
      auto out = vector(operands[0]);
      std::erase_if(out, [&](Element& element) {
        worked(2);
        const auto result = limited(which, element.value, parameters);
        element.value = result.value_or(0);
        return !result;
      });
      return unname(out, expression), out;
    }
    case Special::histogram_quantile:
      return histogram_quantiles(*this, expression);
    case Special::label_join:
    case Special::label_replace:
      return relabelled(*this, expression);
    case Special::timestamp:
      return timestamps(*this, expression);
    case Special::sort:
    case Special::sort_desc:
    case Special::sort_by_label:
    case Special::sort_by_label_desc:
      break;
  }
  return sorted(*this, which, expression);
}

Labels labels_of_absence(const Expression& operand) {
  const auto* selector = std::get_if<Selector>(&operand.node);
  std::vector<Label> out;
  if (selector == nullptr) return {};
  const auto times = [&](const std::string& name) { return std::ranges::count(selector->matchers, name, &Matcher::name); };
  for (const auto& matcher : selector->matchers)
    if (matcher.kind() == MatchKind::equal && matcher.name() != metric_name && times(matcher.name()) == 1)
      out.emplace_back(matcher.name(), matcher.value());
  return Labels{std::move(out)};
}

}  // namespace holdup::rules
