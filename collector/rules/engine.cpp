#include "collector/rules/engine.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/stream/graph.hpp"
#include "collector/rules/template_query.hpp"
#include "ground/expect.hpp"

namespace holdup::rules {

struct Engine::Running {
  stream::Slots slots;
  std::unique_ptr<stream::Graph> graph;  // none: not yet evaluated, or a series was forgotten
  RuleAlerts alerts;
  bool is_settled = false;  // the alerts have taken in what the graph yields, but for what changed since
  DerivedSeries made;
  ground::Instant renew = ground::Instant::max();
  std::string error;
};

/// All series, for what templates ask.
class Engine::Everything : public Source {
 public:
  explicit Everything(const Engine& engine) : engine_{engine} {}

  std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) override {
    std::vector<SeriesView> out;
    const auto look_at = [&](const stream::Series& series) {
      if (!selects(selector.matchers, series.labels)) return;
      if (const auto points = series.between(after, to); !points.empty()) out.push_back({&series.labels, points});
    };
    engine_.series_.each([&](SeriesId, const stream::Series& series) { look_at(series); });
    for (const auto& [labels, series] : engine_.made_) look_at(*series);
    std::ranges::sort(out, {}, [](const SeriesView& view) -> const Labels& { return *view.labels; });
    return out;
  }

 private:
  const Engine& engine_;
};

