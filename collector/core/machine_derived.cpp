#include <algorithm>
#include <limits>
#include <set>

#include "collector/core/machine.hpp"

// Series that the core reckons from what it heard: what they are told as, to the rules, the store and the page.
namespace holdup::core {
namespace {

using ground::Quality;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

record::Series series_of(const derive::Name& name) { return {.name = name.metric, .labels = name.labels}; }

}  // namespace

void Machine::reckon() {
  if (!effects_.events.empty()) hold_derived();
  watch_->derivations.stand(watch_->detector.take_standings(), moment_.now);
  const auto told = watch_->derivations.renew(moment_.now);
  if (told.empty()) return;
  record::Batch batch;
  std::vector<record::SeriesId> over;
  for (const auto& [series, value] : told) {
    if (watch_->derived.size() <= series) watch_->derived.resize(series + 1);
    auto& id = watch_->derived[series];
    if (!id) id = registry_.enter(series_of(watch_->derivations.name(series)), batch.born);
    value ? batch.samples.push_back({*id, *value, Quality::good}) : over.push_back(*id);
  }
  end_series(over, batch);
  record(std::move(batch));
}

void Machine::end_series(std::span<const record::SeriesId> series, record::Batch& batch) {
  for (const auto id : series) batch.samples.push_back({id, none, Quality::absent});
  if (!series.empty()) tell_rules(rules_->gone(moment_.now, series));
}

void Machine::keep(Identified& input) { note_plates(input.device, {input.identity, input.parts}); }

void Machine::keep(Recognised& input) {
  if (input.told) note_plates(input.device, *input.told);
}

// Another serial number is another part: its series begins, and the former one's ends at once.
void Machine::note_plates(site::Index index, const reading::Nameplates& plates) {
  auto& device = watch_->devices[index];
  record::Batch batch;
  std::vector<record::SeriesId> now, over;
  for (auto& series : plates_of(*site_, index, plates)) now.push_back(registry_.enter(std::move(series), batch.born));
  for (const auto before : device.plates)
    if (std::ranges::find(now, before) == now.end()) over.push_back(before);
  end_series(over, batch);
  for (const auto plate : now) batch.samples.push_back({plate, 1, Quality::good});
  if (!over.empty())
    log(LogLine::Level::info, "parts_changed device=" + site_->devices[index].name + " count=" + std::to_string(over.size()));
  device.plates = std::move(now);
  record(std::move(batch));
}

// What a device or a contact merely reports is not lost yet.
void Machine::hold_derived() {
  std::vector<ground::Element> lost;
  std::set<ground::Element> unavailable;
  for (const auto& incident : ledger_.open())
    for (const auto& open : incident.open) {
      if (open.strength < detect::Strength::probable) continue;
      const bool one_line = open.verdict == detect::Verdict::phase_lost && open.element.is("feed");
      if (detect::is_loss(open.verdict) && !one_line) lost.push_back(open.element);
      if (open.verdict == detect::Verdict::stored_energy_unavailable) unavailable.insert(open.element);
    }
  watch_->derivations.hold(lost, std::move(unavailable), moment_.now);
}

// Of the site before: what the new one has, too, begins again when its devices are known.
void Machine::end_derived(const Watch& former) {
  record::Batch batch;
  std::vector<record::SeriesId> over;
  for (const auto series : former.derivations.standing())
    if (series < former.derived.size() && former.derived[series]) over.push_back(*former.derived[series]);
  for (const auto& device : former.devices) over.insert(over.end(), device.plates.begin(), device.plates.end());
  end_series(over, batch);
  record(std::move(batch));
}

}  // namespace holdup::core
