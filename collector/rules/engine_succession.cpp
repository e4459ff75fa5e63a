#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "collector/rules/engine_running.hpp"
#include "ground/expect.hpp"

// Engine: what one with other rules takes over from the one before it. A piece of work like an evaluation: it rests between turns, and what
// comes meanwhile waits.
namespace holdup::rules {
namespace {

void take(stream::Series& series, stream::Series& before) {
  worked(a_text);
  if (before.labels != series.labels && !before.labels.all().empty()) return;  // nobody read it: it has none
  series.last = before.last;
  series.heard = before.heard;
  if (series.ring && before.ring) series.ring->take_over(std::move(*before.ring));
  if (series.ring && !before.ring && before.heard) series.ring->assign({&before.last, 1});
}

}  // namespace

std::vector<Transition> Engine::take_over(Engine& previous, ground::Instant at, Births births) {
  HOLDUP_EXPECT(!is_busy());
  std::vector<Transition> out;
  now_ = std::max({now_, previous.now_, at});
  enqueue(at, {});
  turns_.allow(options_.turn_work);
  taking_over_ = true;
  {
    const Turns::Counted counted{turns_};
    turns_.begin([this, &previous, births = std::move(births)] { succeed(previous, births, now_); });
  }
  go_on(out);
  return out;
}

/// The call ends with it: whoever made it sees all alerts as they were taken over.
void Engine::succeed(Engine& previous, const Births& births, ground::Instant at) {
  while (auto birth = births ? births() : std::nullopt) {
    worked(a_label_set);
    if (auto& series = series_.at(birth->series); !series.known) adopt(series, std::move(birth->labels));
  }
  while (previous.is_busy()) {
    previous.turns_.allow(previous.options_.turn_work);
    previous.go_on(told_);
    turns_.end(), worked();  // it had one of its own
  }
  series_.each([&](SeriesId id, stream::Series& series) {
    if (auto* before = previous.series_.find(id)) take(series, *before);
  });
  for (const auto& [labels, before] : previous.made_)
    if (before->heard || before->ring) take(*made(*labels).second, *before);
  for (std::size_t rule = 0; rule < running_.size(); ++rule) unbuild(rule);
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t rule = 0; rule < rules_->size(); ++rule, worked(a_text)) places.try_emplace(identity((*rules_)[rule]), rule);
  for (std::size_t old = 0; old < previous.running_.size(); ++old) {
    const auto same = places.find(identity((*previous.rules_)[old]));
    inherit(previous, old, same == places.end() ? std::nullopt : std::optional{same->second}, at);
  }
  hold_back();
  const auto ends = std::exchange(derived_, std::move(previous.derived_));
  derived_.insert(derived_.end(), ends.begin(), ends.end());
  previous.empty();
  taking_over_ = false;
  turns_.end();
}

/// Of the rule that is the same here, or not here any more.
void Engine::inherit(Engine& previous, std::size_t old, std::optional<std::size_t> own, ground::Instant at) {
  worked(a_text);
  const Rule& rule = (*previous.rules_)[old];
  auto& before = previous.running_[old];
  if (before.values_at) before.take_in_values(rule, before.graph->result());
  if (!own) {
    const auto told = told_.size();
    before.alerts.end(rule, at, surroundings(at), told_);
    say_rule(told_, told, old);
    before.made.become({}, [&](const Labels& labels, std::optional<double> none) { accept(made(labels), none, at); });
    return;
  }
  auto& running = running_[*own];
  if ((*rules_)[*own].text == rule.text) {
    for (std::size_t i = 0; i < running.steps.all().size(); ++i) running.steps.all()[i].take_over(before.steps.all()[i]);
    running.awaits_past = running.awaits_past && before.awaits_past;
  }
  running.alerts = std::move(before.alerts);
  running.made = std::move(before.made);
  running.renew = before.renew;
}

/// What holds many things is long in going.
void Engine::empty() {
  for (auto& running : running_) {
    worked(running.series_read + an_alert);
    running.graph.reset();
    running = {};
  }
  series_.clear([](std::size_t places) { worked(places * a_text); });
  let_go(made_);
}

}  // namespace holdup::rules