Engine::Engine(RuleSet rules, Options options)
    : rules_{std::make_unique<const RuleSet>(std::move(rules))},
      options_{std::move(options)},
      asked_at_will_{std::ranges::any_of(*rules_, [](const Rule& rule) { return queries(rule); })},
      index_{*rules_},
      running_(rules_->size()),
      order_{order_of(*rules_).rules},
      position_(rules_->size()),
      deadlines_{rules_->size()},
      touched_{rules_->size()} {
  HOLDUP_EXPECT(options_.tick > ground::Duration::zero());
  for (std::size_t position = 0; position < order_.size(); ++position) {
    position_[order_[position]] = position;
    running_[position].slots.resize(leaves((*rules_)[position].expression).size());
    touched_.insert(position);  // an expression without series is due as well
  }
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::born(SeriesId id, Labels labels) {
  auto& series = series_.at(id);
  if (!series.known) adopt(series, std::move(labels));
}

/// What nobody will ask for is not held.
void Engine::adopt(stream::Series& series, Labels labels) {
  series.known = true;
  series.labels = std::move(labels);
  if (asked_at_will_) series.keep(options_.lookback);
  for (const auto& entry : index_.find(series.labels)) bind(series, entry);
  if (series.rules.empty() && !asked_at_will_) series.labels = {};
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

std::optional<ground::Instant> Engine::next_due() const {
  const auto soonest = deadlines_.soonest();
  return soonest == ground::Instant::max() ? std::nullopt : std::optional{soonest};
}

std::vector<Transition> Engine::tick(ground::Instant now) { return batch(now, {}); }

std::vector<Transition> Engine::take_over(Engine& previous, ground::Instant at) {
  const auto take = [](stream::Series& series, const stream::Series& before) {
    if (before.labels != series.labels) return;
    series.last = before.last;
    series.heard = before.heard;
    if (series.ring && series.heard) series.ring->assign(before.ring ? before.ring->points() : std::span{&before.last, 1});
  };
  series_.each([&](SeriesId id, stream::Series& series) {
    if (const auto* before = previous.series_.find(id)) take(series, *before);
  });
  for (const auto& [labels, before] : previous.made_)
    if (before->heard) take(made(labels), *before);
  for (std::size_t rule = 0; rule < running_.size(); ++rule) unbuild(rule);
  now_ = std::max(now_, previous.now_);
  const auto then = std::max(at, now_);
  std::vector<Transition> out;
  for (std::size_t old = 0; old < previous.running_.size(); ++old) {
    const Rule& rule = (*previous.rules_)[old];
    const auto same = std::find_if(rules_->begin(), rules_->end(), [&](const Rule& r) { return identity(r) == identity(rule); });
    auto& before = previous.running_[old];
    if (same == rules_->end()) {
      before.alerts.end(rule, then, surroundings(then), out);
      std::vector<Derived> ends;
      before.made.become({}, then, ends);
      for (const auto& end : ends) accept(end);
    } else {
      auto& running = running_[static_cast<std::size_t>(same - rules_->begin())];
      running.alerts = std::move(before.alerts);
      running.made = std::move(before.made);
      running.renew = before.renew;
    }
  }
  derived_.insert(derived_.begin(), previous.derived_.begin(), previous.derived_.end());
  const auto options = previous.options_;
  previous = Engine{{}, options};
  const auto now = tick(at);
  out.insert(out.end(), now.begin(), now.end());
  return out;
}

std::vector<Transition> Engine::active() const {
  std::vector<Transition> out;
  const auto around = surroundings(now_);
  for (std::size_t rule = 0; rule < running_.size(); ++rule) {
    const auto alerts = running_[rule].alerts.active((*rules_)[rule], around);
    out.insert(out.end(), alerts.begin(), alerts.end());
  }
  return out;
}

const std::string& Engine::error(std::size_t rule) const { return running_[rule].error; }

/// Deadlines before `at`, each at its own instant.
void Engine::advance(ground::Instant at, std::vector<Transition>& out) {
  for (std::size_t step = 0; deadlines_.soonest() < at; ++step) {
    if (step == options_.catch_up_max) {
      ++counters_.instants_skipped;
      break;
    }
    now_ = std::max(now_, deadlines_.soonest());
    auto later = std::exchange(touched_, stream::Touched{rules_->size()});
    touched_.insert(deadlines_.first());
    evaluate_touched(now_, out);
    touched_ = std::move(later);
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
  tell(*series);
}

stream::Series& Engine::made(const Labels& labels) {
  auto& series = made_[labels];
  if (!series) {
    series = std::make_unique<stream::Series>();
    adopt(*series, labels);
  }
  return *series;
}

/// What a rule made: seen at the same instant by those that stand behind it, by the others a tick later.
void Engine::accept(const Derived& sample) {
  derived_.push_back(sample);
  auto& series = made(sample.labels);
  const Point point{sample.at, sample.value.value_or(stale_marker)};
  const bool again = series.heard && series.last.at == point.at;
  series.last = point;
  series.heard = true;
  if (series.ring && again) {
    series.ring->replace_newest(point);
    for (const std::size_t rule : series.rules) unbuild(rule);  // windows have taken the former one in
  } else if (series.ring) {
    counters_.samples_cut += series.ring->push(point, options_.window_max_samples);
  }
  tell(series);
}

/// Those who read it, of its newest sample.
void Engine::tell(const stream::Series& series) {
  for (const auto& consumer : series.consumers) {
    if ((consumer.quiet && !consumer.threshold.lets_pass(series.last.value)) || consumer.leaf == nullptr) continue;
    consumer.leaf->touch(consumer.cell);
    touch(consumer.rule);
  }
}

void Engine::touch(std::size_t position) {
  if (!evaluating_ || position > *evaluating_) return touched_.insert(position);
  deadlines_.set(position, std::min(deadlines_.of(position), ground::shifted(now_, options_.tick)));
}

void Engine::evaluate_due(ground::Instant at, std::vector<Transition>& out) {
  for (; deadlines_.soonest() <= at; deadlines_.set(deadlines_.first(), ground::Instant::max())) touch(deadlines_.first());
  evaluate_touched(at, out);
  if (made_.size() > made_most_) forget_ended(at);
}

void Engine::evaluate_touched(ground::Instant at, std::vector<Transition>& out) {
  while ((evaluating_ = touched_.take_first())) evaluate_rule(order_[*evaluating_], at, out);
}

void Engine::evaluate_rule(std::size_t index, ground::Instant at, std::vector<Transition>& out) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  if (!running.graph) {
    running.graph = std::make_unique<stream::Graph>(rule.expression, static_cast<std::uint32_t>(position_[index]), running.slots);
    running.is_settled = false;
  }
  const Setting setting{.at = at, .utc_offset = utc_offset_, .lookback = options_.lookback, .tick = options_.tick};
  running.graph->update(setting);
  const bool records = !rule.record.empty(), renews = running.renew <= at;
  const bool has_news = running.graph->in_conflict() || !running.is_settled || running.graph->changed() || running.alerts.due(rule) <= at ||
                        (records && renews);
  const auto told = out.size();
  DerivedSeries::Values values;
  const auto changes_at = has_news ? judge(index, setting, out, values) : running.graph->due();
  // A deadline that passed while the rule failed waits for the next evaluation.
  const auto alerts_due = running.alerts.due(rule);
  const auto position = position_[index];
  deadlines_.set(position, std::min(changes_at, alerts_due > at ? alerts_due : ground::Instant::max()));
  if (renews) running.renew = renewal_of(index, at);
  if (!records && (out.size() > told || renews)) tell_series(index, running.alerts.series(utc_offset_), at);
  if (records && has_news && running.error.empty()) tell_series(index, std::move(values), at);
  deadlines_.set(position, std::min(deadlines_.of(position), running.renew));
}

/// What follows from the result as it is now: transitions, or the values of what is recorded. When it changes though nothing arrives.
ground::Instant Engine::judge(std::size_t index, const Setting& setting, std::vector<Transition>& out, DerivedSeries::Values& values) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  const bool in_conflict = running.graph->in_conflict();
  stream::Live live{running.slots};
  const auto evaluation = in_conflict ? evaluate(rule.expression, setting, live) : Evaluation{.value = running.graph->result()};
  std::optional<std::string> error;
  if (evaluation.error)
    error = evaluation.error->text();
  else
    error = rule.record.empty() ? running.alerts.apply(rule, evaluation, setting.at, surroundings(setting.at), out)
                                : recorded(rule, evaluation, values);
  running.is_settled = !in_conflict;
  ++counters_.evaluations;
  counters_.plain += in_conflict ? 1 : 0;
  counters_.failures += error ? 1 : 0;
  running.error = std::move(error).value_or("");
  return std::min(running.graph->due(), evaluation.changes_at);
}

Surroundings Engine::surroundings(ground::Instant at) const {
  Surroundings out{.external_labels = options_.external_labels, .external_url = options_.external_url};
  if (asked_at_will_) out.query = [this, at](const std::string& expression) { return ask(expression, at); };
  return out;
}

ground::Result<SampledList> Engine::ask(const std::string& expression, ground::Instant at) const {
  Everything everything{*this};
  return answer(expression, {.at = at, .utc_offset = utc_offset_, .lookback = options_.lookback}, options_.lookback, everything);
}

void Engine::tell_series(std::size_t index, DerivedSeries::Values values, ground::Instant at) {
  auto& running = running_[index];
  std::vector<Derived> made;
  running.made.become(std::move(values), at, made);
  for (const auto& sample : made) accept(sample);
  running.renew = running.made.now().empty() ? ground::Instant::max() : renewal_of(index, at);
}

ground::Instant Engine::renewal_of(std::size_t rule, ground::Instant at) const {
  const auto interval = (*rules_)[rule].interval;
  return ground::shifted(at, interval > ground::Duration::zero() ? std::min(interval, options_.lookback / 2) : options_.renewal);
}

/// Series that rules made and that nobody can ask for any more.
void Engine::forget_ended(ground::Instant at) {
  std::erase_if(made_, [&](const auto& entry) {
    auto* series = entry.second.get();
    const auto reach = series->ring ? series->ring->kept() : options_.lookback;
    const bool asked = asked_at_will_ || !series->rules.empty();
    const bool ended = !asked || (is_stale(series->last.value) && series->last.at <= ground::shifted(at, -reach));
    if (ended)
      for (const std::size_t rule : series->rules) {
        unbuild(rule);
        for (auto& slot : running_[rule].slots) std::erase(slot, series);
      }
    return ended;
  });
  made_most_ = 64 + 2 * made_.size();
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
  touch(position_[rule]);
}

}  // namespace holdup::rules
