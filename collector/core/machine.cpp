#include "collector/core/machine.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "collector/core/wording.hpp"
#include "collector/incident/severity.hpp"
#include "ground/expect.hpp"

namespace holdup::core {
namespace {

using namespace std::chrono_literals;
using ground::Quality;
using incident::Incident;

constexpr Duration past_stands = 5min;

std::size_t targets_of(const site::Site& site) { return site.alerts.alertmanager.size() + site.alerts.webhook.size(); }

}  // namespace

Machine::Machine(Configuration configuration)
    : site_{std::move(configuration.site)},
      ledger_{*site_},
      clock_{configuration.clock},
      rules_{std::make_unique<rules::Engine>(std::move(configuration.rules), rule_options())},
      board_{targets_of(*site_)} {
  learning_.last(site_->prefailure.learning);
}

Machine::~Machine() = default;

Effects Machine::step(incident::Moment moment, Input input) {
  auto posts = tell(moment, std::move(input));
  auto effects = follow();
  effects.posts.insert(effects.posts.begin(), std::make_move_iterator(posts.begin()), std::make_move_iterator(posts.end()));
  return effects;
}

// From the sign to its alert, and nothing on the way that could wait.
std::vector<Post> Machine::tell(incident::Moment moment, Input&& input) {
  HOLDUP_EXPECT(moment.now >= moment_.now);
  moment_ = moment;
  rules_->set_utc_offset(moment.utc_offset);
  changes_.clear();
  input_ = std::move(input);
  std::visit([this](auto& taken) { take(taken); }, input_);
  if (!watch_) return {};
  judge();
  return board_.due(moment_.now, moment_.utc_offset);
}

Effects Machine::follow() {
  if (watch_) judge_rest();
  std::visit([this](auto& taken) { keep(taken); }, input_);
  if (watch_) conclude();
  input_ = TimerDue{};  // what it brought goes while nobody waits
  return std::exchange(effects_, {});
}

void Machine::judge() {
  changes_ = watch_->detector.assess(moment_.now);
  settle_past();
  watch_->eyes.at(moment_);
  if (const auto due = ledger_.next_due(); due && *due <= moment_.now) tell(ledger_.settle(moment_));
  if (!changes_.empty()) tell(ledger_.file(changes_, moment_));
}

void Machine::judge_rest() {
  auto first = std::exchange(changes_, watch_->detector.assess_rest(moment_.now));
  if (!changes_.empty()) tell(ledger_.file(changes_, moment_));
  changes_.insert(changes_.begin(), std::make_move_iterator(first.begin()), std::make_move_iterator(first.end()));
}

// Everything else that any input may have made due, once a step: rules, records, questions, the next timer.
void Machine::conclude() {
  tell_strain();
  end_values();
  reckon();
  tell_rules(rules_->tick(moment_.now));
  tell_learned();
  tell_rules(rules_->take_standing());
  keep_derived();
  for (auto& note : watch_->detector.take_notes()) log(LogLine::Level::info, std::move(note));
  note_contacts();
  renew_contacts();
  log_told();
  if (!changes_.empty()) ask_around(changes_);
  effects_.posts = board_.due(moment_.now, moment_.utc_offset);  // what a rule says
  effects_.orders = watch_->plan.due(moment_.now);
  auto timer = ground::Instant::max();
  for (const auto& [id, told] : past_) timer = std::min(timer, told.until);
  if (const auto due = learning_.next_due())
    timer = std::min(timer, ground::shifted(ground::Instant{due->time_since_epoch()}, -moment_.utc_offset));
  for (const auto due : {watch_->plan.next_due(), watch_->detector.next_due(), board_.next_due(), rules_->next_due(), ledger_.next_due()})
    if (due) timer = std::min(timer, *due);
  if (rules_->has_derived()) timer = moment_.now;
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
  effects_.rules = rules_->shared_rules();
  ledger_.begin_boot(input.boot);
}

void Machine::take(const Restored& input) {
  for (const auto& event : input.events) ledger_.fold(event, moment_), trap_log_.fold(event);
  if (!input.last) return;
  watch();
  tell_incidents([](const Incident&) { return true; });
  if (input.watched_until) tell_blind(*input.watched_until);
  if (input.past_follows) rules_->await_past();
  past_follows_ = input.past_follows;
  learning_.know(input.known);
  restore_alerts(input);
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
  hold_derived();
}

void Machine::take(SiteChanged& input) {
  auto former = std::exchange(site_, std::move(input.site));
  ledger_.rebind(*site_);
  learning_.last(site_->prefailure.learning);
  renew_rules(std::move(input.rules));
  board_.retarget(targets_of(*site_));
  if (const auto before = std::move(watch_)) watch(), end_derived(*before);
  tell_incidents([](const Incident&) { return true; });
  log(LogLine::Level::info, "site_changed rack=" + site_->rack);
}

std::map<std::string, std::uint64_t> Machine::dropped() const {
  return {{"alerts", board_.dropped()},
          {"incidents", ledger_.dropped()},
          {"points", registry_.left_out()},
          {"rule_samples", rule_samples_left_out_}};
}

void Machine::take(Identified& input) {
  auto& device = watch_->devices[input.device];
  record::Batch batch;
  device.series = registry_.enter(*site_, input.device, input.points, batch.born);
  device.overheard.clear();
  device.values.clear();
  if (const auto over = input.points.size() - device.series.size(); over > 0) {
    log(LogLine::Level::warning, "points_left_out device=" + site_->devices[input.device].name + " count=" + std::to_string(over) +
                                     " cap=" + std::to_string(device.series.size()));
    input.points.resize(device.series.size());
  }
  watch_->plan.identified(input.device, input.points, moment_.now, input.pace);
  watch_->detector.identified(input.device, input.points, moment_.now);
  watch_->derivations.identified(input.device, input.points, moment_.now);
  device.doubts = reading::Doubts{input.points, input.invariants};
  device.opinion = reading::Doubts::Opinion::none;
  if (device.doubts.empty()) watch_->detector.doubt(input.device, {}, moment_.now);
  if (!site_->devices[input.device].tap && !plates_of(*site_, input.device, {input.identity, input.parts}).empty())
    watch_->plan.keep_recognising(input.device, moment_.now);
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
  doubt(input.device, input.readings);
  watch_->detector.heard(input.device, input.readings, moment_.now);
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
  watch_->derivations.doubt(index, opinion == Opinion::doubted, moment_.now);
  watch_->detector.doubt(index, device.doubts.all(), moment_.now);
}

void Machine::take(const AnsweredAhead& input) { watch_->detector.heard_ahead(input.device, input.readings); }

void Machine::take(AnsweredLate& input) {
  doubt(input.device, input.readings);
  watch_->detector.heard_late(input.device, input.asked, input.readings);
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

void Machine::take(const Traps& input) {
  if (!watch_) return;
  for (const Trap& trap : input.all)
    if (trap.device < site_->devices.size() && trap.sender == Trap::Sender::known)
      watch_->detector.trapped(trap.device, trap.message, trap.at);
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

// What was filed is told and stored: an alert an incident, for its cause; where the cause moved, the old one resolves in the same body.
void Machine::tell(std::vector<record::Event> events) {
  tell_incidents([&](const Incident& incident) {
    const auto speaks_of = [&](const record::Event& event) { return event.incident == incident.id || event.incident.empty(); };
    return std::ranges::any_of(events, speaks_of);  // of none: a person's word, which may bear upon any
  });
  tell_past(events);
  for (auto& event : events) {
    told_.push_back(effects_.events.size());
    effects_.events.push_back(std::move(event));
  }
}

void Machine::tell_incidents(const std::function<bool(const Incident&)>& has_news) {
  std::vector<Alert> alerts;
  std::vector<Labels> over;
  for (const Incident& incident : ledger_.open()) {
    if (!has_news(incident)) continue;
    auto& labels = fired_[incident.id];
    alerts.push_back(alert_of(incident, *site_, ledger_));
    if (labels == alerts.back().labels) continue;
    if (!labels.empty()) over.push_back(std::move(labels));
    labels = alerts.back().labels;
  }
  if (fired_.size() > ledger_.open().size()) forget_closed(over);
  for (const auto& labels : over) board_.resolve(labels, moment_.now, moment_.utc());
  for (auto& alert : alerts) board_.fire(std::move(alert));
}

void Machine::forget_closed(std::vector<Labels>& over) {
  std::set<std::string_view> open;
  for (const Incident& incident : ledger_.open()) open.insert(incident.id);
  std::erase_if(fired_, [&](auto& fired) {
    if (open.contains(fired.first)) return false;
    over.push_back(std::move(fired.second));
    return true;
  });
}

// What was over when it came to light stands as an alert for a while: a receiver that groups for some seconds would never show it.
void Machine::tell_past(const std::vector<record::Event>& events) {
  for (const auto& change : changes_) {
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

}  // namespace holdup::core
