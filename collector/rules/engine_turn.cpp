#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <span>
#include <utility>

#include "collector/rules/engine_running.hpp"
#include "collector/rules/template_query.hpp"
#include "ground/expect.hpp"

// Engine: what a turn does, instant by instant and rule by rule.
namespace holdup::rules {
namespace {

constexpr std::size_t most_fetched = 16;     // rules, or series that one made, at once
constexpr std::size_t most_of_a_rule = 256;  // bytes
constexpr std::size_t most_taken = 16;       // samples before it is seen whether the turn is over

}  // namespace

/// All series, for what templates ask.
class Engine::Everything : public Source {
 public:
  explicit Everything(const Engine& engine) : engine_{engine} {}

  std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) override {
    std::vector<SeriesView> out;
    const auto look_at = [&](const stream::Series& series) {
      if (!selects(selector.matchers, series.labels)) return;
      if (const auto points = series.seen_by(selector, after, to); !points.empty()) out.push_back({&series.labels, points});
    };
    engine_.series_.each([&](SeriesId, const stream::Series& series) { look_at(series); });
    for (const auto& [labels, series] : engine_.made_) look_at(*series);
    std::ranges::sort(out, {}, [](const SeriesView& view) -> const Labels& { return *view.labels; });
    return out;
  }

 private:
  const Engine& engine_;
};

void Engine::enqueue(ground::Instant at, std::span<const Sample> samples) {
  waiting_.push_back({.at = at, .samples = {samples.begin(), samples.end()}});
  waiting_samples_ += samples.size();
}

/// What is touched belongs to now_; then what waits, in its order.
void Engine::go_on(std::vector<Transition>& out) {
  const Turns::Counted counted{turns_};
  do {
    if (!turns_.is_under_way()) {
      for (const auto& change : std::exchange(meanwhile_, {})) change();
      if (out.empty()) out.swap(told_);
      out.insert(out.end(), std::make_move_iterator(told_.begin()), std::make_move_iterator(told_.end()));
      told_.clear();
    }
  } while (!turns_.is_over() && begin_next());
  counters_.turns_left += is_busy() ? 1 : 0;
}

/// False when there is nothing to do.
bool Engine::begin_next() {
  if (turns_.is_under_way()) return turns_.go_on(), true;
  if (arriving_) return take_in(), true;
  utc_offset_ = coming_utc_offset_;
  if (joinable_ > 0 && joins(waiting_.front())) {
    ++counters_.calls_merged;
  } else {
    joinable_ = 0;
    if (touched_fetched_ == 0) fetch_touched();
    if (const auto position = touched_.take_first()) return --touched_fetched_, evaluate(*position), true;
    touched_fetched_ = 0;
    if (waiting_.empty()) return false;
    if (catch_up(waiting_.front())) return true;
    const bool too_many = waiting_.size() > options_.waiting_max || waiting_samples_ > options_.waiting_samples_max;
    if (too_many && waiting_.front().at > now_) joinable_ = waiting_.size(), joined_after_ = now_;
  }
  arriving_ = std::move(waiting_.front());
  arrived_ = 0;
  waiting_.pop_front();
  joinable_ -= joinable_ > 0 ? 1 : 0;
  waiting_samples_ -= arriving_->samples.size();
  now_ = std::max(now_, arriving_->at);
  worked();
  take_in();
  return true;
}

/// Whether it may share the instant of what was taken in since joined_after_: each rule sees every sample while it is its series' newest,
/// and each deadline has its own instant still. What is lost is what lies between two series only, as that one was high before the other,
/// and `for` begins at the shared instant. Where memory ends a sample may be hidden by the next.
bool Engine::joins(const Waiting& next) {
  const auto hidden = std::ranges::count_if(next.samples, [&](const Sample& sample) {
    const auto* series = series_.find(sample.series);
    return series != nullptr && series->heard && series->last.at > joined_after_;
  });
  if (hidden == 0 && next.at > joined_after_ && next.at <= deadlines_.soonest()) return true;
  if (waiting_samples_ <= options_.waiting_samples_max) return false;
  counters_.samples_hidden += static_cast<std::uint64_t>(hidden);
  return true;
}

void Engine::between_rules(std::function<void()> change) {
  if (!turns_.is_under_way()) return change();
  meanwhile_.push_back(std::move(change));
}

/// The rule that is not through with its instant gets through.
void Engine::settle() {
  const Turns::Counted counted{turns_};
  turns_.allow_all();
  if (turns_.is_under_way()) turns_.go_on();
  HOLDUP_EXPECT(!turns_.is_under_way());
  for (const auto& change : std::exchange(meanwhile_, {})) change();
}

