#include "collector/rules/engine.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/stream/graph.hpp"
#include "ground/expect.hpp"

namespace holdup::rules {

struct Engine::Running {
  stream::Slots slots;
  std::unique_ptr<stream::Graph> graph;  // none: not yet evaluated, or a series was forgotten
  RuleAlerts alerts;
  bool is_settled = false;  // the alerts have taken in what the graph yields, but for what changed since
  ground::Instant due = ground::Instant::max();
  std::string error;
};

Engine::Engine(RuleSet rules, Options options)
    : rules_{std::make_unique<const RuleSet>(std::move(rules))},
      options_{options},
      index_{*rules_},
      running_(rules_->size()),
      touched_{rules_->size()} {
  HOLDUP_EXPECT(options_.tick > ground::Duration::zero());
  for (std::size_t rule = 0; rule < rules_->size(); ++rule) {
    running_[rule].slots.resize(leaves((*rules_)[rule].expression).size());
    touched_.insert(rule);  // an expression without series is due as well
  }
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::born(SeriesId id, Labels labels) {
  auto& series = series_.at(id);
  if (std::exchange(series.known, true)) return;
  series.labels = std::move(labels);
  for (const auto& entry : index_.find(series.labels)) bind(series, entry);
  if (series.rules.empty()) series.labels = {};  // nobody will ask
}

void Engine::forget(SeriesId id) {
  auto* series = series_.find(id);
  if (series == nullptr) return;
  for (std::size_t rule : series->rules) {
    unbuild(rule);
    for (auto& slot : running_[rule].slots) std::erase(slot, series);
  }
  *series = {};
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
  series_.each([&](SeriesId id, stream::Series& series) {
    const auto* before = previous.series_.find(id);
    if (before == nullptr || before->rules.empty() || before->labels != series.labels) return;
    series.last = before->last;
    series.heard = before->heard;
    if (series.ring && series.heard) series.ring->assign(before->ring ? before->ring->points() : std::span{&before->last, 1});
  });
  for (std::size_t rule = 0; rule < running_.size(); ++rule) unbuild(rule);
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
  const auto options = previous.options_;
  previous = Engine{{}, options};
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
  auto* series = series_.find(sample.series);
  if (series == nullptr || (series->heard && series->last.at >= at)) {
    ++counters_.samples_refused;
    return;
  }
  const double value = sample.value.value_or(stale_marker);
  series->last = {at, value};
  series->heard = true;
  if (series->ring) counters_.samples_cut += series->ring->push(series->last, options_.window_max_samples);
  for (const auto& consumer : series->consumers) {
    if ((consumer.quiet && !consumer.threshold.lets_pass(value)) || consumer.leaf == nullptr) continue;
    consumer.leaf->touch(consumer.cell);
    touched_.insert(consumer.rule);
  }
}

void Engine::evaluate_due(ground::Instant at, std::vector<Transition>& out) {
  for (auto it = due_.begin(); it != due_.end() && it->first <= at; ++it) touched_.insert(it->second);
  while (const auto rule = touched_.take_first()) evaluate_rule(*rule, at, out);
}

void Engine::evaluate_rule(std::size_t index, ground::Instant at, std::vector<Transition>& out) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  if (!running.graph) {
    running.graph = std::make_unique<stream::Graph>(rule.expression, static_cast<std::uint32_t>(index), running.slots);
    running.is_settled = false;
  }
  const Setting setting{.at = at, .utc_offset = utc_offset_, .lookback = options_.lookback, .tick = options_.tick};
  running.graph->update(setting);
  const bool in_conflict = running.graph->in_conflict();
  auto changes_at = running.graph->due();
  if (in_conflict || !running.is_settled || running.graph->changed() || running.alerts.due(rule) <= at) {
    stream::Live live{running.slots};
    auto evaluation = in_conflict ? evaluate(rule.expression, setting, live) : Evaluation{.value = running.graph->result()};
    const auto error = evaluation.error ? std::optional{evaluation.error->text()} : running.alerts.apply(rule, evaluation, at, out);
    changes_at = std::min(changes_at, evaluation.changes_at);
    running.is_settled = !in_conflict;
    ++counters_.evaluations;
    counters_.plain += in_conflict ? 1 : 0;
    counters_.failures += error ? 1 : 0;
    running.error = error.value_or("");
  }
  // A deadline that passed while the rule failed waits for the next evaluation.
  const auto alerts_due = running.alerts.due(rule);
  set_due(index, std::min(changes_at, alerts_due > at ? alerts_due : ground::Instant::max()));
}

void Engine::set_due(std::size_t rule, ground::Instant due) {
  auto& before = running_[rule].due;
  if (before == due) return;
  if (before != ground::Instant::max()) due_.erase({before, rule});
  if (due != ground::Instant::max()) due_.emplace(due, rule);
  before = due;
}

void Engine::bind(stream::Series& series, const SelectionIndex::Entry& entry) {
  const auto& [selector, behind] = entry.leaf;
  if (series.rules.empty() || series.rules.back() != entry.rule) series.rules.push_back(entry.rule);
  const auto own = selector->range != ground::Duration::zero() ? selector->range : options_.lookback;
  const auto back = ground::shifted(ground::Instant{behind}, std::max(ground::Duration::zero(), selector->view.offset)).time_since_epoch();
  const bool wants_newest =
      selector->range == ground::Duration::zero() && back == ground::Duration::zero() && selector->view.fixed == View::Fixed::no;
  if (!wants_newest) series.keep(ground::shifted(ground::Instant{own}, back).time_since_epoch());
  auto& running = running_[entry.rule];
  running.slots[selector->slot].push_back(&series);
  if (running.graph) running.graph->born(selector->slot, series);
}

void Engine::unbuild(std::size_t rule) {
  auto& running = running_[rule];
  if (running.graph) running.graph->release(running.slots);
  running.graph.reset();
  touched_.insert(rule);
}

}  // namespace holdup::rules
