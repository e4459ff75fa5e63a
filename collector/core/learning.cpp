#include "collector/core/learning.hpp"

#include <algorithm>

namespace holdup::core {
namespace {

/// The place that a part is in, without what tells one part from the next.
record::Series place_of(record::Series part) {
  std::erase_if(part.labels, [](const record::Label& label) {
    return label.first == "serial" || label.first == "model" || label.first == "firmware" || label.first == "vendor";
  });
  return part;
}

rules::Transition ticket_of(rules::Transition alert, ground::Utc until) {
  alert.labels.set("severity", "warning");
  alert.annotations.emplace_back("learning",
                                 "until " + ground::iso8601(until) + ": a ticket, no page, for what is said of has just been met");
  return alert;
}

}  // namespace

void Learning::know(std::vector<KnownSeries> known) {
  for (auto& one : known) known_.insert_or_assign(std::move(one.series), one.since);
}

void Learning::meet(const record::Series& series, ground::Utc now) {
  const std::string device{series.label("device")};
  if (device.empty() || (series.name != device_series && series.name != part_series)) return;
  const auto stored = known_.try_emplace(series, now).first->second;
  if (series.name == device_series) {
    devices_.try_emplace(device, stored);
    return;
  }
  // Another serial number in a place that has known one; the first that is told there says nothing new.
  const auto place = place_of(series);
  const bool other = std::ranges::any_of(known_, [&](const auto& one) {
    return one.first.name == part_series && one.second < stored && one.first.label("serial") != series.label("serial") &&
           place_of(one.first) == place;
  });
  if (other)
    parts_.insert_or_assign(place, stored);
  else
    parts_.erase(place);
}

std::optional<ground::Utc> Learning::since(const rules::Labels& labels) const {
  const auto device = labels.get("device");
  if (device.empty()) {
    const auto first = std::ranges::min_element(devices_, {}, [](const auto& one) { return one.second; });
    return first == devices_.end() ? std::nullopt : std::optional{first->second};
  }
  const auto known = devices_.find(device);
  auto out = known == devices_.end() ? std::optional<ground::Utc>{} : std::optional{known->second};
  const auto supply = labels.get("supply");
  for (const auto& [place, since] : parts_) {
    const auto of = place.label("supply");
    if (place.label("device") == device && (of.empty() || supply.empty() || of == supply)) out = out ? std::max(*out, since) : since;
  }
  return out;
}

std::optional<ground::Utc> Learning::until(const rules::Labels& labels, ground::Utc now) const {
  if (learning_ == ground::Duration::zero()) return std::nullopt;
  const auto end = since(labels).value_or(now) + learning_;
  return end > now ? std::optional{end} : std::nullopt;
}

rules::Transition Learning::told(rules::Transition transition, ground::Utc now) {
  if (transition.labels.get("class") != "alert" || transition.labels.get("severity") != "critical") return transition;
  const auto known = tickets_.find(transition.labels);
  if (transition.to == rules::AlertState::inactive) {
    if (known == tickets_.end()) return transition;
    const auto end = known->second.until;
    tickets_.erase(known);
    return ticket_of(std::move(transition), end);
  }
  const auto end = known != tickets_.end() ? std::optional{known->second.until} : until(transition.labels, now);
  if (!end) return transition;
  tickets_.insert_or_assign(transition.labels, Ticket{transition, *end});
  return ticket_of(std::move(transition), *end);
}

std::optional<ground::Utc> Learning::next_due() const {
  const auto first = std::ranges::min_element(tickets_, {}, [](const auto& one) { return one.second.until; });
  return first == tickets_.end() ? std::nullopt : std::optional{first->second.until};
}

std::vector<std::pair<rules::Transition, rules::Transition>> Learning::take_learned(ground::Utc now) {
  std::vector<std::pair<rules::Transition, rules::Transition>> out;
  std::erase_if(tickets_, [&](const auto& one) {
    const auto& [alert, end] = one.second;
    if (end > now) return false;
    auto over = ticket_of(alert, end);
    over.from = alert.to;
    over.to = rules::AlertState::inactive;
    auto anew = alert;
    anew.from = rules::AlertState::inactive;
    out.emplace_back(std::move(over), std::move(anew));
    return true;
  });
  return out;
}

}  // namespace holdup::core
