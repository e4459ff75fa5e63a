#include "collector/rules/engine.hpp"

#include <algorithm>

#include "collector/rules/evaluate.hpp"

namespace holdup::rules {

struct Engine::Series {
  Labels labels;
  std::optional<ground::Instant> last_at;
  std::optional<double> value;  // nothing once stale
  std::vector<std::unique_ptr<AggregateWindow>> windows;
  std::vector<std::size_t> rules;  // that read it, ascending
};

/// One series under one leaf of a rule.
struct Engine::Bound {
  Series* series = nullptr;
  AggregateWindow* window = nullptr;  // nullptr for an instant selector
};

struct Engine::Running {
  std::vector<std::vector<Bound>> slots;  // by slot, in the order of birth
  RuleAlerts alerts;
  ground::Instant due = ground::Instant::max();
  std::string error;
};

/// The live values as the evaluator's source, for one rule.
class Engine::Live : public Source {
 public:
  Live(const Running& rule, ground::Duration lookback) : rule_{rule}, lookback_{lookback} {}

  ground::Instant read(const Leaf& leaf, ground::Instant at, Vector& out) override {
    auto changes_at = ground::Instant::max();
    for (const auto& [series, window] : rule_.slots[leaf.selector->slot]) {
      const auto value = window != nullptr ? window->value(at) : last_value(*series, at);
      if (!value) continue;
      out.push_back({.labels = &series->labels, .value = *value});
      changes_at = std::min(changes_at, window != nullptr ? window->changes_at() : *series->last_at + lookback_);
    }
    return changes_at;
  }

 private:
  std::optional<double> last_value(const Series& series, ground::Instant at) const {
    return series.value && *series.last_at > at - lookback_ ? series.value : std::nullopt;
  }

