#include "collector/serve/mirror.hpp"

#include <algorithm>

#include "collector/detect/judge_signs.hpp"
#include "collector/incident/severity.hpp"
#include "collector/serve/exposition.hpp"

namespace holdup::serve {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view up_name = "holdup_up";
constexpr Duration up_fresh_for = 5min;  // the core repeats it every minute
constexpr Duration unknown_fresh_for = 5min;

// Three periods and the time that three lost questions take: a single lost answer makes nothing stale.
Duration fresh_for(Duration period) { return 3 * period + 2s; }

/// What a supply takes or gives, above its meter's floor.
bool carries(const Value& value) {
  switch (value.means) {
    case reading::Meaning::outlet_current:
      return value.value >= detect::meter_floor_amperes;
    case reading::Meaning::outlet_power:
    case reading::Meaning::supply_input_power:
    case reading::Meaning::supply_output_power:
      return value.value >= detect::meter_floor_watts;
    default:
      return false;
  }
}

}  // namespace

Mirror::Mirror(site::Site site)
    : site_{std::make_unique<const site::Site>(std::move(site))},
      ledger_{std::make_unique<incident::Ledger>(*site_)},
      devices_(site_->devices.size()) {}

void Mirror::apply(News news) {
  const auto bear_all = [&](const std::deque<record::Batch>& batches) {
    for (const auto& batch : batches)
      for (const auto& [id, series] : batch.born) bear(id, series);
  };
  bear_all(news.former_batches);
  for (const auto& batch : news.former_batches) take(batch);
  if (news.site) rebuild(std::move(*news.site));
  for (const auto& [id, series] : news.born) bear(id, series);
  bear_all(news.batches);
  for (const auto& known : news.known) know(known);
  for (const auto& rhythm : news.rhythms) take(rhythm);
  for (const auto& batch : news.batches) take(batch);
  for (const auto& event : news.restored) take(event);
  restored_ = restored_ || news.restored_all;
  for (const auto& event : news.events) take(event);
  for (const auto& warning : news.warnings) take(warning);
  if (news.rules) rules_.renew(std::move(news.rules));
  for (auto& alert : news.rule_alerts) rules_.take(std::move(alert));
  if (news.figures) figures_ = std::move(*news.figures);
  if (news.store_trouble) store_trouble_ = std::move(*news.store_trouble);
  dropped_samples_ += news.dropped_samples;
}

std::string Mirror::unready() const {
  if (!restored_) return "reading what happened before the start";
  return store_trouble_.empty() ? "" : "the store is degraded: " + store_trouble_;
}

// Values of devices that are gone go with them; the others keep theirs, and their meaning comes with the next identification.
void Mirror::rebuild(site::Site site) {
  auto former = std::exchange(site_, std::make_unique<const site::Site>(std::move(site)));
  ledger_->rebind(*site_);
  const auto gone = [&](std::string_view device) { return !device.empty() && !site_->device(device); };
  std::erase_if(by_id_, [&](const auto& entry) { return gone(entry.second->series->label("device")); });
  std::erase_if(values_, [&](const auto& entry) { return gone(entry.first.label("device")); });
  auto before = std::exchange(devices_, std::vector<DeviceState>(site_->devices.size()));
  for (site::Index d = 0; d < devices_.size(); ++d)
    if (const auto old = former->device(site_->devices[d].name)) {
      devices_[d] = std::move(before[*old]);
      devices_[d].values.clear();
      devices_[d].meaningful.clear();
    }
  for (auto& [series, value] : values_) place(value);
}

void Mirror::bear(record::SeriesId id, const record::Series& series) {
  const auto [at, fresh] = values_.try_emplace(series);
  by_id_[id] = &at->second;
  if (!fresh) return;
  Value& value = at->second;
  value.series = &at->first;
  value.labels = exposed_labels(series.labels);
  value.fresh_for = series.name == up_name ? up_fresh_for : unknown_fresh_for;
  place(value);
}

void Mirror::place(Value& value) {
  value.device = site_->device(value.series->label("device"));
  if (!value.device) return;
  devices_[*value.device].values.push_back(&value);
  if (value.means != reading::Meaning::none) devices_[*value.device].meaningful.push_back(&value);
}

void Mirror::know(const core::Known& known) {
  if (known.device >= devices_.size()) return;
  auto& device = devices_[known.device];
  device.identity = known.identity;
  device.answer_time = known.answer_time;
  device.tells.clear();
  for (std::size_t p = 0; p < known.points.size() && p < known.series.size(); ++p) {
    const auto found = by_id_.find(known.series[p]);
    if (found == by_id_.end()) continue;
    Value& value = *found->second;
    const auto& point = known.points[p];
    const auto period = p < known.periods.size() ? known.periods[p] : Duration{};
    if (point.means != reading::Meaning::none) device.tells.push_back({static_cast<std::uint32_t>(p), point, period});
    if (value.means == reading::Meaning::none && point.means != reading::Meaning::none) device.meaningful.push_back(&value);
    value.means = point.means;
    value.lane = point.lane;
    value.polled = true;
    value.point = static_cast<std::uint32_t>(p);
    if (p < known.periods.size()) value.fresh_for = fresh_for(known.periods[p]);
    value.states = point.states;
  }
}

