#include "collector/derive/autonomy.hpp"

#include <algorithm>

namespace holdup::derive {

void Autonomy::identified(Index device, std::span<const reading::Point> points) {
  runtimes_[device].clear();
  for (std::uint32_t p = 0; p < points.size(); ++p)
    if (points[p].metric == "rack_runtime_seconds" && !points[p].spare)
      runtimes_[device].push_back({.point = p, .index = std::string{label(points[p], "index")}, .seconds = {}});
}

void Autonomy::heard(Index device, std::span<const reading::Reading> readings) {
  if (runtimes_[device].empty()) return;
  for (const auto& reading : readings)
    for (Runtime& runtime : runtimes_[device])
      if (runtime.point == reading.point)
        runtime.seconds = reading.quality == ground::Quality::good ? std::optional{reading.value} : std::nullopt;
}

std::vector<Store> Autonomy::stores_of(Index load) const {
  std::vector<Store> out;
  for (const Index feed : ways_.feeds_of_load(load)) {
    const auto ups = site_.feeds[feed].ups;
    const auto same = [&](const Store& store) { return store.ups == ups; };
    if (ups && site_.upses[*ups].status && std::ranges::none_of(out, same)) out.push_back({.load = load, .ups = ups, .battery = {}});
  }
  for (const Index battery : site_.loads[load].batteries)
    if (site_.batteries[battery].status) out.push_back({.load = load, .ups = {}, .battery = battery});
  return out;
}

const ground::Element& Autonomy::element(const Store& store) const {
  return store.ups ? site_.element_of_ups(*store.ups) : site_.element_of_battery(*store.battery);
}

std::optional<Index> Autonomy::device(const Store& store) const {
  return store.ups ? site_.upses[*store.ups].status : site_.batteries[*store.battery].status;
}

bool Autonomy::carries(const Store& store) const {
  return std::ranges::any_of(site_.loads[store.load].supplies, [&](Index s) {
    if (!ways_.lives(s)) return false;
    const auto pdu = site_.supplies[s].pdu;
    const auto feed = pdu ? ways_.carrier(*pdu) : std::nullopt;
    return feed && site_.feeds[*feed].ups == store.ups;
  });
}

std::optional<double> Autonomy::of(const Store& store) const {
  if (store.ups && !carries(store)) return std::nullopt;
  const Index device = *this->device(store);
  std::optional<double> least;
  for (const Runtime& runtime : runtimes_[device]) {
    const bool own = store.ups || site::is_numbered(site_.batteries[*store.battery].name, runtime.index);
    if (own && runtime.seconds) least = std::min(least.value_or(*runtime.seconds), *runtime.seconds);
  }
  if (!least || !carried_.trusted(device)) return std::nullopt;
  return unavailable_.contains(element(store)) ? 0 : least;
}

}  // namespace holdup::derive