  const Running& rule_;
  ground::Duration lookback_;
};

Engine::Engine(RuleSet rules, Options options)
    : rules_{std::make_unique<const RuleSet>(std::move(rules))}, options_{options}, index_{*rules_}, running_(rules_->size()) {
  for (std::size_t rule = 0; rule < rules_->size(); ++rule) {
    running_[rule].slots.resize(leaves((*rules_)[rule].expression).size());
    touched_.insert(rule);  // an expression without series is due as well
  }
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::born(SeriesId id, Labels labels) {
  auto& series = series_[id];
  if (series) return;
  series = std::make_unique<Series>();
  series->labels = std::move(labels);
  for (const auto& entry : index_.find(series->labels)) bind(*series, entry);
  if (series->rules.empty()) series->labels = {};  // nobody will ask
}

void Engine::forget(SeriesId id) {
  const auto found = series_.find(id);
  if (found == series_.end()) return;
  for (std::size_t rule : found->second->rules) {
    for (auto& slot : running_[rule].slots) std::erase_if(slot, [&](const Bound& bound) { return bound.series == found->second.get(); });
    touched_.insert(rule);
  }
  series_.erase(found);
}

std::vector<Transition> Engine::batch(ground::Instant at, std::span<const Sample> samples) {
  std::vector<Transition> out;
  advance(at, out);
  for (const auto& sample : samples) accept(at, sample);
  evaluate_due(now_, out);
  return out;
}

std::vector<Transition> Engine::gone(ground::Instant at, std::span<const SeriesId> series) {
  std::vector<Sample> markers;
  for (SeriesId id : series) markers.push_back({.series = id, .value = {}});
  return batch(at, markers);
}

std::optional<ground::Instant> Engine::next_due() const { return due_.empty() ? std::nullopt : std::optional{due_.begin()->first}; }

std::vector<Transition> Engine::tick(ground::Instant now) { return batch(now, {}); }

std::vector<Transition> Engine::take_over(Engine& previous, ground::Instant at) {
  for (auto& [id, series] : series_) {
    const auto found = previous.series_.find(id);
    if (found == previous.series_.end()) continue;
    Series& before = *found->second;
    if (before.rules.empty() || before.labels != series->labels) continue;
    series->last_at = before.last_at;
    series->value = before.value;
    for (auto& window : series->windows)
      for (auto& known : before.windows)
        if (known->shape() == window->shape()) *window = *known;
  }
  std::vector<Transition> out;
  for (std::size_t old = 0; old < previous.running_.size(); ++old) {
    const Rule& rule = (*previous.rules_)[old];
    const auto same = std::find_if(rules_->begin(), rules_->end(), [&](const Rule& r) { return identity(r) == identity(rule); });
    auto& alerts = previous.running_[old].alerts;
    if (same == rules_->end())
      alerts.end(rule, std::max(at, previous.now_), out);
    else
      running_[static_cast<std::size_t>(same - rules_->begin())].alerts = std::move(alerts);
  }
  now_ = std::max(now_, previous.now_);
  previous = Engine{{}, previous.options_};
  const auto now = tick(at);
  out.insert(out.end(), now.begin(), now.end());
  return out;
}

std::vector<Transition> Engine::active() const {
  std::vector<Transition> out;
  for (std::size_t rule = 0; rule < running_.size(); ++rule) {
    const auto alerts = running_[rule].alerts.active((*rules_)[rule]);
    out.insert(out.end(), alerts.begin(), alerts.end());
  }
  return out;
}

const std::string& Engine::error(std::size_t rule) const { return running_[rule].error; }

/// Deadlines before `at`, each at its own instant.
void Engine::advance(ground::Instant at, std::vector<Transition>& out) {
  for (std::size_t step = 0; !due_.empty() && due_.begin()->first < at; ++step) {
    if (step == options_.catch_up_max) {
      ++counters_.instants_skipped;
      break;
    }
    const auto [due, rule] = *due_.begin();
    now_ = std::max(now_, due);
    evaluate_rule(rule, now_, out);
  }
  now_ = std::max(now_, at);
}

void Engine::accept(ground::Instant at, const Sample& sample) {
  const auto found = series_.find(sample.series);
  if (found == series_.end() || (found->second->last_at && *found->second->last_at >= at)) {
    ++counters_.samples_refused;
    return;
  }
  Series& series = *found->second;
  series.last_at = at;
  series.value = sample.value;
  touched_.insert(series.rules.begin(), series.rules.end());
  if (!sample.value) return;  // a window passes over a stale marker
  for (auto& window : series.windows) {
    const auto cut_before = window->samples_cut();
    window->push(at, *sample.value);
    counters_.samples_cut += window->samples_cut() - cut_before;
  }
}

void Engine::evaluate_due(ground::Instant at, std::vector<Transition>& out) {
  for (auto it = due_.begin(); it != due_.end() && it->first <= at; ++it) touched_.insert(it->second);
  const auto rules = std::exchange(touched_, {});
  for (std::size_t rule : rules) evaluate_rule(rule, at, out);
}

void Engine::evaluate_rule(std::size_t index, ground::Instant at, std::vector<Transition>& out) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  Live live{running, options_.lookback};
  const auto evaluation = evaluate(rule.expression, at, live);
  std::optional<std::string> error;
  if (evaluation.error)
    error = evaluation.error->text();
  else
    error = running.alerts.apply(rule, evaluation, at, out);
  ++counters_.evaluations;
  counters_.failures += error ? 1 : 0;
  running.error = std::move(error).value_or("");
  // A deadline that passed while the rule failed waits for the next evaluation.
  const auto alerts_due = running.alerts.due(rule);
  set_due(index, std::min(evaluation.changes_at, alerts_due > at ? alerts_due : ground::Instant::max()));
}

void Engine::set_due(std::size_t rule, ground::Instant due) {
  auto& before = running_[rule].due;
  if (before == due) return;
  if (before != ground::Instant::max()) due_.erase({before, rule});
  if (due != ground::Instant::max()) due_.emplace(due, rule);
  before = due;
}

void Engine::bind(Series& series, const SelectionIndex::Entry& entry) {
  if (series.rules.empty() || series.rules.back() != entry.rule) series.rules.push_back(entry.rule);
  Bound bound{.series = &series};
  if (entry.leaf.window != nullptr) {
    const AggregateWindow::Shape shape{entry.leaf.window->kind, entry.leaf.selector->range};
    auto known = std::find_if(series.windows.begin(), series.windows.end(), [&](const auto& w) { return w->shape() == shape; });
    if (known == series.windows.end())
      known = series.windows.insert(known, std::make_unique<AggregateWindow>(shape, options_.window_max_samples));
    bound.window = known->get();
  }
  running_[entry.rule].slots[entry.leaf.selector->slot].push_back(bound);
}

}  // namespace holdup::rules
