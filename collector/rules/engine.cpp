#include "collector/rules/engine.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "collector/rules/engine_running.hpp"
#include "ground/expect.hpp"

namespace holdup::rules {
namespace {

/// Only texts that take nothing but labels are known to.
bool keeps_identity(const Rule& rule) {
  return rule.record.empty() && std::ranges::all_of(rule.labels, [](const NamedTemplate& label) {
           const auto& text = label.second.text();
           return text.find("{{") == std::string::npos ||
                  (text.find("alue") == std::string::npos && text.find("query") == std::string::npos);
         });
}

}  // namespace

void say_rule(std::vector<Transition>& transitions, std::size_t from, std::size_t rule) {
  for (; from < transitions.size(); ++from) transitions[from].rule = rule;
}

Engine::Engine(RuleSet rules, Options options)
    : rules_{std::make_shared<const RuleSet>(std::move(rules))},
      options_{std::move(options)},
      asked_at_will_{std::ranges::any_of(*rules_, [](const Rule& rule) { return queries(rule); })},
      index_{*rules_},
      running_(rules_->size()),
      position_(rules_->size()),
      deadlines_{rules_->size()},
      touched_{rules_->size()},
      turns_{options_.clock} {
  HOLDUP_EXPECT(options_.tick > ground::Duration::zero());
  auto order = order_of(*rules_);
  order_ = std::move(order.rules);
  reads_ = std::move(order.reads);
  std::map<std::string_view, std::size_t> recorders;  // by name
  for (const auto& rule : *rules_) ++recorders[rule.record];
  for (std::size_t position = 0; position < order_.size(); ++position) {
    const auto rule = order_[position];
    position_[rule] = position;
    running_[rule].slots.resize(leaves((*rules_)[rule].expression).size());
    running_[rule].steps = stream::RuleSteps{(*rules_)[rule].expression};
    running_[rule].keeps_identity = keeps_identity((*rules_)[rule]);
    running_[rule].records = !(*rules_)[rule].record.empty();
    running_[rule].is_alone = recorders[(*rules_)[rule].record] == 1;
    running_[rule].around = surroundings(now_);
    anew_.push_back(rule);  // an expression without series is due as well
  }
}

Engine::~Engine() = default;

void Engine::born(SeriesId id, Labels labels) {
  between_rules([this, id, labels = std::move(labels)]() mutable {
    auto& series = series_.at(id);
    if (!series.known) adopt(series, std::move(labels));
  });
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
  between_rules([this, id] {
    auto* series = series_.find(id);
    if (series == nullptr) return;
    for (std::size_t rule : series->rules) {
      unbuild(rule);
      running_[rule].forget(series);
    }
    *series = {};
  });
}

std::vector<Transition> Engine::batch(ground::Instant at, std::span<const Sample> samples) {
  std::vector<Transition> out;
  enqueue(at, samples);
  turns_.allow(options_.turn_work);
  go_on(out);
  return out;
}

std::vector<Transition> Engine::gone(ground::Instant at, std::span<const SeriesId> series) {
  std::vector<Sample> markers;
  for (SeriesId id : series) markers.push_back({.series = id, .value = {}});
  return batch(at, markers);
}

std::optional<ground::Instant> Engine::next_due() const {
  if (is_busy() && now_ != ground::Instant::min()) return now_;
  const auto soonest = deadlines_.soonest();
  return soonest == ground::Instant::max() ? std::nullopt : std::optional{soonest};
}

std::vector<Transition> Engine::tick(ground::Instant now) {
  if (waiting_.empty()) return batch(now, {});
  std::vector<Transition> out;
  turns_.allow(options_.turn_work);
  go_on(out);
  return out;
}

std::vector<Transition> Engine::restore(std::span<const StoredAlert> alerts, ground::Instant down_at, ground::Instant now) {
  std::vector<Transition> out;
  if (now - down_at > options_.outage_tolerance) return out;
  settle();
  const auto around = surroundings(now);
  for (StoredAlert alert : alerts) {
    const auto found = std::ranges::find_if(*rules_, [&](const Rule& rule) { return may_raise(rule, alert.labels); });
    if (found == rules_->end()) continue;
    if (!alert.fired_at) {
      if (found->hold < options_.grace_period) continue;
      const auto left = found->hold - (down_at - alert.active_since);
      if (left > ground::Duration::zero())
        alert.active_since =
            left < options_.grace_period ? now + options_.grace_period - found->hold : alert.active_since + (now - down_at);
    }
    const auto index = static_cast<std::size_t>(found - rules_->begin());
    const auto told = out.size();
    running_[index].alerts.restore(*found, alert, ground::shifted(now, options_.lookback), around, out);
    say_rule(out, told, index);
  }
  return out;
}

std::vector<Transition> Engine::active() {
  std::vector<Transition> out;
  settle();
  const auto around = surroundings(now_);
  for (std::size_t rule = 0; rule < running_.size(); ++rule) {
    auto& running = running_[rule];
    if (running.values_at) running.take_in_values((*rules_)[rule], running.graph->result());
    const auto alerts = running.alerts.active((*rules_)[rule], around);
    const auto told = out.size();
    out.insert(out.end(), alerts.begin(), alerts.end());
    say_rule(out, told, rule);
  }
  return out;
}

std::vector<Derived> Engine::take_derived(std::size_t most) {
  std::vector<Derived> out;
  if (!has_derived()) return out;
  auto count = std::min(most, derived_.size());
  while (count < derived_.size() && count / 4 < most && derived_[count].at == derived_[count - 1].at) ++count;
  const auto end = derived_.begin() + static_cast<std::ptrdiff_t>(count);
  out.assign(std::make_move_iterator(derived_.begin()), std::make_move_iterator(end));
  derived_.erase(derived_.begin(), end);
  return out;
}

std::vector<Transition> Engine::take_standing() {
  std::vector<Transition> out;
  if (moved_.empty() || turns_.is_under_way()) return out;
  const auto around = surroundings(now_);
  for (const auto rule : std::exchange(moved_, {})) {
    const auto told = out.size();
    for (auto& alert : running_[rule].alerts.active((*rules_)[rule], around)) alert.from = alert.to, out.push_back(std::move(alert));
    say_rule(out, told, rule);
  }
  return out;
}

const std::string& Engine::error(std::size_t rule) const { return running_[rule].error; }

void Engine::bind(stream::Series& series, const SelectionIndex::Entry& entry) {
  const auto* selector = entry.leaf.selector;
  if (series.rules.empty() || series.rules.back() != entry.rule) series.rules.push_back(entry.rule);
  series.keep(reach_of(entry.leaf, options_.lookback));
  running_[entry.rule].bind(selector->slot, series);
}

void Engine::unbuild(std::size_t rule) {
  auto& running = running_[rule];
  if (running.graph) running.graph->release(running.slots);
  if (running.values_at) running.take_in_values((*rules_)[rule], running.graph->result());
  running.graph.reset();
  running.makes.clear();
  anew_.push_back(rule);
}

}  // namespace holdup::rules
