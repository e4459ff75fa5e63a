#include "collector/coverage/exercise.hpp"

#include <algorithm>

#include "collector/detect/verdict.hpp"

namespace holdup::coverage {
namespace {

using detect::Verdict;

bool shows_loss(const record::Event& event) {
  const auto verdict = detect::verdict_of(event.verdict);
  if (!verdict || event.phase == record::Phase::end) return verdict == Verdict::supply_standby;
  return detect::is_loss(*verdict);
}

/// A value, or a silence; what else stands in evidence explains it.
bool shows(const record::Evidence& sign) {
  return (sign.value || sign.point == silence_point || sign.point.starts_with("trap ")) && !sign.point.starts_with("contradicts: ");
}

/// A trap's evidence begins so, with its OID behind.
std::string point_of(const record::Evidence& sign) { return sign.point.starts_with("trap ") ? std::string{trap_point} : sign.point; }

}  // namespace

// An event's first sign is what it rests on; others may tell of before.
void Exercises::fold(const record::Event& event) {
  if (event.verdict == "restored" || event.verdict == "folded") first_signs_.erase(event.incident);
  if (!shows_loss(event) || event.evidence.empty()) return;
  const auto begun = event.evidence.front().time;
  const bool past = event.phase == record::Phase::end;
  const auto first = past ? begun : std::min(first_signs_.try_emplace(event.incident, begun).first->second, begun);
  if (!past) first_signs_[event.incident] = first;
  for (const auto& sign : event.evidence) {
    if (sign.point.starts_with(detect::carried_until)) carried_[event.element] = std::max(carried_[event.element], sign.time);
    if (!shows(sign)) continue;
    auto& last = last_[{event.element, sign.source, point_of(sign)}];
    if (sign.time < last.time) continue;
    last = {.time = sign.time,
            .after_first = std::max(sign.time - first, ground::Duration{}),
            .verdict = event.verdict,
            .strength = event.strength,
            .event = event.id};
  }
}

const Exercise* Exercises::last(std::string_view source, std::string_view point, std::span<const ground::Element> of) const {
  const Exercise* newest = nullptr;
  for (const auto& element : of) {
    const auto at = last_.find(Key{element.text(), source, point});
    if (at != last_.end() && (newest == nullptr || at->second.time > newest->time)) newest = &at->second;
  }
  return newest;
}

std::optional<ground::Utc> Exercises::carried(const ground::Element& supply) const {
  const auto at = carried_.find(supply.text());
  return at == carried_.end() ? std::nullopt : std::optional{at->second};
}

}  // namespace holdup::coverage
