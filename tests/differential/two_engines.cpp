#include "tests/differential/two_engines.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "collector/rules/engine.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/render_number.hpp"
#include "ground/number.hpp"

namespace holdup::differential {
namespace {

using rules::Transition;

constexpr ground::Duration lookback = std::chrono::seconds{3};
constexpr ground::Duration utc_offset = std::chrono::hours{24 * 365};
constexpr std::size_t late_by = 3;

ground::Instant moment(std::size_t slot) { return ground::Instant{std::chrono::seconds{1000} + slot * grid}; }

std::string line(const Transition& transition) {
  const auto state = [](rules::AlertState s) { return std::string{rules::alert_state_names[static_cast<std::size_t>(s)]}; };
  return ground::number_text(ground::seconds(transition.at.time_since_epoch())) + " " + state(transition.from) + ">" +
         state(transition.to) + transition.labels.text() + " = " +
         (std::isnan(transition.value) ? "NaN" : ground::number_text(transition.value + 0.0)) + " since " +
         ground::number_text(ground::seconds(transition.active_since.time_since_epoch()));
}

std::vector<std::string> lines(const std::vector<Transition>& transitions) {
  std::vector<std::string> out;
  for (const auto& transition : transitions) out.push_back(line(transition));
  return out;
}

/// The plain evaluator with the alerts of each rule.
class Oracle {
 public:
  Oracle(const rules::RuleSet& rules, const SampleLog& log) : rules_{rules}, log_{log}, alerts_(rules.size()), newest_(log.series.size()) {}

  void add(ground::Instant at, const std::vector<LoggedSample>& samples) {
    for (const auto& sample : samples) {
      auto& newest = newest_[sample.series];
      if (newest && *newest >= at) continue;
      newest = at;
      memory_.add(log_.series[sample.series], {{at, sample.value.value_or(rules::stale_marker)}});
    }
  }
  void forget(std::size_t series) {
    newest_[series].reset();
    memory_.remove(log_.series[series]);
  }
  void judge(ground::Instant at, std::vector<Transition>& out) {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
      const rules::Setting setting{.at = at, .utc_offset = utc_offset, .lookback = lookback};
      const auto evaluation = rules::evaluate(rules_[rule].expression, setting, memory_);
      if (!evaluation.error) (void)alerts_[rule].apply(rules_[rule], evaluation, at, {}, out);
    }
  }

 private:
  const rules::RuleSet& rules_;
  const SampleLog& log_;
  rules::Memory memory_;
  std::vector<rules::RuleAlerts> alerts_;
  std::vector<std::optional<ground::Instant>> newest_;
};

/// The streaming engine; a series is born with its first sample. In turns of so much work, which it is given until nothing is left.
class Streaming {
 public:
  Streaming(const rules::RuleSet& rules, const SampleLog& log, std::size_t turn_work)
      : rules_{rules}, log_{log}, turn_work_{turn_work}, engine_{fresh()}, born_(log.series.size()) {}

  /// As a reload of the same rules does: it may go on while samples arrive.
  void reload(ground::Instant at, std::vector<Transition>& out) {
    former_ = std::exchange(engine_, fresh());
    const auto births = [this, next = std::size_t{0}]() mutable -> std::optional<rules::Engine::Birth> {
      while (next < born_.size() && born_[next] == 0) ++next;
      if (next == born_.size()) return std::nullopt;
      const auto series = next++;
      return rules::Engine::Birth{static_cast<rules::SeriesId>(series), log_.series[series]};
    };
    std::ranges::move(engine_->take_over(*former_, at, births), std::back_inserter(out));
  }

  void take(ground::Instant at, const std::vector<LoggedSample>& samples, std::vector<Transition>& out) {
    std::vector<rules::Sample> batch;
    for (const auto& sample : samples) {
      const auto id = static_cast<rules::SeriesId>(sample.series);
      if (std::exchange(born_[sample.series], true) == 0) engine_->born(id, log_.series[sample.series]);
      batch.push_back({id, sample.value});
    }
    const auto& left = engine_->counters().turns_left;
    auto before = left;
    std::ranges::move(engine_->batch(at, batch), std::back_inserter(out));
    while (left != std::exchange(before, left)) std::ranges::move(engine_->tick(at), std::back_inserter(out));
  }
  void forget(std::size_t series) {
    engine_->forget(static_cast<rules::SeriesId>(series));
    born_[series] = false;
  }
  [[nodiscard]] bool is_due(ground::Instant at) const { return engine_->next_due() && *engine_->next_due() <= at; }

 private:
  [[nodiscard]] std::unique_ptr<rules::Engine> fresh() const {
    auto out = std::make_unique<rules::Engine>(rules_, rules::Engine::Options{.lookback = lookback, .tick = grid, .turn_work = turn_work_});
    out->set_utc_offset(utc_offset);
    return out;
  }

  const rules::RuleSet& rules_;
  const SampleLog& log_;
  std::size_t turn_work_;
  std::unique_ptr<rules::Engine> former_, engine_;
  std::vector<char> born_;
};

}  // namespace

Comparison compared(const rules::RuleSet& rules, const SampleLog& log, std::size_t turn_work) {
  Comparison result;
  // What is forgotten is gone from the plain side's past; steps of subqueries that have seen it stay what they were.
  const bool holds_steps =
      std::ranges::any_of(rules, [](const rules::Rule& rule) { return !rules::held_subqueries(rule.expression).empty(); });
  Oracle oracle{rules, log};
  Streaming streaming{rules, log, turn_work};
  for (std::size_t slot = 0; slot < log.slots.size(); ++slot) {
    const auto at = moment(slot);
    const auto& [on_time, late, forgotten, reloads] = log.slots[slot];
    std::vector<Transition> wanted, found;
    if (reloads) streaming.reload(moment(slot - 1), found);
    if (reloads && !forgotten.empty()) streaming.take(moment(slot - 1), {}, found);  // they are gone from this instant on
    if (!holds_steps)
      for (const auto series : forgotten) oracle.forget(series), streaming.forget(series);
    oracle.add(at, on_time);
    oracle.judge(at, wanted);
    if (slot == 0 || !on_time.empty() || !late.empty() || !forgotten.empty() || streaming.is_due(at)) streaming.take(at, on_time, found);
    if (!late.empty()) {
      const auto then = slot < late_by ? at : moment(slot - late_by);
      oracle.add(then, late);
      oracle.judge(at, wanted);
      streaming.take(then, late, found);
    }
    const auto plain = lines(wanted), streamed = lines(found);
    result.transitions += plain.size();
    if (plain == streamed) continue;
    std::string out = "at step " + std::to_string(slot) + "\n";
    for (const auto& each : plain) out += "  plain:     " + each + "\n";
    for (const auto& each : streamed) out += "  streaming: " + each + "\n";
    result.difference = out;
    break;
  }
  return result;
}

}  // namespace holdup::differential
