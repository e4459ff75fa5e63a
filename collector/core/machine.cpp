#include "collector/core/machine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "collector/core/wording.hpp"
#include "collector/incident/severity.hpp"
#include "ground/expect.hpp"
#include "ground/number.hpp"

namespace holdup::core {
namespace {

using namespace std::chrono_literals;
using ground::Quality;
using incident::Incident;

constexpr Duration past_stands = 5min;
constexpr Duration up_repeat = 1min;  // well inside the rules' look-back of 5 min

std::size_t targets_of(const site::Site& site) { return site.alerts.alertmanager.size() + site.alerts.webhook.size(); }

rules::Labels rule_labels(const record::Series& series) {
  std::vector<rules::Label> labels{series.labels.begin(), series.labels.end()};
  labels.emplace_back(rules::metric_name, series.name);
  return rules::Labels{std::move(labels)};
}

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

Machine::Machine(Configuration configuration)
    : site_{std::move(configuration.site)}, ledger_{*site_}, rules_{std::move(configuration.rules), {}}, board_{targets_of(*site_)} {}

Machine::~Machine() = default;

Effects Machine::step(incident::Moment moment, Input input) {
  HOLDUP_EXPECT(moment.now >= moment_.now);
  moment_ = moment;
  effects_ = {};
  std::visit([this](auto& taken) { take(taken); }, input);
  if (watch_) conclude();
  return std::exchange(effects_, {});
}

// Everything that any input may have made due, once a step: rules, judgements, events, alerts, questions, the next timer.
void Machine::conclude() {
  tell_strain();
  tell_rules(rules_.tick(moment_.now));
  const auto changes = watch_->detector.assess(moment_.now);
  for (auto& note : watch_->detector.take_notes()) log(LogLine::Level::info, std::move(note));
  settle_past();
  note_contacts();
  watch_->eyes.at(moment_);
  if (const auto due = ledger_.next_due(); due && *due <= moment_.now) tell(ledger_.settle(moment_));
  if (!changes.empty()) {
    const auto events = ledger_.file(changes, moment_);
    tell(events);
    tell_past(changes, events);
    ask_around(changes);
  }
  effects_.posts = board_.due(moment_.now, moment_.utc_offset);
  effects_.orders = watch_->plan.due(moment_.now);
  auto timer = ground::Instant::max();
  for (const auto& [id, told] : past_) timer = std::min(timer, told.until);
  for (const auto due : {watch_->plan.next_due(), watch_->detector.next_due(), board_.next_due(), rules_.next_due(), ledger_.next_due()})
    if (due) timer = std::min(timer, *due);
  if (timer != ground::Instant::max()) effects_.timer = timer;
}

// Their word at once; and, for as long as a loss that has just begun may spread, as often as they can tell anything new.
void Machine::ask_around(const std::vector<detect::Change>& changes) {
  const bool loss = std::ranges::any_of(changes, [](const detect::Change& change) {
    return change.kind == detect::Change::Kind::begun && detect::is_loss(change.finding.verdict);
  });
  for (const site::Index d : watch_->detector.wanted(changes)) {
    watch_->plan.hurry(d, moment_.now);
    if (loss) watch_->plan.burst(d, moment_.now);
  }
}

void Machine::take(const Started& input) {
  seed_ = input.seed;
  ledger_.begin_boot(input.boot);
}

void Machine::take(const Restored& input) {
  for (const auto& event : input.events) ledger_.fold(event, moment_), trap_log_.fold(event);
  if (!input.last) return;
  watch();
  tell({});
  if (input.watched_until) tell_blind(*input.watched_until);
  tell(ledger_.finish_fold(moment_));  // after what stood open was told: receivers hear the end of what a crash kept from ending
  if (!ledger_.open().empty()) log(LogLine::Level::warning, "incidents_restored open=" + std::to_string(ledger_.open().size()));
  if (const auto& hands = ledger_.notices().hands_off()) log(LogLine::Level::warning, "hands_off by=\"" + hands->by + '"');
}

void Machine::watch() {
  watch_ = std::make_unique<Watch>(*site_, seed_, moment_.now);
  ledger_.look_through(&watch_->eyes);
  for (const Incident& incident : ledger_.open())
    for (const auto& open : incident.open)
      if (open.verdict != detect::Verdict::wrong_side)  // the ledger's own
        watch_->detector.adopt(open.verdict, open.element, open.strength, open.since);
}

void Machine::take(SiteChanged& input) {
  auto former = std::exchange(site_, std::move(input.site));
  ledger_.rebind(*site_);
  rules::Engine fresh{std::move(input.rules), {}};
  for (const auto& [series, id] : registry_.all()) fresh.born(id, rule_labels(series));
  tell_rules(fresh.take_over(rules_, moment_.now));
  rules_ = std::move(fresh);
  board_.retarget(targets_of(*site_));
  if (watch_) watch();
  log(LogLine::Level::info, "site_changed rack=" + site_->rack);
}

std::map<std::string, std::uint64_t> Machine::dropped() const {
  return {{"alerts", board_.dropped()}, {"incidents", ledger_.dropped()}, {"points", registry_.left_out()}};
}

void Machine::take(Identified& input) {
  auto& device = watch_->devices[input.device];
  record::Batch batch;
  device.series = registry_.enter(*site_, input.device, input.points, batch.born);
  device.overheard.clear();
  if (const auto over = input.points.size() - device.series.size(); over > 0) {
    log(LogLine::Level::warning, "points_left_out device=" + site_->devices[input.device].name + " count=" + std::to_string(over) +
                                     " cap=" + std::to_string(device.series.size()));
    input.points.resize(device.series.size());
  }
  watch_->plan.identified(input.device, input.points, moment_.now, input.pace);
  watch_->detector.identified(input.device, input.points, moment_.now);
  device.doubts = reading::Doubts{input.points, input.invariants};
  device.opinion = reading::Doubts::Opinion::none;
  if (device.doubts.empty()) watch_->detector.doubt(input.device, {}, moment_.now);
  note_up(input.device, true, batch);
  record(std::move(batch));
  log(LogLine::Level::info, "device_identified device=" + site_->devices[input.device].name + " profile=" + input.identity.profile +
                                " points=" + std::to_string(input.points.size()));
  if (!std::exchange(device.said_unmet, true))
    for (const auto& text : plan::unmet(site_->devices[input.device], input.points))
      log(LogLine::Level::warning, "no_such_point device=" + site_->devices[input.device].name + " every=" + text +
                                       " mend=\"write a metric and labels as `holdup probe` prints them\"");
  effects_.known.push_back({input.device, input.identity, device.series, input.points, watch_->plan.periods(input.device),
                            watch_->plan.answer_time(input.device)});
}

void Machine::take(Answered& input) {
  auto& device = watch_->devices[input.device];
  doubt(input.device, input.readings);
  watch_->plan.answered(input.device, moment_.now, input.readings);
  watch_->detector.heard(input.device, input.readings, moment_.now);
  device.asked = std::max(device.asked, input.asked);
  device.lateness.in_time();
  record::Batch batch;
  if (site_->devices[input.device].tap) input.readings = store_overheard(input.device, input.readings);
  batch.samples = samples_of(input.readings, device.series);
  batch.age = std::max(Duration{}, moment_.now - input.asked);
  note_up(input.device, true, batch);
  note_refresh(input.device, batch);
  note_doubts(input.device, batch);
  record(std::move(batch));
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

// What cannot be is a ticket for whoever mounted the meter, and no evidence for anything.
void Machine::doubt(site::Index index, std::vector<reading::Reading>& readings) {
  using Opinion = reading::Doubts::Opinion;
  auto& device = watch_->devices[index];
  for (const auto& doubt : device.doubts.weigh(readings))
    log(LogLine::Level::warning, "implausible device=" + site_->devices[index].name + " what=\"" + doubt + '"');
  const auto opinion = device.doubts.opinion();
  if (opinion == device.opinion) return;
  if (device.opinion == Opinion::doubted) log(LogLine::Level::info, "plausible_again device=" + site_->devices[index].name);
  device.opinion = opinion;
  watch_->detector.doubt(index, device.doubts.all(), moment_.now);
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

// Stored at its own time, out of order; the rules, which know one time only, hear of it when nothing newer was heard since.
void Machine::take(AnsweredLate& input) {
  auto& device = watch_->devices[input.device];
  doubt(input.device, input.readings);
  watch_->plan.answered_late(input.device, moment_.now, input.round_trip);
  watch_->detector.heard_late(input.device, input.asked, input.readings);
  if (device.lateness.late())
    log(LogLine::Level::warning, "answers_late device=" + site_->devices[input.device].name + " round_trip_ms=" + ms(input.round_trip) +
                                     " timeout_ms=" + ms(watch_->plan.answer_time(input.device)) + " mend=\"raise its timeout\"");
  record::Batch late{.at = input.asked, .time = ground::utc(input.asked, moment_.utc_offset), .born = {}, .samples = {}};
  late.samples = samples_of(input.readings, device.series);
  if (input.asked > device.asked) tell_rules(late);
  device.asked = std::max(device.asked, input.asked);
  if (!late.samples.empty()) effects_.batches.push_back(std::move(late));
  if (watch_->detector.facts().hearing(input.device).silent()) return;
  record::Batch up;
  note_up(input.device, true, up);
  record(std::move(up));
}

void Machine::take(const Unanswered& input) {
  watch_->plan.failed(input.device, moment_.now);
  watch_->detector.unanswered(input.device, input.asked);
  auto& device = watch_->devices[input.device];
  const auto& hearing = watch_->detector.facts().hearing(input.device);
  if (!hearing.silent() || device.said_silent) return;
  device.said_silent = true;
  log(LogLine::Level::warning, "device_silent device=" + site_->devices[input.device].name + " after=" + std::to_string(hearing.failures) +
                                   " reason=" + ground::name(input.failure.kind));
  record::Batch batch;
  note_up(input.device, false, batch);
  record(std::move(batch));
}

void Machine::take(const Edges& input) {
  if (!watch_) return;
  for (const auto& level : input.all)
    if (level.contact < site_->contacts.size()) watch_->detector.took(level);
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
    const auto element = ground::Element::contact(site_->contacts[c].name);
    if (auto line = log.line(element, fact, moment_))
      effects_.events.push_back(ledger_.note({.word = "contact", .element = element, .lines = {std::move(*line)}}, moment_));
  }
}

void Machine::take(const Traps& input) {
  if (!watch_) return;
  for (const Trap& trap : input.all) hear(trap);
}

void Machine::hear(const Trap& input) {
  if (input.device >= site_->devices.size()) return;
  const auto device = site_->element_of_device(input.device);
  if (auto lines = trap_log_.lines(device, input.message, moment_)) {
    effects_.events.push_back(ledger_.note({.word = "trap", .element = device, .lines = std::move(*lines)}, moment_));
    log(LogLine::Level::info, "trap device=" + site_->devices[input.device].name + " oid=" + input.message.trap +
                                  " says=" + (input.message.says ? std::string{name(*input.message.says)} : "unknown"));
  }
  if (input.sender == Trap::Sender::known) watch_->detector.trapped(input.device, input.message, input.at);
  const auto knows = input.at + watch_->detector.facts().longest_refresh(input.device) + 1ms;
  watch_->plan.confirm(input.device, moment_.now, knows);
}

// Since when silence means something: told once, and remembered over restarts.
void Machine::take(const Listening& input) {
  if (trap_log_.listened()) return;
  trap_log_.listens();
  const auto self = ground::Element::named("self");
  std::vector<record::Evidence> lines{TrapLog::line(self, "listening for traps at " + input.endpoint, moment_)};
  effects_.events.push_back(ledger_.note({.word = "trap", .element = self, .lines = std::move(lines)}, moment_));
}

void Machine::take(const Delivered& input) {
  if (!input.accepted) log(LogLine::Level::warning, "alert_not_delivered target=" + std::to_string(input.target));
  board_.delivered(input.target, input.token, input.accepted, moment_.now);
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

// One poll reply is one batch: to the store, to the page, to the rules.
void Machine::record(record::Batch batch) {
  if (batch.samples.empty() && batch.born.empty()) return;
  batch.at = moment_.now;
  batch.time = ground::utc(moment_.now, moment_.utc_offset);
  for (const auto& [id, series] : batch.born) rules_.born(id, rule_labels(series));
  tell_rules(batch);
  effects_.batches.push_back(std::move(batch));
}

void Machine::tell_rules(const record::Batch& batch) {
  std::vector<rules::Sample> samples;
  for (const auto& sample : batch.samples)
    if (sample.quality == Quality::good) samples.push_back({sample.series, sample.value});
  tell_rules(rules_.batch(moment_.now, samples));
}

// What was filed is stored and told: an alert an incident, for its cause; where the cause moved, the old one resolves in the same body.
void Machine::tell(const std::vector<record::Event>& events) {
  effects_.events.insert(effects_.events.end(), events.begin(), events.end());
  for (const auto& event : events) {
    const auto phase = " phase=" + std::string{record::phase_names[static_cast<std::size_t>(event.phase)]} + " element=" + event.element;
    if (event.incident.empty())
      log(LogLine::Level::info, "notice " + event.verdict + phase);
    else
      log(LogLine::Level::warning, "verdict " + event.verdict + phase + " strength=" + event.strength + " incident=" + event.incident);
  }
  const auto now = ground::utc(moment_.now, moment_.utc_offset);
  std::vector<Alert> alerts;
  std::map<std::string, Labels> still;
  for (const Incident& incident : ledger_.open()) {
    alerts.push_back(alert_of(incident, *site_, ledger_));
    still[incident.id] = alerts.back().labels;
  }
  for (const auto& [id, labels] : fired_)
    if (const auto at = still.find(id); at == still.end() || at->second != labels) board_.resolve(labels, moment_.now, now);
  for (auto& alert : alerts) board_.fire(std::move(alert));
  fired_ = std::move(still);
}

// What was over when it came to light stands as an alert for a while: a receiver that groups for some seconds would never show it.
void Machine::tell_past(const std::vector<detect::Change>& changes, const std::vector<record::Event>& events) {
  for (const auto& change : changes) {
    if (change.kind != detect::Change::Kind::past) continue;
    const auto& finding = change.finding;
    const auto event = std::find_if(events.begin(), events.end(), [&](const record::Event& one) {
      return one.verdict == name(finding.verdict) && one.element == finding.element.text();
    });
    if (event == events.end()) continue;
    const std::string key = event->verdict + ' ' + event->element;
    const auto stays = [&](const Incident& one) { return one.id == event->incident; };
    if (std::ranges::any_of(ledger_.open(), stays)) {  // it comes and goes: an alert like any other
      past_.erase(key);
      continue;
    }
    Told& told = past_[key];
    told = {.alert = alert_of({.id = event->incident,
                               .verdict = finding.verdict,
                               .cause = finding.element,
                               .strength = finding.strength,
                               .summary = incident::summary(finding),
                               .evidence = event->evidence,
                               .begin = event->time,
                               .open = {}},
                              *site_, ledger_),
            .until = moment_.now + past_stands};
    board_.fire(told.alert);
  }
}

void Machine::settle_past() {
  for (auto at = past_.begin(); at != past_.end();) {
    if (at->second.until > moment_.now) {
      ++at;
      continue;
    }
    board_.resolve(at->second.alert.labels, moment_.now, ground::utc(moment_.now, moment_.utc_offset));
    at = past_.erase(at);
  }
}

void Machine::tell_rules(const std::vector<rules::Transition>& transitions) {
  for (const auto& transition : transitions) {
    const bool firing = transition.to == rules::AlertState::firing;
    if (!firing && transition.from != rules::AlertState::firing) continue;
    const auto since = ground::utc(transition.active_since, moment_.utc_offset);
    const auto now = ground::utc(moment_.now, moment_.utc_offset);
    auto alert = alert_of_rule(transition, *site_, now);
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
}

}  // namespace holdup::core