/// A deadline before the next call's instant, at its own; false when there is none.
bool Engine::catch_up(Waiting& next) {
  if (deadlines_.soonest() >= next.at) return false;
  if (next.caught_up++ == options_.catch_up_max) {
    ++counters_.instants_skipped;
    return false;
  }
  now_ = std::max(now_, deadlines_.soonest());
  evaluate(deadlines_.first());
  return true;
}

/// As much as the turn allows: no rule is evaluated before all is here.
void Engine::take_in() {
  const auto at = arriving_->at;
  while (arrived_ < arriving_->samples.size()) {
    if (turns_.is_over()) return;
    const auto left = std::span<const Sample>{arriving_->samples}.subspan(arrived_);
    const auto some = left.first(std::min(most_taken, left.size()));
    arrived_ += some.size();
    worked(16 * some.size());
    series_.each_of(some, [&](stream::Series* series, const Sample& sample) { accept(at, series, sample.value); });
  }
  arriving_.reset();
  if (made_.size() <= made_most_) return touch_due();
  turns_.begin([this] { forget_ended(now_), touch_due(); });
}

/// What the next rules to evaluate read is asked for from memory: graphs of thousands of rules lie in no cache.
void Engine::fetch_touched() {
  touched_fetched_ = most_fetched;
  touched_.each_next(most_fetched, [this](std::size_t position) {
    const auto& running = running_[order_[position]];
    stream::fetch(&running, most_of_a_rule);
  });
  std::array<const stream::Graph*, most_fetched> graphs{};
  std::size_t count = 0;
  touched_.each_next(most_fetched, [&](std::size_t position) {
    if (const auto& graph = running_[order_[position]].graph) graphs[count++] = graph.get();
  });
  stream::Graph::fetch(std::span{graphs}.first(count));
}

void Engine::touch_due() {
  for (const auto rule : std::exchange(anew_, {})) touched_.insert(position_[rule]);
  while (deadlines_.soonest() <= now_) {
    const auto position = deadlines_.first();
    deadlines_.set(position, ground::Instant::max());
    touched_.insert(position);
  }
}

void Engine::accept(ground::Instant at, stream::Series* series, std::optional<double> sample) {
  if (series == nullptr || (series->heard && series->last.at >= at)) {
    ++counters_.samples_refused;
    return;
  }
  const auto before = series->hear({at, sample.value_or(stale_marker)});
  const bool cuts = series->ring && push(*series);
  if (at <= newest_step_) redo_steps(*series, at);
  tell(*series, before, cuts);
}

/// A sample came that steps of subqueries should have seen.
void Engine::redo_steps(const stream::Series& series, ground::Instant from) {
  for (const std::size_t rule : series.rules) {
    auto& steps = running_[rule].steps;
    if (steps.empty()) continue;
    steps.redo(ground::shifted(from, utc_offset_));
    touch(position_[rule]);
  }
}

Engine::Made& Engine::made(const Labels& labels) {
  if (const auto known = made_.find(labels); known != made_.end()) return *known;
  auto& out = *made_.emplace(std::make_shared<const Labels>(labels), std::make_unique<stream::Series>()).first;
  adopt(*out.second, labels);
  return out;
}

/// What a rule made: seen at the same instant by those that stand behind it, by the others a tick later.
void Engine::accept(Made& made, std::optional<double> value, ground::Instant at) {
  derived_.push_back({.labels = made.first, .value = value, .at = at});
  auto& series = *made.second;
  const Point point{at, value.value_or(stale_marker)};
  const bool again = series.heard && series.last.at == point.at;
  const auto before = series.hear(point);
  bool cuts = false;
  if (series.ring && again) {
    series.ring->replace_newest(point);
    for (const std::size_t rule : series.rules) unbuild(rule), touch(position_[rule]);  // windows have taken the former one in
  } else if (series.ring) {
    cuts = push(series);
  }
  if (point.at <= newest_step_) redo_steps(series, point.at);
  tell(series, before, cuts);
}

/// Into its ring; whether others had to go though a window may hold them.
bool Engine::push(stream::Series& series) {
  const auto cut = series.ring->push(series.last, options_.window_max_samples);
  counters_.samples_cut += cut;
  return cut > 0;
}

