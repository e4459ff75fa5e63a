#include "collector/rules/plain_rules.hpp"

#include "collector/rules/template_query.hpp"

namespace holdup::rules {

PlainRules::PlainRules(std::vector<const Rule*> rules, Options options) : options_{std::move(options)} {
  for (const Rule* rule : rules) running_.push_back({.rule = rule, .alerts = {}, .made = {}});
}

std::vector<Transition> PlainRules::evaluate(ground::Instant at, Memory& memory) {
  std::vector<Transition> out;
  failures_.clear();
  const auto around = surroundings(at, memory);
  for (auto& [rule, alerts, made] : running_) {
    const auto evaluation = rules::evaluate(rule->expression, setting(at), memory);
    DerivedSeries::Values values;
    std::optional<std::string> error;
    if (evaluation.error)
      error = evaluation.error->text();
    else if (rule->record.empty())
      error = alerts.apply(*rule, evaluation, at, around, out);
    else
      error = recorded(*rule, evaluation, values);
    if (error) {
      failures_.push_back({rule, *std::move(error)});
      continue;
    }
    if (rule->record.empty()) values = alerts.series({});
    made.become(std::move(values), [&](const Labels& labels, std::optional<double> value) {
      memory.add(labels, {{at, value.value_or(stale_marker)}});
    });
  }
  return out;
}

std::vector<Transition> PlainRules::active(const std::string& alert, ground::Instant at, Memory& memory) const {
  std::vector<Transition> out;
  const auto around = surroundings(at, memory);
  for (const auto& running : running_) {
    if (running.rule->alert != alert) continue;
    auto alerts = running.alerts.active(*running.rule, around);
    out.insert(out.end(), std::make_move_iterator(alerts.begin()), std::make_move_iterator(alerts.end()));
  }
  return out;
}

Surroundings PlainRules::surroundings(ground::Instant at, Memory& memory) const {
  return {.external_labels = options_.external_labels,
          .external_url = options_.external_url,
          .query = [this, at, &memory](const std::string& expression) {
            return answer(expression, setting(at), ground::Duration::max() / 4, memory);
          }};
}

}  // namespace holdup::rules
