#include "collector/rules/engine.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "collector/rules/evaluate.hpp"

namespace holdup::rules {

struct Engine::Series {
  Labels labels;
  std::vector<Point> points;  // the oldest that somebody may still ask for, to the newest
  std::size_t first = 0;      // of `points` that counts; what lies before it goes now and then
  std::optional<ground::Instant> last_at;
  ground::Duration kept{};         // so far back somebody asks
  std::vector<std::size_t> rules;  // that read it, ascending

  [[nodiscard]] std::span<const Point> between(ground::Instant after, ground::Instant to) const {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(first);
    const auto from = std::ranges::upper_bound(begin, points.end(), after, {}, &Point::at);
    return {from, std::ranges::upper_bound(from, points.end(), to, {}, &Point::at)};
  }
  /// The number of samples that went though somebody may ask for them.
  std::size_t push(Point point, std::size_t most) {
    points.push_back(point);
    while (points[first].at <= point.at - kept) ++first;
    const std::size_t cut = points.size() - first > most ? points.size() - first - most : 0;
    first += cut;
    if (first > points.size() / 2) points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(std::exchange(first, 0)));
    return cut;
  }
};

struct Engine::Running {
  std::vector<std::vector<Series*>> slots;  // by slot, in the order of birth
  RuleAlerts alerts;
  ground::Instant due = ground::Instant::max();
  std::string error;
};

/// The live values as the evaluator's source, for one rule.
class Engine::Live : public Source {
 public:
  explicit Live(const Running& rule) : rule_{rule} {}

  std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) override {
    std::vector<SeriesView> out;
    for (const Series* series : rule_.slots[selector.slot])
      if (const auto points = series->between(after, to); !points.empty()) out.push_back({&series->labels, points});
    return out;
  }

 private:
  const Running& rule_;
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
    for (auto& slot : running_[rule].slots) std::erase(slot, found->second.get());
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
    series->points.assign(before.points.begin() + static_cast<std::ptrdiff_t>(before.first), before.points.end());
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
  touched_.insert(series.rules.begin(), series.rules.end());
  if (!series.rules.empty()) counters_.samples_cut += series.push({at, sample.value.value_or(stale_marker)}, options_.window_max_samples);
}

void Engine::evaluate_due(ground::Instant at, std::vector<Transition>& out) {
  for (auto it = due_.begin(); it != due_.end() && it->first <= at; ++it) touched_.insert(it->second);
  const auto rules = std::exchange(touched_, {});
  for (std::size_t rule : rules) evaluate_rule(rule, at, out);
}

void Engine::evaluate_rule(std::size_t index, ground::Instant at, std::vector<Transition>& out) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  Live live{running};
  const Setting setting{.at = at, .utc_offset = utc_offset_, .lookback = options_.lookback, .tick = options_.tick};
  const auto evaluation = evaluate(rule.expression, setting, live);
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
  const auto& [selector, behind] = entry.leaf;
  if (series.rules.empty() || series.rules.back() != entry.rule) series.rules.push_back(entry.rule);
  const auto own = selector->range != ground::Duration::zero() ? selector->range : options_.lookback;
  series.kept = std::max(series.kept, own + std::max(ground::Duration::zero(), selector->view.offset + behind));
  running_[entry.rule].slots[selector->slot].push_back(&series);
}

}  // namespace holdup::rules