/// Those who read it, of its newest sample; all of them where what their windows rest upon went.
void Engine::tell(stream::Series& series, const Point& before, bool cuts) {
  const auto tell = [&](stream::Consumer& consumer) {
    if (!consumer.wants(before, series.last) && !(cuts && consumer.leaf != nullptr)) return;
    if (consumer.leaf->touch(consumer.cell)) touch(consumer.leaf->rule());
  };
  tell(series.first);
  for (std::uint32_t other = 0; other < series.other_consumers; ++other) tell(series.others[other]);
}

void Engine::touch(std::size_t position) {
  if (!evaluating_ || position > *evaluating_) return touched_.insert(position);
  deadlines_.set(position, std::min(deadlines_.of(position), ground::shifted(now_, options_.tick)));
}

/// What may last is done on a stack of its own, and rests between turns.
void Engine::evaluate(std::size_t position) {
  const auto& running = running_[order_[position]];
  auto coming = (running.series_read + running.made.size()) * an_alert;
  if (running.graph && coming <= options_.turn_work) coming += running.graph->coming_work(now_);
  const auto piece = [this, position] {
    evaluating_ = position;
    evaluate_rule(order_[position], now_, told_);
    evaluating_.reset();
  };
  if (running.steps.empty() && coming <= options_.turn_work)
    piece();
  else
    turns_.begin(piece);
}

void Engine::evaluate_rule(std::size_t index, ground::Instant at, std::vector<Transition>& out) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  worked(a_text);
  if (running.is_held_back) return stand_still(index, at);
  const Setting setting{.at = at, .utc_offset = utc_offset_, .lookback = options_.lookback, .tick = options_.tick};
  running.steps.update(setting, running.slots);
  newest_step_ = std::max(newest_step_, ground::shifted(running.steps.last(), -utc_offset_));
  if (!running.graph) {
    running.graph =
        std::make_unique<stream::Graph>(rule.expression, static_cast<std::uint32_t>(position_[index]), running.slots, running.steps);
    running.is_settled = false;
  }
  auto& graph = *running.graph;
  const bool records = running.records, renews = running.renew <= at, is_due = running.alerts.due(rule) <= at;
  ++counters_.looks;
  graph.update(setting);
  const bool in_conflict = graph.in_conflict();
  auto changes_at = std::min(graph.due(), running.steps.due(utc_offset_));
  if (!graph.is_ready()) return deadlines_.set(position_[index], changes_at);
  const bool whole = renews || !running.is_settled || !running.error.empty();
  const bool has_same_elements = running.is_settled && !in_conflict && graph.news() != stream::Graph::News::elements;
  DerivedSeries::Values values;
  bool judged = false, differs = false;
  if (records && has_same_elements && running.is_alone && running.error.empty()) {
    differs = renews || graph.news() != stream::Graph::News::none;
    counters_.evaluations += differs ? 1 : 0;
  } else if (has_same_elements && !is_due && running.keeps_identity) {
    if (graph.news() == stream::Graph::News::values) running.values_at = at;  // no alert turns by them
  } else if (in_conflict || !running.is_settled || is_due || graph.news() != stream::Graph::News::none || (records && renews)) {
    const auto told = out.size();
    const auto error = judge(index, setting, changes_at, out, values);
    say_rule(out, told, index);
    judged = true;
    ++counters_.evaluations;
    counters_.failures += error ? 1 : 0;
    running.error = error.value_or("");
  }
  // A deadline that passed while the rule failed waits for the next evaluation.
  const auto alerts_due = running.alerts.due(rule);
  if (changes_at <= at) changes_at = ground::shifted(at, options_.tick);  // or the engine would be busy for ever
  const auto position = position_[index];
  deadlines_.set(position, std::min(changes_at, alerts_due > at ? alerts_due : ground::Instant::max()));
  if (renews) running.renew = renewal_of(index, at);
  if (!records && (running.alerts.take_changed() || renews)) tell_series(index, series_of_alerts(index), at, renews);
  if (!records && renews && running.alerts.take_moved()) moved_.insert(index);
  if (differs) record_values(index, at, renews);
  if (records && judged && running.error.empty()) tell_series(index, std::move(values), at, whole);
  deadlines_.set(position, std::min(deadlines_.of(position), running.renew));
  if (running.graph && running.graph->has_outgrown()) ++counters_.renewals, unbuild(index), touch(position);
}

