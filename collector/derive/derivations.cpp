#include "collector/derive/derivations.hpp"

#include <algorithm>
#include <cmath>

namespace holdup::derive {
namespace {

using detect::Meaning;

void add_once(std::vector<std::uint32_t>& to, std::uint32_t one) {
  if (std::ranges::find(to, one) == to.end()) to.push_back(one);
}

}  // namespace

Derivations::Derivations(const site::Site& site, const detect::Facts& facts)
    : site_{site},
      facts_{facts},
      ways_{site},
      meters_{site,
              {Meaning::inlet_current, Meaning::phase_current, Meaning::bank_current, Meaning::input_voltage, Meaning::selected_source}},
      carried_{site, ways_, facts, meters_},
      headroom_{site, ways_, carried_, facts, meters_},
      autonomy_{site, ways_, carried_},
      margin_{site, ways_, carried_},
      of_device_(site.devices.size()),
      of_breakers_(site.devices.size()),
      switch_of_(site.devices.size()),
      looked_(site.devices.size(), Instant::min()) {
  for (const auto& ats : site.atses)
    if (ats.status) switch_of_[*ats.status] = ats.carries;
  for (const Breaker& breaker : headroom_.breakers_of_feeds()) add_breaker(breaker);
  for (Index l = 0; l < site.loads.size(); ++l)
    for (const Store& store : autonomy_.stores_of(l)) {
      const auto item = add({.kind = Kind::autonomy,
                             .name = {"holdup_autonomy_seconds",
                                      {{"load", site.loads[l].name}, {"rack", site.rack}, {"source", autonomy_.element(store).text()}}},
                             .store = store});
      concerns(*autonomy_.device(store), item);
    }
  for (Index s = 0; s < site.supplies.size(); ++s) {
    const auto& supply = site.supplies[s];
    if (supply.holdup.empty()) continue;
    const auto item = add({.kind = Kind::margin, .name = name_of("holdup_holdup_margin_seconds", s), .supply = s});
    for (const Index sibling : site.loads[supply.load].supplies)
      for (const auto& device : {site.supplies[sibling].pdu, site.supplies[sibling].status})
        if (device) concerns(*device, item);
  }
}

std::uint32_t Derivations::add(Item item) {
  const auto [at, fresh] = by_name_.try_emplace(item.name, static_cast<std::uint32_t>(items_.size()));
  if (fresh) {
    items_.push_back(std::move(item));
  } else {
    Item& known = items_[at->second];
    item.value = known.value, item.said = known.said, item.reckoned = known.reckoned;
    known = std::move(item);
  }
  return at->second;
}

void Derivations::concerns(Index device, std::uint32_t item) { add_once(of_device_[device], item); }

Name Derivations::name_of(const char* metric, Index supply) const {
  Name out{metric, {{"load", site_.loads[site_.supplies[supply].load].name}, {"rack", site_.rack}}};
  if (const auto feed = site_.feed_of_supply(supply)) out.labels.insert(out.labels.begin(), {"feed", site_.feeds[*feed].name});
  out.labels.emplace_back("supply", site_.element_of_supply(supply).text());
  return out;
}

Name Derivations::name_of(const Breaker& breaker) const {
  Name out{"holdup_headroom_amperes", {{"rack", site_.rack}}};
  const auto say = [&](const char* label, std::string text) {
    if (!text.empty()) out.labels.emplace_back(label, std::move(text));
  };
  if (breaker.feed) {
    say("part", "feed");
    if (breaker.line != 0) say("index", std::to_string(breaker.line));
    say("feed", site_.feeds[*breaker.feed].name);
  } else {
    say("part", breaker.meter->part);
    say("index", breaker.meter->index);
    say("device", site_.devices[*breaker.pdu].name);
    say("feed", site_.feeds[*site_.devices[*breaker.pdu].feed].name);
  }
  std::ranges::sort(out.labels);
  return out;
}

/// Its own meter's device, those of the supplies behind it, and of their siblings.
void Derivations::add_breaker(const Breaker& breaker) {
  const auto item = add({.kind = Kind::headroom, .name = name_of(breaker), .breaker = breaker});
  for (const Index pdu : breaker.pdu ? std::vector{*breaker.pdu} : headroom_.pdus_on(*breaker.feed)) {
    concerns(pdu, item);
    for (const Index s : facts_.supplies_on(pdu))
      for (const Index sibling : site_.loads[site_.supplies[s].load].supplies)
        for (const auto& device : {site_.supplies[sibling].pdu, site_.supplies[sibling].status})
          if (device) concerns(*device, item);
  }
  if (breaker.pdu) add_once(of_breakers_[*breaker.pdu], item);
}

void Derivations::identified(Index device, std::span<const reading::Point> points, Instant now) {
  meters_.identified(device, points);
  headroom_.identified(device, points);
  autonomy_.identified(device, points);
  for (const auto item : std::exchange(of_breakers_[device], {})) items_[item].kind = Kind::gone, due_.set(item, now);
  for (const Breaker& breaker : headroom_.breakers_of(device)) add_breaker(breaker);
  touch(device, now);
}

void Derivations::heard(Index device, std::span<const reading::Reading> readings, Instant now) {
  meters_.heard(device, readings, [](const detect::Meter&) {});
  headroom_.heard(device, readings);
  autonomy_.heard(device, readings);
  touch(device, now);
}

void Derivations::touch(Index device, Instant now) {
  const bool lately = looked_[device] != Instant::min() && now - looked_[device] < least_gap;
  if (!of_device_[device].empty() || switch_of_[device]) devices_.set(device, lately ? looked_[device] + least_gap : now);
}

void Derivations::doubt(Index device, bool doubted, Instant now) {
  carried_.doubt(device, doubted);
  touch(device, now);
}

void Derivations::hold(std::span<const ground::Element> lost, std::set<ground::Element> unavailable, Instant now) {
  const bool others = autonomy_.hold_unavailable(std::move(unavailable));
  if (ways_.lose(lost) || others)
    for (std::uint32_t item = 0; item < items_.size(); ++item) due_.set(item, now);
}

void Derivations::stand(std::span<const detect::Standing> standings, Instant now) {
  for (const auto& one : standings) {
    const auto item = add({.kind = Kind::standing, .name = name_of(one), .standing = one.good});
    due_.set(item, now);
  }
}

Name Derivations::name_of(const detect::Standing& standing) const {
  if (standing.of != detect::Standing::Of::supply_on) {
    const char* axis = standing.of == detect::Standing::Of::path ? "path" : "module";
    return {"holdup_redundancy", {{"axis", axis}, {"load", site_.loads[standing.index].name}, {"rack", site_.rack}}};
  }
  return name_of("holdup_supply_on", standing.index);
}

void Derivations::follow_switches(Index device) {
  const auto pdu = switch_of_[device];
  if (!pdu) return;
  const auto* told = meters_.find(device, Meaning::selected_source);
  const bool known = told != nullptr && told->known() && facts_.hearing(device).heard();
  if (ways_.select(*pdu, known ? std::optional{static_cast<unsigned>(*told->value)} : std::nullopt))
    for (const auto item : of_device_[*pdu]) due_.set(item, looked_[device]);
}

std::optional<double> Derivations::reckon(const Item& item) const {
  switch (item.kind) {
    case Kind::headroom:
      return headroom_.of(item.breaker);
    case Kind::autonomy:
      return autonomy_.of(item.store);
    case Kind::margin:
      return margin_.of(item.supply);
    case Kind::standing:
      return item.standing;
    case Kind::gone:
      break;
  }
  return std::nullopt;
}

std::vector<Told> Derivations::renew(Instant now) {
  for (const Index device : devices_.take(now)) {
    looked_[device] = now;
    follow_switches(device);
    for (const auto item : of_device_[device]) {
      const Instant reckoned = items_[item].reckoned;
      due_.set(item, reckoned != Instant::min() && now - reckoned < least_gap ? reckoned + least_gap : now);
    }
  }
  std::vector<Told> out;
  for (const auto series : due_.take(now, most_at_once)) {
    Item& item = items_[series];
    item.reckoned = now;
    const auto value = reckon(item);
    if (value) due_.set(series, now + repeat);
    if (value == item.value && (!value || now - item.said < repeat)) continue;
    item.value = value, item.said = now;
    out.push_back({series, value});
  }
  return out;
}

std::vector<std::uint32_t> Derivations::standing() const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t item = 0; item < items_.size(); ++item)
    if (items_[item].value) out.push_back(item);
  return out;
}

}  // namespace holdup::derive
