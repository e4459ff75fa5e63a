#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "collector/core/machine.hpp"
#include "collector/core/wording.hpp"

// What the core tells its rules, and what becomes of their word: alerts, warnings on the page, series for the store.
namespace holdup::core {
namespace {

using ground::Quality;

constexpr std::size_t most_derived = 128;                  // samples that rules made and a step stores: each looks for its series by name
constexpr Duration value_lives = std::chrono::minutes{5};  // the rules' look-back

rules::Labels rule_labels(const record::Series& series) {
  std::vector<rules::Label> labels{series.labels.begin(), series.labels.end()};
  labels.emplace_back(rules::metric_name, series.name);
  return rules::Labels{std::move(labels)};
}

record::Series stored_series(const rules::Labels& labels) {
  record::Series series{.name = std::string{labels.get(rules::metric_name)}, .labels = {}};
  for (const auto& [name, value] : labels.all())
    if (name != rules::metric_name) series.labels.emplace_back(name, value);
  return series;
}

}  // namespace

rules::Engine::Options Machine::rule_options() const {
  return {.outage_tolerance = site_->alerts.outage_tolerance,
          .grace_period = site_->alerts.grace_period,
          .external_labels = rules::Labels{{{"rack", site_->rack}}},
          .external_url = page_url(*site_),
          .clock = clock_};
}

// One poll reply is one batch: to the store, to the page, to the rules.
void Machine::record(record::Batch batch) {
  if (batch.samples.empty() && batch.born.empty()) return;
  batch.at = moment_.now;
  batch.time = ground::utc(moment_.now, moment_.utc_offset);
  for (const auto& [id, series] : batch.born) {
    rules_->born(id, rule_labels(series));
    learning_.meet(series, batch.time);
  }
  tell_rules(batch);
  effects_.batches.push_back(std::move(batch));
}

void Machine::tell_rules(const record::Batch& batch) {
  std::vector<rules::Sample> samples;
  for (const auto& sample : batch.samples)
    if (sample.quality == Quality::good) samples.push_back({sample.series, sample.value});
  std::ranges::move(std::exchange(slow_again_, {}), std::back_inserter(samples));
  tell_rules(rules_->batch(moment_.now, samples));
}

// A dying device takes nothing back by its silence: what it told counts until that is a verdict of its own, or as the site has it.
void Machine::end_values() {
  using Ends = site::MissedPoll::Ends;
  for (const auto& change : changes_) {
    if (change.kind != detect::Change::Kind::begun || change.finding.verdict != detect::Verdict::telemetry_lost) continue;
    for (site::Index d = 0; d < site_->devices.size(); ++d) {
      const auto& device = site_->devices[d];
      if (device.missed_poll.ends == Ends::when_lost && change.finding.element.text() == "device/" + device.name) end_values(d);
    }
  }
  const auto* missed = std::get_if<Unanswered>(&input_);
  if (missed == nullptr) return;
  const auto& policy = site_->devices[missed->device].missed_poll;
  if (policy.ends == Ends::after_polls && watch_->detector.facts().hearing(missed->device).failures >= policy.polls)
    end_values(missed->device);
}

void Machine::end_values(site::Index index) {
  auto& device = watch_->devices[index];
  if (device.values_over) return;
  device.values_over = moment_.now;
  tell_rules(rules_->gone(moment_.now, device.series));
}

// Slow points are not asked anew at once: when the device is back soon what they told counts again.
void Machine::renew_values(site::Index index, std::span<const reading::Reading> readings) {
  auto& device = watch_->devices[index];
  device.values.resize(device.series.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<bool> told(device.series.size());
  for (const auto& reading : readings) {
    if (reading.point >= device.series.size()) continue;
    told[reading.point] = true;
    device.values[reading.point] = reading.quality == Quality::good ? reading.value : std::numeric_limits<double>::quiet_NaN();
  }
  if (!device.values_over) return;
  const bool soon = moment_.now - *std::exchange(device.values_over, std::nullopt) < value_lives;
  std::vector<rules::Sample> samples;
  for (std::size_t point = 0; soon && point < told.size(); ++point)
    if (!told[point] && !std::isnan(device.values[point])) samples.push_back({device.series[point], device.values[point]});
  if (!samples.empty()) slow_again_ = std::move(samples);
}

// Receivers hear of what fired before the restart as if there had been none: the same labels, texts and begin.
void Machine::restore_alerts(const Restored& input) {
  auto down_at = input.watched_until.value_or(ground::Utc::min());
  for (const auto& sample : input.alerts) down_at = std::max(down_at, ground::Utc{sample.at.time_since_epoch()});
  const auto alerts = rules::stored_alerts(input.alerts, moment_.utc_offset);
  if (alerts.empty()) return;
  const ground::Instant last{down_at.time_since_epoch() - moment_.utc_offset};
  const auto restored = rules_->restore(alerts, std::min(last, moment_.now), moment_.now);
  if (!restored.empty()) log(LogLine::Level::info, "alerts_restored count=" + std::to_string(restored.size()));
  tell_rules(restored);
}

// No sample of it is stored again; a series that no device has told yet has its number from now on.
void Machine::take(Past& input) {
  if (input.of != rules_->shared_rules()) return;
  record::Batch batch;
  batch.at = moment_.now;
  batch.time = ground::utc(moment_.now, moment_.utc_offset);
  for (auto& track : input.tracks) take_past(track, batch);
  if (!batch.born.empty()) effects_.batches.push_back(std::move(batch));
  for (auto& steps : input.steps) rules_->fill(std::move(steps));
  for (auto& failure : input.failures) rules_->fill(std::move(failure));
  rules_->filled(input.complete, input.steps_to ? std::optional{Instant{input.steps_to->time_since_epoch()}} : std::nullopt);
  if (!input.complete.empty() && rules_->awaiting_past().empty()) log(LogLine::Level::info, "rules_past_taken_in");
}

void Machine::take_past(Past::Track& track, record::Batch& batch) {
  for (auto& point : track.points) point.at = ground::shifted(point.at, -moment_.utc_offset);
  auto labels = rule_labels(track.series);
  const auto known = registry_.all().find(track.series);
  if (known == registry_.all().end() ? is_made(rules_->rules(), track.series.name) : made_by_rules_.contains(known->second))
    return rules_->fill(labels, std::move(track.points));
  if (known == registry_.all().end() && registry_.all().size() >= Registry::most_series) return;
  const auto id = registry_.enter(std::move(track.series), batch.born);
  rules_->born(id, std::move(labels));
  rules_->fill(id, std::move(track.points));
}

// What the former ones hold is taken over in turns, and nobody hears of the new ones before.
void Machine::renew_rules(rules::RuleSet rules) {
  if (former_rules_) return void(coming_rules_ = std::move(rules));
  former_rules_ = std::exchange(rules_, std::make_unique<rules::Engine>(std::move(rules), rule_options()));
  rules_->set_utc_offset(moment_.utc_offset);
  if (past_follows_) rules_->await_past();
  tell_rules(rules_->take_over(*former_rules_, moment_.now, births()));
}

// Of all series that devices told.
rules::Engine::Births Machine::births() const {
  return [this, next = registry_.all().begin()]() mutable -> std::optional<rules::Engine::Birth> {
    for (; next != registry_.all().end() && made_by_rules_.contains(next->second); ++next) rules::worked(rules::a_text);
    if (next == registry_.all().end()) return std::nullopt;
    const auto& [series, id] = *next++;
    return rules::Engine::Birth{id, rule_labels(series)};
  };
}

void Machine::finish_renewal() {
  former_rules_.reset();
  effects_.rules = rules_->shared_rules();
  effects_.rule_alerts.clear();
  const auto now = ground::utc(moment_.now, moment_.utc_offset);
  for (auto& transition : rules_->active()) note_alert(learning_.told(std::move(transition), now));
  if (coming_rules_) renew_rules(*std::exchange(coming_rules_, std::nullopt));
}

void Machine::note_alert(rules::Transition transition) {
  const auto since = ground::utc(transition.active_since, moment_.utc_offset);
  effects_.rule_alerts.push_back({std::move(transition), since});
}

std::map<std::size_t, std::string> Machine::rule_errors() const {
  std::map<std::size_t, std::string> out;
  for (std::size_t rule = 0; rule < rules_->rules().size(); ++rule)
    if (!rules_->error(rule).empty()) out.emplace(rule, rules_->error(rule));
  return out;
}

// What rules made is stored like what was polled; the engine has taken it in already.
void Machine::keep_derived() {
  const auto derived = rules_->take_derived(most_derived);
  for (auto at = derived.begin(); at != derived.end();) {
    const auto end = std::find_if(at, derived.end(), [&](const rules::Derived& other) { return other.at != at->at; });
    record::Batch batch;
    batch.at = moment_.now;
    batch.time = ground::utc(moment_.now, moment_.utc_offset);
    batch.age = std::max(Duration{}, moment_.now - at->at);
    std::map<record::SeriesId, std::optional<double>> last;  // of an instant the last word stands
    for (; at != end; ++at)
      if (const auto id = enter_derived(stored_series(*at->labels), batch)) last[*id] = at->value;
    for (const auto& [id, value] : last)
      batch.samples.push_back(value ? record::Sample{id, *value} : record::Sample{id, 0, Quality::absent});
    if (!batch.samples.empty()) effects_.batches.push_back(std::move(batch));
  }
}

// Nothing where a device tells that series itself, or where there are too many.
std::optional<record::SeriesId> Machine::enter_derived(record::Series series, record::Batch& batch) {
  const auto known = registry_.all().find(series);
  const bool room = known != registry_.all().end() || registry_.all().size() < Registry::most_series;
  const bool of_a_device = known != registry_.all().end() && !made_by_rules_.contains(known->second);
  if (!room || of_a_device) return ++rule_samples_left_out_, std::nullopt;
  const auto id = registry_.enter(std::move(series), batch.born);
  made_by_rules_.insert(id);
  return id;
}

void Machine::tell_rules(const std::vector<rules::Transition>& transitions) {
  const auto now = ground::utc(moment_.now, moment_.utc_offset);
  for (const auto& transition : transitions) tell_rule(learning_.told(transition, now));
  if (former_rules_ && !rules_->takes_over()) finish_renewal();
}

// What fires on after its week: the ticket ends, and the alert begins under its own severity.
void Machine::tell_learned() {
  for (const auto& [ticket, alert] : learning_.take_learned(ground::utc(moment_.now, moment_.utc_offset))) {
    tell_rule(ticket);
    tell_rule(alert);
  }
}

void Machine::tell_rule(const rules::Transition& transition) {
  note_alert(transition);
  const bool firing = transition.to == rules::AlertState::firing;
  if (!firing && transition.from != rules::AlertState::firing) return;
  if (transition.from == transition.to)  // only its value is another
    return board_.fire(alert_of_rule(transition, *site_, ground::utc(transition.at, moment_.utc_offset)));
  const auto since = ground::utc(transition.active_since, moment_.utc_offset);
  const auto now = ground::utc(moment_.now, moment_.utc_offset);
  auto alert = alert_of_rule(transition, *site_, ground::utc(transition.at, moment_.utc_offset));
  effects_.warnings.push_back({.name = first_of(alert.labels, "alertname"),
                               .element = first_of(alert.labels, "element"),
                               .severity = first_of(alert.labels, "severity"),
                               .summary = first_of(alert.annotations, "summary"),
                               .since = since,
                               .firing = firing});
  log(LogLine::Level::warning,
      "rule " + transition.alert + (firing ? " firing" : " resolved") + " element=" + effects_.warnings.back().element);
  if (firing)
    board_.fire(std::move(alert));
  else
    board_.resolve(alert.labels, moment_.now, now);
}

}  // namespace holdup::core
