#include "collector/cli/stored_past.hpp"

#include <algorithm>
#include <utility>

#include "collector/cli/step_source.hpp"
#include "collector/rules/evaluator.hpp"
#include "collector/serve/selection.hpp"

namespace holdup::cli {
namespace {

using ground::Instant;
using ground::Utc;

constexpr ground::Duration lookback = std::chrono::minutes{5};
constexpr std::size_t most_samples = 100'000;  // of a series: the engine holds no more
constexpr std::size_t slice_points = 20'000, slice_series = 32;
constexpr ground::Duration settles = std::chrono::seconds{1};  // what is recorded at one moment may be written in two

Instant as_instant(Utc time) { return Instant{time.time_since_epoch()}; }
Utc as_utc(Instant time) { return Utc{time.time_since_epoch()}; }

record::Series series_of(const rules::Labels& labels) {
  record::Series out{.name = std::string{labels.get(rules::metric_name)}, .labels = {}};
  for (const auto& [name, value] : labels.all())
    if (name != rules::metric_name) out.labels.emplace_back(name, value);
  return out;
}

}  // namespace

ground::Result<Utc> recorded_until(store::Reader& reader) {
  const auto seq = reader.last_recorded();
  if (!seq) return seq.error();
  Utc newest{};
  if (*seq == 0) return newest;
  const auto last = reader.recorded(*seq - 1, 1);
  if (!last) return last.error();
  for (const auto& recorded : last->recorded)
    for (const auto& point : recorded.points) newest = std::max(newest, point.time - settles);
  return newest;
}

ground::Result<StoredPast::Figures> StoredPast::read() {
  slice_.of = asked_.rules;
  if (const auto done = read_series(); !done) return done.error();
  std::vector<std::size_t> with_steps;
  for (const auto rule : asked_.waiting) {
    const bool has_steps = !rules::look_back((*asked_.rules)[rule], lookback).subqueries.empty();
    (has_steps ? with_steps : slice_.complete).push_back(rule);
  }
  hand_over();
  const auto count = [&](std::size_t rule) {
    double out = 0;
    for (const auto* expression : rules::look_back((*asked_.rules)[rule], lookback).subqueries)
      out += rules::steps_held(std::get<rules::Subquery>(expression->node));
    return out;
  };
  std::ranges::stable_sort(with_steps, {}, count);
  for (const auto rule : with_steps) {
    if (!figures_.whole) break;
    if (const auto done = read_steps(rule); !done) return done.error();
  }
  return figures_;
}

/// By row, each as far back as the rule asks that asks furthest.
ground::Result<std::map<std::int64_t, StoredPast::Wanted>> StoredPast::wanted_series() {
  std::map<std::int64_t, Wanted> out;
  for (const auto rule : asked_.waiting)
    for (const auto& [selector, reach] : rules::look_back((*asked_.rules)[rule], lookback).series) {
      auto selected = serve::select(reader_, *selector);
      if (!selected) return selected.error();
      for (auto& one : *selected) {
        auto& wanted = out[one.row];
        wanted.labels = std::move(one.labels);
        wanted.reach = std::max(wanted.reach, reach);
      }
    }
  return out;
}

ground::Result<void> StoredPast::read_series() {
  const auto wanted = wanted_series();
  if (!wanted) return wanted.error();
  for (const auto& [row, one] : *wanted) {
    if (!figures_.whole) return {};
    if (const auto done = read_series(row, one); !done) return done.error();
  }
  return {};
}

ground::Result<void> StoredPast::read_series(std::int64_t row, const Wanted& wanted) {
  const bool is_made = rules::is_made(*asked_.rules, wanted.labels.get(rules::metric_name));
  store::Range range{.from = as_utc(ground::shifted(as_instant(asked_.now), -wanted.reach)), .to = asked_.now};
  std::vector<rules::Point> points;
  while (range.from <= range.to) {
    const auto read = reader_.range_slice(row, range, slice_points);
    if (!read) return read.error();
    for (const auto& point : *read) take_point(point, is_made, points);
    if (points.size() > 2 * most_samples) points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(most_samples));
  }
  if (points.size() > most_samples) points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(most_samples));
  if (points.empty()) return {};
  figures_.samples += points.size();
  ++figures_.series;
  held_ += points.size();
  slice_.tracks.push_back({.series = series_of(wanted.labels), .points = std::move(points)});
  if (held_ >= slice_points || slice_.tracks.size() >= slice_series) hand_over();
  return {};
}

ground::Result<void> StoredPast::read_steps(std::size_t rule) {
  const auto until = recorded_until(reader_);
  if (!until) return until.error();
  steps_to_ = std::max(*until, asked_.start);  // what the engine holds since the start makes up for the rest
  const auto subqueries = rules::look_back((*asked_.rules)[rule], lookback).subqueries;
  for (std::size_t i = 0; i < subqueries.size() && figures_.whole; ++i)
    if (const auto done = read_steps(rule, i, *subqueries[i]); !done) return done.error();
  slice_.complete.push_back(rule);
  slice_.steps_to = steps_to_;
  hand_over();
  return {};
}

ground::Result<void> StoredPast::read_steps(std::size_t rule, std::size_t subquery, const rules::Expression& expression) {
  const auto& node = std::get<rules::Subquery>(expression.node);
  const auto step = rules::step_of(node);
  const auto to = as_instant(steps_to_);
  const auto& operand = expression.operands.front();
  StepSource source{reader_, *asked_.rules, {.step = step, .last = steps_to_}};
  std::map<std::string, rules::PastSteps> elements;
  const auto first = rules::multiple_after(ground::shifted(to, -rules::reach_of(node)), step, {});
  for (auto at = first; at <= to && figures_.whole; at = ground::shifted(at, step)) {
    const auto evaluation = rules::evaluate(operand, {.at = at, .lookback = lookback}, source);
    if (source.failure()) return *source.failure();
    if (evaluation.error) slice_.failures.push_back({.rule = rule, .subquery = subquery, .at = at, .error = *evaluation.error});
    if (evaluation.error) continue;
    for (const auto& element : std::get<rules::Vector>(evaluation.value)) {
      auto& steps = elements[rules::key_of(element, false)];
      if (steps.points.empty()) steps = {rule, subquery, *element.labels, element.named, {}};
      steps.points.push_back({at, element.value});
    }
    figures_.whole = figures_.whole && !asked_.is_over();
  }
  for (auto& [key, steps] : elements) {
    ++figures_.elements;
    figures_.steps += steps.points.size();
    held_ += steps.points.size();
    slice_.steps.push_back(std::move(steps));
    if (held_ >= slice_points || slice_.steps.size() >= slice_series) hand_over();
  }
  return {};
}

void StoredPast::hand_over() {
  held_ = 0;
  auto past = std::exchange(slice_, {.of = asked_.rules});
  figures_.whole = figures_.whole && hand_(std::move(past));
}

}  // namespace holdup::cli
