#include <algorithm>

#include "collector/detect/detector.hpp"
#include "collector/detect/judge_signs.hpp"

// What detector holds against loads and their supplies.
namespace holdup::detect {

// Breakers first: what one of them took is no failed supply.
void Detector::weigh_supplies(Instant now) {
  for (Index b = 0; b < site_.banks.size(); ++b) weigh(Verdict::bank_tripped, banks_[b], bank_judge_.bank(b), now);
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto& element = supplies_[s];
    weigh(Verdict::supply_removed, element, judge_.supply_removed(s), now);
    weigh(Verdict::supply_off_commanded, element, judge_.supply_off(s), now);
    weigh(Verdict::supply_input_lost, element, judge_.supply_input(s), now);
    weigh(Verdict::supply_output_failed, element, judge_.supply_output(s), now);
    weigh(Verdict::supply_lost, element, judge_.supply_silently(s), now);
  }
}

// Loads go down by verdicts held below them, never by signs of their own; a line that is too low and a cache speak for themselves.
void Detector::weigh_loads(Instant now) {
  for (Index s = 0; s < site_.supplies.size() && holds_any(); ++s) weigh(Verdict::miscorded, supplies_[s], cord_judge_.supply(s), now);
  for (Index l = 0; l < site_.loads.size(); ++l) {
    const auto& element = loads_[l];
    if (holds_any()) {
      weigh(Verdict::load_down, element, judge_.load(l), now);
      weigh(Verdict::path_redundancy_lost, element, judge_.paths(l), now);
    }
    if (holds_any() || cabinets_.derates(l)) {
      weigh(Verdict::module_redundancy_lost, element, cabinets_.modules(l, now), now);
      if (const auto due = cabinets_.due(l); due && *due > now) wake_at(*due);
    }
    if (site_.loads[l].cooling == site::Cooling::with_supply) weigh(Verdict::cooling_lost, element, cabinets_.cooling(l), now);
    if (!cabinets_.has_cache(l)) continue;
    const auto cache = ground::Element::supply(site_.loads[l].name, "cache");
    weigh(Verdict::cache_degraded, cache, cabinets_.cache(l), now);
    weigh(Verdict::destaging, cache, cabinets_.destaging(l), now);
  }
}

void Detector::weigh_sensors(Instant now) {
  for (Index d = 0; d < site_.devices.size(); ++d) {
    const auto& told = stuck_.judgement(d);
    if (told.kind != Judgement::Kind::cannot_tell) {
      weigh(Verdict::sensor_stuck, site_.element_of_device(d), told, now);
    } else if (!open_.empty()) {
      if (const auto held = this->held(Verdict::sensor_stuck, site_.element_of_device(d)))
        weigh(Verdict::sensor_stuck, site_.element_of_device(d), stuck_.moved_since(d, held->since), now);
    }
  }
}

// Each is told once, and stands for nothing.
void Detector::watch_loads(Instant now) {
  for (auto& finding : load_watch_.look(now)) changes_.push_back({Change::Kind::past, std::move(finding)});
  if (const auto due = load_watch_.next_due()) wake_at(*due);
}

// Row 3: what nothing can tell is a warning for a while, and then as loud as a loss.
void Detector::page_unknown(Instant now) {
  for (auto& [key, open] : open_) {
    if (open.strength != Strength::unknown || open.loud) continue;
    const Instant due = open.since + site_.unknown_page_after;
    if (now < due) {
      wake_at(due);
      continue;
    }
    open.loud = true;
    auto sign = sign_of_pattern(key.element, std::string{unknown_for_long}, now);
    sign.value = ground::seconds(site_.unknown_page_after);
    changes_.push_back({Change::Kind::strengthened, {key.verdict, key.element, open.strength, {std::move(sign)}, open.since}});
  }
}

}  // namespace holdup::detect
