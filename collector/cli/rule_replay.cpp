#include "collector/cli/rule_replay.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace holdup::cli {
namespace {

constexpr std::size_t samples_a_slice = 50'000;
constexpr ground::Duration lookback = std::chrono::minutes{5};
constexpr std::size_t events_a_slice = 1'000;
constexpr std::size_t catch_up = 100'000;  // deadlines between two samples: a day of those that come each second

ground::Instant as_instant(ground::Utc time) { return ground::Instant{time.time_since_epoch()}; }
ground::Utc as_utc(ground::Instant time) { return ground::Utc{time.time_since_epoch()}; }

/// So far back the oldest sample lies that one evaluation, or a `for` that began before it, may look at.
ground::Duration reach_of(const rules::RuleSet& rules) {
  ground::Duration out{};
  for (const auto& rule : rules)
    for (const auto& leaf : rules::leaves(rule.expression))
      out =
          std::max(out, std::max(leaf.selector->range, lookback) + leaf.selector->view.offset + leaf.behind + rule.hold + rule.keep_firing);
  return out;
}

std::set<std::string, std::less<>> made_by(const rules::RuleSet& rules) {
  std::set<std::string, std::less<>> out{"ALERTS", "ALERTS_FOR_STATE"};
  for (const auto& rule : rules)
    if (!rule.record.empty()) out.insert(rule.record);
  return out;
}

}  // namespace

RuleReplay::RuleReplay(store::Reader& reader, rules::RuleSet rules, store::Range range)
    : reader_{reader},
      range_{range},
      first_{as_utc(ground::shifted(as_instant(range.from), -reach_of(rules)))},
      made_{made_by(rules)},
      engine_{std::move(rules), {.lookback = lookback, .catch_up_max = catch_up, .turn_work = std::numeric_limits<std::size_t>::max()}} {}

ground::Result<RuleReplay::Done> RuleReplay::run(const Hearer& hearer) {
  const auto last = reader_.last_recorded();
  if (!last) return last.error();
  if (const auto read = read_losses(); !read) return read.error();
  const auto begin = seq_before(first_);
  if (!begin) return begin.error();
  for (std::int64_t seq = *begin; seq < *last;) {
    const auto slice = reader_.recorded(seq, samples_a_slice);
    if (!slice) return slice.error();
    if (slice->to <= seq) break;
    seq = slice->to;
    done_.complete = done_.complete && slice->complete;
    if (const auto taken = take(slice->recorded); !taken) return taken.error();
    const bool over = !heard_.empty() && heard_.front().time > range_.to;
    play(hearer);
    if (over) break;
  }
  if (done_.samples > 0) end_values(std::min(range_.to, done_.to + lookback), hearer);
  if (done_.samples > 0) tell(engine_.tick(as_instant(std::min(range_.to, done_.to + lookback))), hearer);
  done_.counters = engine_.counters();
  return done_;
}

ground::Result<void> RuleReplay::read_losses() {
  constexpr std::string_view of_device = "device/";
  for (std::int64_t seq = 0;;) {
    const auto events = reader_.events(seq, events_a_slice);
    if (!events) return events.error();
    if (events->empty()) break;
    seq = events->back().seq;
    for (const auto& [at, event] : *events)
      if (event.verdict == "telemetry_lost" && event.phase == record::Phase::begin && event.element.starts_with(of_device) &&
          event.time >= first_ && event.time <= range_.to)
        losses_.push_back({event.time, event.element.substr(of_device.size())});
  }
  std::ranges::stable_sort(losses_, {}, &Loss::time);
  return {};
}

/// Commits rise in time, but where the clock was set back: then some are read that need not be.
ground::Result<std::int64_t> RuleReplay::seq_before(ground::Utc time) {
  const auto last = reader_.last_recorded();
  if (!last) return last.error();
  std::int64_t low = 0, high = *last;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto slice = reader_.recorded(middle, 1);
    if (!slice) return slice.error();
    bool earlier = slice->to <= middle || slice->recorded.empty();
    for (const auto& recorded : slice->recorded)
      for (const auto& point : recorded.points) earlier = earlier || point.time < time;
    if (!earlier)
      high = middle;
    else
      low = std::max(middle + 1, std::min(slice->to, high));
  }
  return std::max<std::int64_t>(low - 1, 0);
}