// Seldom: a device was found to measure, or to answer, slower than it is asked.
void Mirror::take(const core::Rhythm& rhythm) {
  for (auto& [series, value] : values_)
    if (value.device == rhythm.device && value.polled && value.point < rhythm.periods.size())
      value.fresh_for = fresh_for(rhythm.periods[value.point]);
  if (rhythm.device >= devices_.size()) return;
  for (auto& telling : devices_[rhythm.device].tells)
    if (telling.number < rhythm.periods.size()) telling.period = rhythm.periods[telling.number];
}

// A late answer comes after newer ones: it tells what was, not what is.
void Mirror::take(const record::Batch& batch) {
  for (const auto& sample : batch.samples) {
    const auto found = by_id_.find(sample.series);
    if (found == by_id_.end()) continue;
    Value& value = *found->second;
    if (value.at && *value.at > batch.at) continue;
    value.value = sample.value;
    value.quality = sample.quality;
    value.at = batch.at;
    if (sample.quality == ground::Quality::good) value.good_at = batch.at;
    if (sample.quality == ground::Quality::good && carries(value)) value.carried_at = batch.at;
    const bool ours = value.series->name.starts_with("holdup_") && value.series->name != up_name;  // said of the device, not by it
    if (!value.device || ours) continue;
    DeviceState& device = devices_[*value.device];
    const bool silent = value.series->name == up_name && sample.value == 0;
    if (silent) {
      device.silent_since = batch.at;
    } else {
      device.heard = std::max(device.heard.value_or(batch.at), batch.at);
      if (device.silent_since && batch.at >= *device.silent_since) device.silent_since.reset();
    }
  }
}

// The ledger is the core's own fold, so that the page groups exactly as the core does. An event comes twice: as said, and as durable.
void Mirror::take(const record::Event& event) {
  exercises_.fold(event);
  if (event.verdict == "trap") return keep_trap(event);
  if (event.verdict == "contact") return keep_contact(event);
  if (!incident::Notices::is_word(event.verdict)) keep_event(event);
  const auto count = record::count_of(event.id);
  if (event.boot == folded_boot_ && count <= folded_count_) return;
  folded_boot_ = event.boot;
  folded_count_ = count;
  const incident::Moment moment{.now = event.at, .utc_offset = event.time.time_since_epoch() - event.at.time_since_epoch()};
  if (event.phase == record::Phase::begin) return ledger_->fold(event, moment);
  const auto before = ledger_->open();
  ledger_->fold(event, moment);
  mark_closed(before, event);
}

// As said, and again as durable.
void Mirror::keep_trap(const record::Event& event) {
  const auto same = std::find_if(traps_.rbegin(), traps_.rend(), [&](const auto& e) { return e.id == event.id; });
  if (same != traps_.rend()) return void(same->durable = same->durable || event.durable);
  if (event.element == "self") {
    if (!listening_since_) listening_since_ = event.time;
    return;
  }
  auto& last = last_traps_[event.element];
  last = std::max(last, event.time);
  traps_.push_back(event);
  if (traps_.size() > most_traps) traps_.pop_front();
}

void Mirror::keep_contact(const record::Event& event) {
  if (event.evidence.empty()) return;
  const auto& told = event.evidence.front();
  ContactState& state = contacts_[event.element];
  if (told.time < state.since) return;
  state.word = told.quality == "failed" ? "failed" : told.point.starts_with("contact open") ? "open" : "closed";
  state.since = told.time;
  if (state.word != "failed" && !told.point.ends_with("as found")) state.exercised = told.time;
}

std::optional<ContactState> Mirror::contact(std::string_view contact) const {
  const auto at = contacts_.find("contact/" + std::string{contact});
  return at == contacts_.end() ? std::nullopt : std::optional{at->second};
}

std::optional<ground::Utc> Mirror::last_trap(std::string_view device) const {
  const auto at = last_traps_.find("device/" + std::string{device});
  return at == last_traps_.end() ? std::nullopt : std::optional{at->second};
}

void Mirror::keep_event(const record::Event& event) {
  auto& [events, whole] = events_[event.incident];
  const auto same = std::find_if(events.begin(), events.end(), [&](const auto& e) { return e.id == event.id; });
  if (same != events.end()) {
    same->durable = same->durable || event.durable;
    return;
  }
  if (events.size() < most_events)
    events.push_back(event);
  else
    whole = false;
}

const std::vector<record::Event>* Mirror::events_of(std::string_view incident) const {
  const auto found = events_.find(incident);
  return found == events_.end() || !found->second.whole ? nullptr : &found->second.events;
}

void Mirror::mark_closed(const std::vector<incident::Incident>& before, const record::Event& event) {
  for (const auto& incident : before) {
    const auto& now = ledger_->open();
    if (std::any_of(now.begin(), now.end(), [&](const auto& i) { return i.id == incident.id; })) continue;
    closed_.push_front({incident, event.time, incident.id == event.incident ? "" : event.incident});
  }
  while (closed_.size() > most_closed) {
    events_.erase(closed_.back().incident.id);
    closed_.pop_back();
  }
}

void Mirror::take(const core::Warning& warning) {
  std::erase_if(warnings_, [&](const auto& w) { return w.name == warning.name && w.element == warning.element; });
  if (warning.firing) warnings_.push_back(warning);
}

}  // namespace holdup::serve
