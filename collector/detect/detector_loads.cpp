#include <algorithm>

#include "collector/detect/detector.hpp"
#include "collector/detect/judge_signs.hpp"

// What detector holds against loads and their supplies.
namespace holdup::detect {

// Breakers first: what one of them took is no failed supply.
void Detector::weigh_supplies(Instant now) {
  for (const Index b : round_.banks.all()) weigh(Verdict::bank_tripped, site_.element_of_bank(b), bank_judge_.bank(b), now);
  if (site_.system == site::System::dc)
    for (const Index s : round_.supplies.all())
      if (const auto cord = site_.cord_of_supply(s)) weigh(Verdict::fuse_blown, site_.element_of_outlet(*cord), cord_judge_.fuse(s), now);
  for (const Index s : round_.supplies.all()) {
    const auto& element = site_.element_of_supply(s);
    weigh(Verdict::supply_removed, element, judge_.supply_removed(s), now);
    weigh(Verdict::supply_off_commanded, element, judge_.supply_off(s), now);
    weigh(Verdict::supply_input_lost, element, judge_.supply_input(s), now);
    weigh(Verdict::supply_output_failed, element, judge_.supply_output(s), now);
    weigh(Verdict::supply_lost, element, judge_.supply_silently(s), now);
  }
}

// Loads go down by verdicts held below them, never by signs of their own; a line that is too low and a cache speak for themselves.
void Detector::weigh_loads(Instant now) {
  if (holds_any())
    for (const Index s : round_.supplies.all()) weigh(Verdict::miscorded, site_.element_of_supply(s), cord_judge_.supply(s), now);
  for (const Index l : round_.loads.all()) {
    const auto& element = site_.element_of_load(l);
    if (!met_[l] && !judge_.met(l)) continue;
    met_[l] = true;
    if (holds_any()) {
      weigh(Verdict::load_down, element, judge_.load(l), now);
      weigh(Verdict::path_redundancy_lost, element, judge_.paths(l), now);
    }
    if (holds_any() || cabinets_.derates(l)) weigh(Verdict::module_redundancy_lost, element, cabinets_.modules(l, now), now);
    if (site_.loads[l].cooling == site::Cooling::with_supply) weigh(Verdict::cooling_lost, element, cabinets_.cooling(l), now);
    for (const auto& [device, battery] : cabinets_.batteries(l))
      weigh(Verdict::stored_energy_unavailable, battery, cabinets_.stored_energy(l, device), now);
    if (!cabinets_.has_cache(l)) continue;
    const auto cache = ground::Element::supply(site_.loads[l].name, "cache");
    weigh(Verdict::cache_degraded, cache, cabinets_.cache(l), now);
    weigh(Verdict::destaging, cache, cabinets_.destaging(l), now);
  }
}

void Detector::weigh_sensors(Instant now) {
  for (const Index d : round_.devices.all()) {
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
  for (auto& finding : load_watch_.look(round_.loads.all(), now)) changes_.push_back({Change::Kind::past, std::move(finding)});
}

// Row 3: what nothing can tell is a warning for a while, and then as loud as a loss.
void Detector::page_unknown(Instant now) {
  for (const Key& key : unknown_.take(now)) {
    const Open& open = open_.at(key);
    auto sign = sign_of_pattern(key.element, std::string{unknown_for_long}, now);
    sign.value = ground::seconds(site_.unknown_page_after);
    changes_.push_back({Change::Kind::strengthened, {key.verdict, key.element, open.strength, {std::move(sign)}, open.since}});
  }
}

}  // namespace holdup::detect
