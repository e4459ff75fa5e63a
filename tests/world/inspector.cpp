#include "world/inspector.hpp"

#include <algorithm>

#include "ground/number.hpp"

namespace world {

using namespace std::chrono_literals;

namespace {

constexpr Duration paused = 2s;  // its agent may have started anew meanwhile

}  // namespace

Inspector::Inspector(const hwsim::power::Rack& rack, const holdup::site::Site& site, Terms terms)
    : site_{site},
      terms_{std::move(terms)},
      history_{rack},
      heard_(site.devices.size(), Instant{-1h}),
      back_(site.devices.size()),
      gone_(heard_) {
  std::sort(terms_.steps.begin(), terms_.steps.end());
}

void Inspector::look(Instant now, const hwsim::scenario::Stage& stage, const holdup::core::Machine& machine,
                     const holdup::core::Effects& effects) {
  if (now >= quiet_until_ || now == noted_) {  // else the world is as it was
    history_.note(stage.world());
    noted_ = now;
    const auto step = std::upper_bound(terms_.steps.begin(), terms_.steps.end(), now);
    quiet_until_ = std::min(step == terms_.steps.end() ? Instant::max() : *step, stage.world().next_change().value_or(Instant::max()));
  }
  if (machine_ != &machine) {  // it started
    blind_said_ = machine_ == nullptr;
    machine_ = &machine;
    series_.clear();
  }
  learn(effects);
  check_start(machine, effects);
  for (const auto& event : effects.events) check(event);
  for (const auto& batch : effects.batches)
    if (batch.at == now) check_evidence(machine, batch);
  if (!effects.posts.empty()) check_posts(now, effects);
  if (effects.events.empty()) return;
  left_ = left_of(machine.incidents());
  notices_ = notices_of(machine);
  check_apart(now);
}

void Inspector::learn(const holdup::core::Effects& effects) {
  for (const auto& known : effects.known) {
    points_[known.device] = known.points.size();
    for (std::size_t p = 0; p < known.series.size(); ++p) {
      const auto& point = known.points[p];
      const auto index = std::find_if(point.labels.begin(), point.labels.end(), [](const auto& label) { return label.first == "index"; });
      series_[known.series[p]] = {.device = known.device,
                                  .means = point.means,
                                  .index = index == point.labels.end() ? std::string{} : index->second,
                                  .refresh = point.refresh.value_or(Duration{})};
    }
  }
  for (const auto& batch : effects.batches)
    for (const auto& sample : batch.samples) take(sample, batch.at);
}

void Inspector::take(const holdup::record::Sample& sample, Instant at) {
  const auto found = series_.find(sample.series);
  if (found == series_.end()) return;
  Series& series = found->second;
  if (at > heard_[series.device] + paused) back_[series.device] = at, gone_[series.device] = heard_[series.device];
  heard_[series.device] = std::max(heard_[series.device], at);
  if (sample.quality != holdup::ground::Quality::good || at < series.at) return;
  if (series.value != sample.value) series.changed = at;
  series.value = sample.value;
  series.at = at;
}

std::size_t Inspector::points() const {
  std::size_t sum = 0;
  for (const auto& [device, points] : points_) sum += points;
  return sum;
}

void Inspector::look_back(const std::vector<Event>& events) {
  for (const auto& [verdict, saying] : open_)
    lies_.push_back("left open at the end: " + verdict.first + " of " + verdict.second + ", " + saying.strength);
  const auto waits = [&](const std::string& id) {  // it comes and goes, and stays for a while after it has gone
    return std::any_of(left_.begin(), left_.end(), [&](const Left& left) { return left.id == id && left.open.empty(); });
  };
  for (const auto& incident : begun_)
    if (!closed_.contains(incident) && !waits(incident)) lies_.push_back("never restored: incident " + incident);
  check_folded(events);
  if (terms_.one_cause) check_one_cause(events);
}

void Inspector::lie(const Event& event, const std::string& what) {
  lie(event.at, std::string{holdup::record::phase_names[static_cast<std::size_t>(event.phase)]} + " " + event.verdict + " of " +
                    event.element + " (" + event.strength + ", " + event.incident + "): " + what);
}

void Inspector::lie(Instant at, const std::string& what) {
  lies_.push_back(holdup::ground::number_text(static_cast<double>(at.time_since_epoch() / 1ms) / 1000) + "s " + what);
}

}  // namespace world
