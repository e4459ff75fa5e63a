#include "collector/core/registry.hpp"

#include <algorithm>

namespace holdup::core {
namespace {

// The supply that a point speaks of: the one whose status device this is, or whose cord hangs on this outlet. What reports several numbers
// them, and what else it tells is of none.
std::optional<site::Index> supply_of(const site::Site& site, site::Index device, const reading::Point& point) {
  std::optional<site::Index> own;
  unsigned reported = 0;
  for (site::Index s = 0; s < site.supplies.size(); ++s) {
    const auto& supply = site.supplies[s];
    if (supply.pdu == device && label(point, "part") == "outlet" && label(point, "index") == supply.outlet) return s;
    if (supply.status != device) continue;
    ++reported;
    if (!own || site::is_numbered(site.supplies[*own].name, label(point, "index")) < site::is_numbered(supply.name, label(point, "index")))
      own = s;
  }
  const bool numbered = reported < 2 || (label(point, "part") == "supply" && !label(point, "index").empty() && own &&
                                         site::is_numbered(site.supplies[*own].name, label(point, "index")));
  return numbered ? own : std::nullopt;
}

/// A device that reports exactly one of these and tells none by itself is it.
template <class All>
void add_itself(const All& all, site::Index device, const char* part, reading::Nameplates& plates) {
  const auto own = std::ranges::count_if(all, [&](const auto& one) { return one.status == device; });
  const bool tells = std::ranges::any_of(plates.parts, [&](const auto& plate) { return plate.part == part; });
  if (own == 1 && !tells)
    plates.parts.push_back({.part = part,
                            .index = {},
                            .serial = plates.identity.serial,
                            .model = plates.identity.model,
                            .firmware = plates.identity.firmware});
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

std::vector<record::Series> plates_of(const site::Site& site, site::Index device, const reading::Nameplates& plates) {
  auto all = plates;
  add_itself(site.supplies, device, "supply", all);
  add_itself(site.batteries, device, "battery", all);
  const auto& own = plates.identity;
  all.parts.push_back({.part = "system", .index = {}, .serial = own.serial, .model = own.model, .firmware = own.firmware});
  std::vector<record::Series> out;
  for (const auto& plate : all.parts) {
    if (!reading::is_serial(plate.serial)) continue;
    reading::Point point{.metric = "holdup_part_info",
                         .labels = {{"part", plate.part},
                                    {"index", plate.index},
                                    {"serial", plate.serial},
                                    {"model", plate.model},
                                    {"firmware", plate.firmware}},
                         .source = {}};
    if (plate.part == "system") point.labels.emplace_back("vendor", own.vendor);
    out.push_back(series_of(site, device, point));
  }
  return out;
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
