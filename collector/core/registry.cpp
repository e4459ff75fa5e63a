#include "collector/core/registry.hpp"

#include <algorithm>

namespace holdup::core {
namespace {

// The supply that a point speaks of: the one whose status device this is, or whose cord hangs on this outlet.
std::optional<site::Index> supply_of(const site::Site& site, site::Index device, const reading::Point& point) {
  for (site::Index s = 0; s < site.supplies.size(); ++s) {
    if (site.supplies[s].status == device) return s;
    if (site.supplies[s].pdu == device && label(point, "part") == "outlet" && label(point, "index") == site.supplies[s].outlet) return s;
  }
  return std::nullopt;
}

}  // namespace

record::Series series_of(const site::Site& site, site::Index device, const reading::Point& point) {
  record::Series series{.name = point.metric, .labels = point.labels};
  series.labels.emplace_back("rack", site.rack);
  series.labels.emplace_back("device", site.devices[device].name);
  auto feed = site.devices[device].feed;
  if (const auto supply = supply_of(site, device, point)) {
    series.labels.emplace_back("supply", site.element_of_supply(*supply).text());
    series.labels.emplace_back("load", site.loads[site.supplies[*supply].load].name);
    if (!feed) feed = site.feed_of_supply(*supply);
  }
  if (feed) series.labels.emplace_back("feed", site.feeds[*feed].name);
  std::erase_if(series.labels, [](const auto& l) { return l.second.empty(); });
  std::sort(series.labels.begin(), series.labels.end());
  series.labels.erase(
      std::unique(series.labels.begin(), series.labels.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
      series.labels.end());
  return series;
}

record::Series series_of_contact(const site::Site& site, site::Index contact) {
  const site::Contact& one = site.contacts[contact];
  return {.name = "rack_contact_closed",
          .labels = {{"contact", one.name},
                     {"load", site.loads[site.supplies[one.supply].load].name},
                     {"rack", site.rack},
                     {"supply", site.element_of_supply(one.supply).text()}}};
}

std::vector<record::SeriesId> Registry::enter(const site::Site& site, site::Index device, std::span<const reading::Point> points,
                                              std::vector<std::pair<record::SeriesId, record::Series>>& born) {
  std::vector<record::SeriesId> ids;
  ids.reserve(points.size());
  for (const auto& point : points.first(std::min(points.size(), most_points))) {
    auto series = series_of(site, device, point);
    if (ids_.size() >= most_series && !ids_.contains(series)) break;
    ids.push_back(enter(std::move(series), born));
  }
  left_out_ += points.size() - ids.size();
  return ids;
}

record::SeriesId Registry::enter(record::Series series, std::vector<std::pair<record::SeriesId, record::Series>>& born) {
  const auto [at, fresh] = ids_.try_emplace(std::move(series), static_cast<record::SeriesId>(ids_.size()));
  if (fresh) born.emplace_back(at->second, at->first);
  return at->second;
}

}  // namespace holdup::core