ground::Result<void> RuleReplay::bear(std::int64_t row) {
  const auto [at, fresh] = counts_.try_emplace(row, false);
  if (!fresh) return {};
  auto stored = reader_.series_at(row);
  if (!stored) return stored.error();
  auto& series = stored->series;
  if (made_.contains(series.name)) return {};
  if (const auto device = series.label("device"); !device.empty() && !series.name.starts_with("holdup_"))
    device_of_[static_cast<std::uint32_t>(row)] = &devices_[std::string{device}];
  series.labels.emplace_back(rules::metric_name, std::move(series.name));
  engine_.born(static_cast<std::uint32_t>(row), rules::Labels{std::move(series.labels)});
  at->second = true;
  return {};
}

/// Like the daemon, only what was good.
ground::Result<void> RuleReplay::take(const std::vector<store::Recorded>& recorded) {
  heard_.clear();
  for (const auto& one : recorded) {
    if (const auto born = bear(one.series); !born) return born.error();
    if (!counts_.at(one.series)) continue;
    for (const auto& point : one.points)
      if (point.time >= first_)
        heard_.push_back({point.time, static_cast<std::uint32_t>(one.series),
                          point.quality == ground::Quality::good ? std::optional{point.value} : std::nullopt});
  }
  std::ranges::stable_sort(heard_, {}, &Heard::time);
  return {};
}

void RuleReplay::play(const Hearer& hearer) {
  std::vector<rules::Sample> batch;
  for (auto at = heard_.begin(); at != heard_.end() && at->time <= range_.to;) {
    const auto time = at->time;
    end_values(time, hearer);
    batch.clear();
    const auto first = at;
    for (; at != heard_.end() && at->time == time; ++at)
      if (at->value) batch.push_back({at->series, at->value});
    if (time < done_.to) {
      done_.left_out += batch.size();
      continue;
    }
    for (auto told = first; told != at; ++told)
      if (const auto device = device_of_.find(told->series); device != device_of_.end()) device->second->values[told->series] = told->value;
    if (time >= range_.from && done_.samples == 0) done_.from = time;
    if (time >= range_.from) done_.samples += batch.size();
    done_.to = time;
    renew_values(time, batch);
    tell(engine_.batch(as_instant(time), batch), hearer);
    (void)engine_.take_derived();
  }
  hearer.progress(done_.to);
}

/// As the core does it: with its telemetry_lost a device's values are over.
void RuleReplay::end_values(ground::Utc until, const Hearer& hearer) {
  for (; next_loss_ < losses_.size() && losses_[next_loss_].time <= until; ++next_loss_) {
    const auto& [time, name] = losses_[next_loss_];
    const auto found = devices_.find(name);
    if (found == devices_.end() || found->second.over) continue;
    found->second.over = time;
    ++done_.lost;
    std::vector<std::uint32_t> series;
    for (const auto& [id, value] : found->second.values) series.push_back(id);
    tell(engine_.gone(as_instant(std::max(time, done_.to)), series), hearer);
  }
}

/// Of one that answers soon again what is not asked at once counts with what it told before.
void RuleReplay::renew_values(ground::Utc time, std::vector<rules::Sample>& batch) {
  std::set<std::uint32_t> told;
  for (const auto& sample : batch) told.insert(sample.series);
  for (const auto& sample : std::vector{batch}) {
    const auto device = device_of_.find(sample.series);
    if (device == device_of_.end() || !device->second->over) continue;
    const bool soon = time - *std::exchange(device->second->over, std::nullopt) < lookback;
    for (const auto& [id, value] : device->second->values)
      if (soon && value && told.insert(id).second) batch.push_back({id, *value});
  }
}

void RuleReplay::tell(const std::vector<rules::Transition>& transitions, const Hearer& hearer) const {
  for (const auto& transition : transitions)
    if (as_utc(transition.at) >= range_.from) hearer.transition(transition);
}

}  // namespace holdup::cli
