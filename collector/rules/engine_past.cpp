#include <algorithm>
#include <utility>

#include "collector/rules/engine_running.hpp"
#include "collector/rules/past.hpp"
#include "collector/rules/stored_alerts.hpp"

// Engine: what was before the start. Rules that look back wait until they are told of it, the others go on.
namespace holdup::rules {

LookBack look_back(const Rule& rule, ground::Duration lookback) {
  LookBack out{.series = {}, .subqueries = held_subqueries(rule.expression)};
  for (const auto& leaf : leaves(rule.expression))
    if (const auto reach = reach_of(leaf, lookback); reach > ground::Duration::zero()) out.series.push_back({leaf.selector, reach});
  return out;
}

ground::Duration step_of(const Subquery& subquery) { return subquery.step > ground::Duration::zero() ? subquery.step : Setting{}.step; }

ground::Duration reach_of(const Subquery& subquery) {
  return ground::shifted(ground::Instant{subquery.range}, subquery.view.offset).time_since_epoch();
}

double steps_held(const Subquery& subquery) { return ground::seconds(reach_of(subquery)) / ground::seconds(step_of(subquery)); }

bool is_made(const RuleSet& rules, std::string_view name) {
  return std::ranges::find(alert_series, name) != alert_series.end() ||
         (!name.empty() && std::ranges::any_of(rules, [&](const Rule& rule) { return rule.record == name; }));
}

void Engine::await_past() {
  settle();
  for (std::size_t rule = 0; rule < running_.size(); ++rule)
    running_[rule].awaits_past = !look_back((*rules_)[rule], options_.lookback).empty();
  hold_back();
}

std::vector<std::size_t> Engine::awaiting_past() const {
  std::vector<std::size_t> out;
  for (std::size_t rule = 0; rule < running_.size(); ++rule)
    if (running_[rule].awaits_past) out.push_back(rule);
  return out;
}

/// Those that wait, and those that read what these make; who waits no more is looked at with the next call.
void Engine::hold_back() {
  for (const std::size_t rule : order_) {
    auto& running = running_[rule];
    const bool before = running.is_held_back;
    running.is_held_back =
        running.awaits_past || std::ranges::any_of(reads_[rule], [&](std::size_t read) { return running_[read].is_held_back; });
    if (before && !running.is_held_back) anew_.push_back(rule);
  }
}

void Engine::fill(SeriesId id, std::vector<Point> past) {
  between_rules([this, id, past = std::move(past)]() mutable {
    if (auto* series = series_.find(id)) fill(*series, std::move(past));
  });
}

void Engine::fill(const Labels& labels, std::vector<Point> past) {
  between_rules([this, labels, past = std::move(past)]() mutable { fill(*made(labels).second, std::move(past)); });
}

void Engine::fill(stream::Series& series, std::vector<Point> past) {
  if (!series.ring) return;
  std::erase_if(past, [&](const Point& point) { return point.at >= now_; });
  counters_.samples_cut += series.ring->prepend(std::move(past), options_.window_max_samples);
  if (!series.heard) series.ring->fill_to(now_);
  for (const std::size_t rule : series.rules)
    if (running_[rule].graph) unbuild(rule);  // its windows have passed by what is new behind them
}

void Engine::fill(PastSteps steps) {
  if (steps.rule >= running_.size() || steps.subquery >= running_[steps.rule].steps.all().size()) return;
  between_rules([this, steps = std::move(steps)]() mutable {
    running_[steps.rule].steps.all()[steps.subquery].fill(steps.labels, steps.named, std::move(steps.points));
  });
}

void Engine::fill(PastFailure failure) {
  if (failure.rule >= running_.size() || failure.subquery >= running_[failure.rule].steps.all().size()) return;
  between_rules(
      [this, failure = std::move(failure)] { running_[failure.rule].steps.all()[failure.subquery].fill(failure.at, failure.error); });
}

void Engine::filled(std::span<const std::size_t> rules, std::optional<ground::Instant> steps_to) {
  between_rules([this, all = std::vector(rules.begin(), rules.end()), steps_to] {
    for (const std::size_t rule : all) {
      if (rule >= running_.size() || !std::exchange(running_[rule].awaits_past, false)) continue;
      for (auto& steps : running_[rule].steps.all())
        if (steps_to) steps.filled(*steps_to);
    }
    hold_back();
  });
}

/// A rule that is held back says how its alerts stood before the start, as often as others do.
void Engine::stand_still(std::size_t index, ground::Instant at) {
  auto& running = running_[index];
  const bool renews = running.renew <= at;
  if ((*rules_)[index].record.empty() && (running.alerts.take_changed() || renews)) tell_series(index, series_of_alerts(index), at, renews);
  deadlines_.set(position_[index], running.renew > at ? running.renew : ground::Instant::max());
}

}  // namespace holdup::rules