/// The alerts take in the whole result, or it becomes the values of what is recorded; the error, if there is one.
std::optional<std::string> Engine::judge(std::size_t index, const Setting& setting, ground::Instant& changes_at,
                                         std::vector<Transition>& out, DerivedSeries::Values& values) {
  const Rule& rule = (*rules_)[index];
  auto& running = running_[index];
  const bool in_conflict = running.graph->in_conflict();
  if (running.values_at) running.take_in_values(rule, running.graph->former());
  running.is_settled = !in_conflict;
  Evaluation evaluation;
  if (in_conflict) {
    ++counters_.plain;
    stream::Live live{running.slots, running.steps, utc_offset_};
    evaluation = rules::evaluate(rule.expression, setting, live);
    changes_at = std::min(changes_at, evaluation.changes_at);
  } else {
    evaluation.value = running.graph->result();
  }
  if (evaluation.error) return evaluation.error->text();
  if (asked_at_will_) running.around = surroundings(setting.at);
  const auto& around = running.around;
  auto error = rule.record.empty() ? running.alerts.apply(rule, evaluation, setting.at, around, out) : recorded(rule, evaluation, values);
  let_go(evaluation.made);
  return error;
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

/// As they stand, and what a restart needs to take them up again.
DerivedSeries::Values Engine::series_of_alerts(std::size_t index) {
  auto& running = running_[index];
  if (running.values_at && running.graph) running.take_in_values((*rules_)[index], running.graph->result());
  auto out = running.alerts.series(utc_offset_);
  running.alerts.add_stored_series(utc_offset_, out);
  return out;
}

/// Of all series that it makes now, or where not `whole` of those that are other than they were.
void Engine::tell_series(std::size_t index, DerivedSeries::Values values, ground::Instant at, bool whole) {
  auto& running = running_[index];
  running.makes.clear();
  running.made.become(std::move(values), [&](const Labels& labels, std::optional<double> value) {
    worked(a_label_set);
    auto& one = made(labels);
    const bool is_same =
        value && one.second->heard && std::bit_cast<std::uint64_t>(one.second->last.value) == std::bit_cast<std::uint64_t>(*value);
    if (whole || !is_same) accept(one, value, at);
  });
  const bool begins = running.renew == ground::Instant::max();
  running.renew = running.made.size() == 0 ? ground::Instant::max() : whole || begins ? renewal_of(index, at) : running.renew;
}

/// The same where the graph has the elements that it had: they are the same series. A rule may read what it makes, and is built anew then.
void Engine::record_values(std::size_t index, ground::Instant at, bool whole) {
  auto& running = running_[index];
  const auto& graph = *running.graph;
  if (running.makes.empty())
    graph.each_present([&](std::uint32_t cell, const stream::Cell& element) {
      running.makes.grow(cell + std::size_t{1}, nullptr);
      running.makes[cell] = &made(recorded_labels((*rules_)[index], *element.labels));
    });
  running.telling.clear();
  const auto add = [&](std::uint32_t cell, const stream::Cell& element) {
    worked(2);
    stream::fetch_line(running.makes[cell]);
    running.telling.emplace_back(running.makes[cell], element.value);
  };
  if (whole)
    graph.each_present(add);
  else
    graph.each_changed(add);
  const auto& telling = running.telling;
  for (std::size_t i = 0; i < telling.size(); ++i) {
    for (auto next = i; i % most_fetched == 0 && next < std::min(telling.size(), i + most_fetched); ++next)
      stream::fetch_line(telling[next].first->first.get()), stream::fetch_line(telling[next].first->second.get());
    worked(40);
    accept(*telling[i].first, telling[i].second, at);
  }
}

ground::Instant Engine::renewal_of(std::size_t rule, ground::Instant at) const {
  const auto interval = (*rules_)[rule].interval;
  return ground::shifted(at, interval > ground::Duration::zero() ? std::min(interval, options_.lookback / 2) : options_.renewal);
}

/// Series that rules made and that nobody can ask for any more.
void Engine::forget_ended(ground::Instant at) {
  const auto gone = std::erase_if(made_, [&](const auto& entry) {
    worked(a_text);
    const auto* series = entry.second.get();
    const bool asked = asked_at_will_ || !series->rules.empty();
    const auto reach = !asked ? ground::Duration{} : series->ring ? series->ring->kept() : options_.lookback;
    const bool ended = series->heard ? is_stale(series->last.value) && series->last.at <= ground::shifted(at, -reach)
                                     : series->between(ground::shifted(at, -reach), at).empty();
    if (ended)
      for (const std::size_t rule : series->rules) {
        unbuild(rule);
        running_[rule].forget(series);
      }
    return ended;
  });
  if (gone > 0)
    for (auto& running : running_) running.makes.clear();
  made_most_ = 64 + 2 * made_.size();
}

}  // namespace holdup::rules
