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

void Machine::derive() {
  if (!effects_.events.empty()) hold_derived();
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
  if (!series.empty()) tell_rules(rules_.gone(moment_.now, series));
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
  end_series(over, batch);
  record(std::move(batch));
}

}  // namespace holdup::core
