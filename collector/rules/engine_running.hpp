#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "collector/rules/engine.hpp"
#include "collector/rules/paged.hpp"
#include "collector/rules/stream/graph.hpp"
#include "collector/rules/stream/steps.hpp"

// One rule as the engine runs it. Used by the engine's own files.
namespace holdup::rules {

struct Engine::Running {
  // What every evaluation reads, side by side.
  stream::RuleSteps steps;
  stream::Slots slots;
  std::unique_ptr<stream::Graph> graph;  // reads both; none: not yet evaluated, or a series was forgotten
  ground::Instant renew = ground::Instant::max();
  std::optional<ground::Instant> values_at = {};  // since when only values have changed that the alerts have not taken in: they turn none
  std::size_t series_read = 0;                    // in the slots
  bool awaits_past = false;                       // of its own windows
  bool is_held_back = false;                      // for that, or for a rule's that it reads
  bool is_settled = false;                        // the alerts have taken in what the graph yields, but for what changed since
  bool keeps_identity = false;                    // what an alert is called does not hang on its value
  bool records = false;
  bool is_alone = true;  // in recording under its name: no other ends or tells what it did
  RuleAlerts alerts;
  DerivedSeries made;
  Paged<std::pair<Made*, double>> telling;  // kept for its memory
  Paged<Made*> makes;                       // by the graph's cell, what is recorded of it; empty: not known

  Surroundings around;  // made once where no template asks: most evaluations expand nothing
  std::string error;

  void bind(std::size_t slot, stream::Series& series) {
    slots[slot].push_back(&series);
    ++series_read;
    if (graph) graph->born(slot, series);
  }
  void forget(const stream::Series* series) {
    for (auto& slot : slots) series_read -= std::erase(slot, series);
  }

  /// What only differs in values, as of then.
  void take_in_values(const Rule& rule, Vector elements) {
    if (!values_at) return;
    std::vector<Transition> none;
    (void)alerts.apply(rule, {.value = std::move(elements)}, *std::exchange(values_at, {}), {}, none);
  }
};

/// From that place on they are of this rule.
void say_rule(std::vector<Transition>& transitions, std::size_t from, std::size_t rule);

}  // namespace holdup::rules
