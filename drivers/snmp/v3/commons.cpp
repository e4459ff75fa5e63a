#include "drivers/snmp/v3/commons.hpp"

namespace holdup::v3 {

void EngineBook::met(const snmp::TrapSource& place, const Engine& engine) {
  Engine& entry = by_place_[place];
  if (entry.id != engine.id) {
    if (const auto former = by_id_.find(entry.id); former != by_id_.end() && former->second == place) by_id_.erase(former);
    by_id_[engine.id] = place;
  }
  entry = engine;
}

void EngineBook::keep(const std::set<snmp::TrapSource>& places) {
  std::erase_if(by_place_, [&](const auto& entry) { return !places.contains(entry.first); });
  std::erase_if(by_id_, [&](const auto& entry) { return !places.contains(entry.second); });
}

const Engine* EngineBook::at(const snmp::TrapSource& place) const {
  const auto found = by_place_.find(place);
  return found == by_place_.end() ? nullptr : &found->second;
}

bool EngineBook::is_elsewhere(const EngineId& id, const snmp::TrapSource& place) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() && found->second != place;
}

}  // namespace holdup::v3
