#include "collector/rules/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/join.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/operate.hpp"
#include "collector/rules/over_time.hpp"
#include "ground/number.hpp"

namespace holdup::rules {
namespace {

constexpr std::size_t most_steps = 1'000'000;  // of all subqueries of one evaluation

bool is_counter_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> endings{"_total", "_sum", "_count", "_bucket"};
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

ground::Instant multiple_after(ground::Instant at, ground::Duration step, ground::Duration utc_offset) {
  const auto since = ground::shifted(at, utc_offset).time_since_epoch();
  const auto last = since - since % step;
  return ground::shifted(ground::shifted(ground::Instant{last <= since ? last : last - step}, step), -utc_offset);
}

std::string Remark::text() const {
  const std::string weights = weight == Weight::warning ? "PromQL warning: " : "PromQL info: ";
  return weights + what + " (" + std::to_string(at.line) + ":" + std::to_string(at.column) + ")";
}

std::string key_of(const Element& element, bool late_names) {
  std::string out;
  for (const auto& [name, value] : element.labels->all())
    if (element.named || late_names || name != metric_name)  // lengths, not separators: values may hold any byte
      out += std::to_string(name.size()) + ":" + name + std::to_string(value.size()) + ":" + value;
  return out;
}

Value Evaluator::value(const Expression& expression) {
  return std::visit([&](const auto& node) { return of(node, expression); }, expression.node);
}

Value Evaluator::of(const Selector& selector, const Expression&) {
  if (selector.range != ground::Duration::zero()) return matrix(selector);
  Vector out;
  const auto found = newest(selector);
  out.reserve(found.size());
  for (const auto& [element, at] : found) worked(4), out.push_back(element);
  return out;
}

std::vector<std::pair<Element, ground::Instant>> Evaluator::newest(const Selector& selector) {
  const auto to = moment(selector.view);
  std::vector<std::pair<Element, ground::Instant>> out;
  const auto found = source_.select(selector, ground::shifted(to, -setting_.lookback), to);
  out.reserve(found.size());
  for (const auto& series : found) {
    worked(4);
    if (series.points.empty() || is_stale(series.points.back().value)) continue;
    const auto& point = series.points.back();
    out.emplace_back(Element{.labels = series.labels, .value = point.value}, point.at);
    changes(selector.view, ground::shifted(point.at, setting_.lookback));
  }
  changes_with_arrivals(selector, to);
  return out;
}

Matrix Evaluator::matrix(const Selector& selector) {
  const auto to = moment(selector.view);
  Matrix out;
  for (const auto& series : source_.select(selector, ground::shifted(to, -selector.range), to)) {
    worked(4 + series.points.size() / 4);
    Track track{.labels = series.labels};
    std::ranges::copy_if(series.points, std::back_inserter(track.points), [](const Point& point) { return !is_stale(point.value); });
    if (!track.points.empty()) out.push_back(std::move(track));
  }
  return out;
}

Value Evaluator::of(const Subquery& subquery, const Expression& expression) {
  const auto to = moment(subquery.view);
  const auto step_length = subquery.step > ground::Duration::zero() ? subquery.step : setting_.step;
  Matrix out;
  Numbered known;
  const auto first = multiple_after(ground::shifted(to, -subquery.range), step_length, setting_.utc_offset);
  if (auto held = source_.held(expression, ground::shifted(to, -subquery.range), to)) {
    if (held->error && !out_.error) out_.error = std::move(held->error);
    if (out_.error) changes(subquery.view, ground::shifted(first, subquery.range));
    changes(subquery.view, multiple_after(to, step_length, setting_.utc_offset));
    return std::move(held->tracks);
  }
  for (auto at = first; at <= to && !out_.error && !source_.gave_up(); at = ground::shifted(at, step_length)) {
    if (++steps_ > most_steps) fail(expression, "the subqueries take more than a million steps");
    for (const auto& element : step(expression.operands.front(), at)) {
      worked(a_text);
      const auto [place, fresh] = known.add(key_of(element, setting_.late_names));
      if (fresh) out.push_back({.labels = element.labels, .named = element.named, .points = {}});
      out[place].points.push_back({at, element.value});
    }
  }
  if (out_.error) changes(subquery.view, ground::shifted(first, subquery.range));  // the step that fails may be the one that leaves
  known.clear();
  changes(subquery.view, multiple_after(to, step_length, setting_.utc_offset));  // wherever an error ended the steps
  return out;
}

/// What a subquery's operand is at one of its steps. When that would change is no matter: the step does not move.
Vector Evaluator::step(const Expression& operand, ground::Instant at) {
  const auto own_at = std::exchange(setting_.at, at);
  const auto changes_at = out_.changes_at;
  auto out = vector(operand);
  out_.changes_at = changes_at;
  setting_.at = own_at;
  return out;
}

Value Evaluator::of(const Call& called, const Expression& expression) {
  const Function& function = *called.function;
  if (function.drifts) drifts();
  return std::visit([&](auto made) { return call(made, function, expression); }, function.made);
}

Value Evaluator::call(OverTime reckon, const Function& function, const Expression& expression) {
  const Expression* range = nullptr;
  std::array<double, 2> parameters{};
  std::size_t given = 0;
  for (const auto& operand : expression.operands) {
    if (operand.type == Type::range_vector)
      range = &operand;
    else
      parameters[given++] = scalar(operand);
  }
  const auto& [first, second] = parameters;
  if (reckon == over_time::quantile && !(first >= 0 && first <= 1))
    remark(Remark::Weight::warning, expression.operands.front(),
           "quantile value should be between 0 and 1, got " + ground::number_text(first));
  if (reckon == over_time::smoothed && !(first > 0 && first < 1))
    return fail(expression, "invalid smoothing factor. Expected: 0 < sf < 1, got: " + std::to_string(first)), Vector{};
  if (reckon == over_time::smoothed && !(second > 0 && second < 1))
    return fail(expression, "invalid trend factor. Expected: 0 < tf < 1, got: " + std::to_string(second)), Vector{};
  Vector out;
  each_window(*range, [&](const Labels* labels, bool named, Window window) {
    window.parameters = parameters;
    const auto result = reckon(window);
    if (!result) return;
    out.push_back({.labels = labels, .named = named, .value = *result});
    const auto name = labels->get(metric_name);
    if (function.of_counters && !name.empty() && !is_counter_name(name))
      remark(Remark::Weight::info, *range,
             "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"" + std::string{name} + "\"");
  });
  if (!function.keeps_name) unname(out, expression);
  return out;
}

Value Evaluator::call(OfNumber reckon, const Function&, const Expression& expression) {
  auto out = vector(expression.operands.front());
  for (auto& element : out) worked(2), element.value = reckon(element.value);
  unname(out, expression);
  return out;
}

Value Evaluator::call(OfMoment reckon, const Function&, const Expression& expression) {
  if (expression.operands.empty()) return Vector{{.labels = keep({}), .value = reckon(std::chrono::floor<std::chrono::seconds>(now()))}};
  auto out = vector(expression.operands.front());
  for (auto& element : out) worked(2), element.value = of_calendar(reckon, element.value);
  unname(out, expression);
  return out;
}

Value Evaluator::of(const Aggregation& aggregation, const Expression& expression) { return aggregated(*this, aggregation, expression); }

Value Evaluator::of(const Negation&, const Expression& expression) {
  auto operand = value(expression.operands.front());
  if (auto* number = std::get_if<double>(&operand)) return -*number;
  auto& vector = std::get<Vector>(operand);
  for (auto& element : vector) worked(), element.value = -element.value;
  unname(vector, expression);
  return operand;
}

Value Evaluator::of(const Binary& binary, const Expression& expression) {
  auto left = value(expression.operands[0]);
  auto right = value(expression.operands[1]);  // both always: every leaf has a say in changes_at
  auto* left_number = std::get_if<double>(&left);
  auto* right_number = std::get_if<double>(&right);
  if (left_number != nullptr && right_number != nullptr) return operate(binary.op, *left_number, *right_number).value;
  if (left_number == nullptr && right_number == nullptr)
    return join({.binary = binary, .where = expression, .left = std::get<Vector>(left), .right = std::get<Vector>(right)}, *this);
  auto& vector = std::get<Vector>(left_number == nullptr ? left : right);
  const bool filters = is_comparison(binary.op) && !binary.as_bool;
  std::size_t kept = 0;
  for (auto& element : vector) {
    worked();
    const auto result = operate(binary.op, left_number ? *left_number : element.value, right_number ? *right_number : element.value);
    if (filters && !result.holds) continue;
    if (!filters) element.value = result.value;
    vector[kept++] = element;
  }
  vector.resize(kept);
  if (!filters) unname(vector, expression);
  return std::move(vector);
}

const Labels* Evaluator::keep(Labels labels) {
  worked(4);
  out_.made.push_back(std::make_unique<const Labels>(std::move(labels)));
  return out_.made.back().get();
}

void Evaluator::unname(Vector& vector, const Expression& where) {
  for (auto& element : vector) worked(), element.named = false;
  const auto other_name = [&](const Element& e) {
    return worked(2), e.labels->get(metric_name) != vector.front().labels->get(metric_name);
  };
  if (!setting_.late_names && std::ranges::any_of(vector, other_name)) expect_distinct(vector, where);
}

void Evaluator::expect_distinct(const Vector& vector, const Expression& where) {
  Numbered seen;
  for (const auto& element : vector) {
    worked(a_text);
    if (!seen.add(key_of(element, false)).second) return fail(where, "vector cannot contain metrics with the same labelset");
  }
  seen.clear();
}

void Evaluator::fail(const Expression& where, std::string what) {
  if (!out_.error) out_.error = ExpressionError{where.at, std::move(what)};
}

void Evaluator::remark(Remark::Weight weight, const Expression& where, std::string what) {
  Remark made{weight, where.at, std::move(what)};
  const auto same = [&](const Remark& other) { return other.text() == made.text(); };
  if (std::ranges::none_of(out_.remarks, same)) out_.remarks.push_back(std::move(made));
}

void Evaluator::drifts() {
  const bool asked = setting_.tick > ground::Duration::zero();
  out_.changes_at = std::min(out_.changes_at, asked ? multiple_after(setting_.at, setting_.tick, {}) : setting_.at);
}

ground::Instant Evaluator::moment(const View& view) const {
  const auto from = [&] {
    if (view.fixed == View::Fixed::at) return ground::shifted(view.at, -setting_.utc_offset);
    if (view.fixed == View::Fixed::start) return setting_.range ? setting_.range->first : asked_at_;
    if (view.fixed == View::Fixed::end) return setting_.range ? setting_.range->second : asked_at_;
    return setting_.at;
  };
  return ground::shifted(from(), -view.offset);
}

void Evaluator::changes(const View& view, ground::Instant when) {
  if (view.fixed != View::Fixed::at) out_.changes_at = std::min(out_.changes_at, ground::shifted(when, view.offset));
}

/// A sample that is here but not yet seen comes into view by time alone.
void Evaluator::changes_with_arrivals(const Selector& selector, ground::Instant seen_to) {
  if (setting_.tick == ground::Duration::zero() || selector.view.offset <= ground::Duration::zero() ||
      selector.view.fixed == View::Fixed::at)
    return;
  for (const auto& series : source_.select(selector, seen_to, setting_.at))
    if (!series.points.empty()) changes(selector.view, series.points.front().at);
}

Evaluation evaluate(const Expression& expression, const Setting& setting, Source& source) {
  Evaluation out;
  Evaluator evaluator{setting, source, out};
  auto value = evaluator.value(expression);
  if (auto* vector = std::get_if<Vector>(&value); vector != nullptr && setting.late_names) evaluator.expect_distinct(*vector, expression);
  out.value = std::move(value);
  return out;
}

}  // namespace holdup::rules
