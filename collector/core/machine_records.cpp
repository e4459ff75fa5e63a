#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "collector/core/machine.hpp"
#include "ground/number.hpp"

// What the core keeps of what was heard, once the alerts have left: samples, series of its own, trap and contact records, log lines.
namespace holdup::core {
namespace {

using namespace std::chrono_literals;
using ground::Quality;

constexpr Duration up_repeat = 1min;  // well inside the rules' look-back of 5 min

record::Series device_series(std::string name, const site::Site& site, site::Index device) {
  return {.name = std::move(name), .labels = {{"device", site.devices[device].name}, {"rack", site.rack}}};
}

std::vector<record::Sample> samples_of(std::span<const reading::Reading> readings, const std::vector<record::SeriesId>& series) {
  std::vector<record::Sample> samples;
  samples.reserve(readings.size() + 4);
  for (const auto& reading : readings) {
    if (reading.point >= series.size()) continue;
    const bool has_value =
        reading.quality == Quality::good || reading.quality == Quality::stale || reading.quality == Quality::out_of_range;
    samples.push_back({series[reading.point], has_value ? reading.value : std::numeric_limits<double>::quiet_NaN(), reading.quality});
  }
  return samples;
}

std::string ms(ground::Duration duration) { return ground::number_text(std::round(ground::seconds(duration) * 1e4) / 10); }

/// Nearly the same: what the polls' own rhythm makes of one period.
bool alike(Duration a, Duration b) { return a - b <= b / 10 && b - a <= a / 10; }

}  // namespace

void Machine::keep(Answered& input) {
  auto& device = watch_->devices[input.device];
  watch_->plan.answered(input.device, moment_.now, input.readings);
  device.asked = std::max(device.asked, input.asked);
  device.lateness.in_time();
  watch_->derivations.heard(input.device, input.readings, moment_.now);
  record::Batch batch;
  if (site_->devices[input.device].tap) input.readings = store_overheard(input.device, input.readings);
  batch.samples = samples_of(input.readings, device.series);
  batch.age = std::max(Duration{}, moment_.now - input.asked);
  note_up(input.device, true, batch);
  note_refresh(input.device, batch);
  note_doubts(input.device, batch);
  renew_values(input.device, input.readings);
  record(std::move(batch));
}

void Machine::keep(Unanswered& input) { watch_->derivations.unanswered(input.device, moment_.now); }

// Stored at its own time, out of order; the rules, which know one time only, hear of it when nothing newer was heard since.
void Machine::keep(AnsweredLate& input) {
  auto& device = watch_->devices[input.device];
  watch_->plan.answered_late(input.device, moment_.now, input.round_trip);
  watch_->derivations.heard(input.device, input.readings, moment_.now);
  if (device.lateness.late())
    log(LogLine::Level::warning, "answers_late device=" + site_->devices[input.device].name + " round_trip_ms=" + ms(input.round_trip) +
                                     " timeout_ms=" + ms(watch_->plan.answer_time(input.device)) + " mend=\"raise its timeout\"");
  record::Batch late{.at = input.asked, .time = ground::utc(input.asked, moment_.utc_offset), .born = {}, .samples = {}};
  late.samples = samples_of(input.readings, device.series);
  if (input.asked > device.asked) device.values_over.reset(), tell_rules(late);
  device.asked = std::max(device.asked, input.asked);
  if (!late.samples.empty()) effects_.batches.push_back(std::move(late));
  if (watch_->detector.facts().hearing(input.device).silent()) return;
  record::Batch up;
  note_up(input.device, true, up);
  record(std::move(up));
}

// What a tap heard is as old as it says: stored at that time, and once. The rest has no time but now.
std::vector<reading::Reading> Machine::store_overheard(site::Index index, std::span<const reading::Reading> readings) {
  auto& device = watch_->devices[index];
  device.overheard.resize(device.series.size(), Instant::min());
  std::map<Instant, std::vector<reading::Reading>> said;
  std::vector<reading::Reading> rest;
  for (const auto& reading : readings) {
    if (reading.quality != Quality::good && reading.quality != Quality::out_of_range)
      rest.push_back(reading);
    else if (reading.point < device.overheard.size() && reading.time > std::exchange(device.overheard[reading.point], reading.time))
      said[reading.time].push_back(reading);
  }
  for (const auto& [at, heard] : said) {
    record::Batch batch{.at = at, .time = ground::utc(at, moment_.utc_offset), .born = {}, .samples = samples_of(heard, device.series)};
    tell_rules(batch);
    effects_.batches.push_back(std::move(batch));
  }
  return rest;
}

void Machine::note_doubts(site::Index index, record::Batch& batch) {
  using Opinion = reading::Doubts::Opinion;
  auto& device = watch_->devices[index];
  if (device.opinion == Opinion::none) return;
  const bool said = device.implausible && moment_.now - device.implausible_at < up_repeat && device.implausible_said == device.opinion;
  if (said) return;
  if (!device.implausible) device.implausible = registry_.enter(device_series("holdup_implausible", *site_, index), batch.born);
  device.implausible_said = device.opinion;
  device.implausible_at = moment_.now;
  batch.samples.push_back({*device.implausible, device.opinion == Opinion::doubted ? 1. : 0., Quality::good});
}

// What a contact says now is a sample, as old as its edge, and an event: when it last moved tells whether it can be relied on.
void Machine::note_contacts() {
  for (const site::Index c : watch_->detector.take_changed_contacts()) {
    const auto& fact = watch_->detector.facts().contacts().fact(c);
    ContactLog& log = watch_->contacts[c];
    record::Batch batch;
    if (!log.series) log.series = registry_.enter(series_of_contact(*site_, c), batch.born);
    const auto quality = fact.open ? Quality::good : Quality::failed;
    batch.age = moment_.now - (fact.open ? fact.since : fact.trouble_since);
    batch.samples.push_back({*log.series, fact.open ? (*fact.open ? 0. : 1.) : std::numeric_limits<double>::quiet_NaN(), quality});
    record(std::move(batch));
    log.told = moment_.now;
    const auto element = ground::Element::contact(site_->contacts[c].name);
    if (auto line = log.line(element, fact, moment_))
      effects_.events.push_back(ledger_.note({.word = "contact", .element = element, .lines = {std::move(*line)}}, moment_));
  }
}

// An edge may come once a year: what it says stands meanwhile, for rules as well.
void Machine::renew_contacts() {
  record::Batch batch;
  for (site::Index c = 0; c < watch_->contacts.size(); ++c) {
    ContactLog& log = watch_->contacts[c];
    const auto& fact = watch_->detector.facts().contacts().fact(c);
    if (!log.series || !fact.open || moment_.now - log.told < up_repeat) continue;
    batch.samples.push_back({*log.series, *fact.open ? 0. : 1., Quality::good});
    log.told = moment_.now;
  }
  record(std::move(batch));
}

void Machine::keep(Traps& input) {
  if (!watch_) return;
  for (const Trap& trap : input.all)
    if (trap.device < site_->devices.size()) keep(trap);
}

void Machine::keep(const Trap& input) {
  const auto device = site_->element_of_device(input.device);
  if (auto lines = trap_log_.lines(device, input.message, moment_)) {
    effects_.events.push_back(ledger_.note({.word = "trap", .element = device, .lines = std::move(*lines)}, moment_));
    log(LogLine::Level::info, "trap device=" + site_->devices[input.device].name + " oid=" + input.message.trap +
                                  " says=" + (input.message.says ? std::string{name(*input.message.says)} : "unknown"));
  }
  const auto knows = input.at + watch_->detector.facts().longest_refresh(input.device) + 1ms;
  watch_->plan.confirm(input.device, moment_.now, knows);
}

void Machine::note_up(site::Index index, bool up, record::Batch& batch) {
  auto& device = watch_->devices[index];
  if (up && device.said_silent) {
    device.said_silent = false;
    log(LogLine::Level::info, "device_answers device=" + site_->devices[index].name);
  }
  const double value = up ? 1 : 0;
  if (device.up_value == value && moment_.now - device.up_at < up_repeat) return;
  if (!device.up) device.up = registry_.enter(device_series("holdup_up", *site_, index), batch.born);
  device.up_value = value;
  device.up_at = moment_.now;
  batch.samples.push_back({*device.up, value, Quality::good});
  if (up)
    for (const auto plate : device.plates) batch.samples.push_back({plate, 1, Quality::good});
  note_pace(index, batch);
}

void Machine::note_pace(site::Index index, record::Batch& batch) {
  auto& device = watch_->devices[index];
  const auto& strain = watch_->plan.strain(index);
  const auto note = [&](std::optional<record::SeriesId>& series, const char* name, double value) {
    if (!series) series = registry_.enter(device_series(name, *site_, index), batch.born);
    batch.samples.push_back({*series, value, Quality::good});
  };
  note(device.slowdown, "holdup_device_poll_slowdown", strain.slowdown());
  if (const auto usual = strain.usual()) note(device.round_trip, "holdup_device_round_trip_seconds", ground::seconds(*usual));
}

// Whoever suffers, maybe by us, is asked less often; said once each time that changes, and recorded.
void Machine::tell_strain() {
  using Kind = plan::Strain::News::Kind;
  for (const auto& [index, news] : watch_->plan.take_news()) {
    const auto about = " device=" + site_->devices[index].name + " round_trip_ms=" + ms(news.round_trip) +
                       " baseline_ms=" + ms(news.usual) + " slowdown=" + std::to_string(news.slowdown);
    if (news.kind == Kind::slower) log(LogLine::Level::warning, "device_strained" + about + " what=\"we may have caused this\"");
    if (news.kind == Kind::restarts)
      log(LogLine::Level::warning, "device_restarts device=" + site_->devices[index].name + " slowdown=" + std::to_string(news.slowdown) +
                                       " what=\"restarts under our polling: we may have caused this\"");
    if (news.kind == Kind::eased) log(LogLine::Level::info, "device_eased" + about);
    if (news.kind == Kind::accepted)
      log(LogLine::Level::info, "device_slower" + about + " what=\"as slow when seldom asked: not our doing\"");
    record::Batch batch;
    note_pace(index, batch);
    record(std::move(batch));
    tell_rhythm(index);
  }
}

void Machine::note_refresh(site::Index index, record::Batch& batch) {
  auto& device = watch_->devices[index];
  const auto learned = watch_->detector.facts().learned_refresh(index);
  if (!learned) return;
  const bool known = alike(device.refresh, *learned);
  if (known && moment_.now - device.refresh_at < up_repeat) return;
  const auto seconds = std::chrono::duration<double>{*learned}.count();
  if (!known) {
    log(LogLine::Level::info, "refresh_learned device=" + site_->devices[index].name + " seconds=" + ground::number_text(seconds));
    watch_->plan.slow(index, *learned, moment_.now);
    tell_rhythm(index);
  }
  if (!device.refresh_series)
    device.refresh_series = registry_.enter(device_series("holdup_device_refresh_seconds", *site_, index), batch.born);
  device.refresh = *learned;
  device.refresh_at = moment_.now;
  batch.samples.push_back({*device.refresh_series, seconds, Quality::good});
}

void Machine::log_told() {
  for (const std::size_t at : std::exchange(told_, {})) {
    const record::Event& event = effects_.events[at];
    const auto phase = " phase=" + std::string{record::phase_names[static_cast<std::size_t>(event.phase)]} + " element=" + event.element;
    if (event.incident.empty())
      log(LogLine::Level::info, "notice " + event.verdict + phase);
    else
      log(LogLine::Level::warning, "verdict " + event.verdict + phase + " strength=" + event.strength + " incident=" + event.incident);
  }
}

}  // namespace holdup::core
