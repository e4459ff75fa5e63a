#pragma once

#include <map>
#include <span>
#include <vector>

#include "collector/site/site.hpp"
#include "drivers/reading/nameplate.hpp"
#include "drivers/reading/point.hpp"
#include "store/record/series.hpp"

// Gives every point its series: the device's own labels, and what the site knows of it. Ids are counted; the same series keeps its id
// when a device is identified anew. Pure; the core's own.
namespace holdup::core {

class Registry {
 public:
  /// Caps of one device's points, and of all series. holdup's own series, few a device, are not held to the latter.
  static constexpr std::size_t most_points = 20'000, most_series = 200'000;

  /// Series by point, of the first points only where a cap is reached: the others are counted. `born` receives those that are new.
  std::vector<record::SeriesId> enter(const site::Site& site, site::Index device, std::span<const reading::Point> points,
                                      std::vector<std::pair<record::SeriesId, record::Series>>& born);
  record::SeriesId enter(record::Series series, std::vector<std::pair<record::SeriesId, record::Series>>& born);

  /// Points that were left out since the start, each time that their device was identified.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] const std::map<record::Series, record::SeriesId>& all() const { return ids_; }

 private:
  std::map<record::Series, record::SeriesId> ids_;
  std::uint64_t left_out_ = 0;
};

/// The series of one point: metric, the point's labels, rack, device, and feed, load, supply where the site knows them.
[[nodiscard]] record::Series series_of(const site::Site& site, site::Index device, const reading::Point& point);
/// 1 while it is closed: its word holds.
[[nodiscard]] record::Series series_of_contact(const site::Site& site, site::Index contact);

/// holdup_part_info of the device itself (part "system") and of its parts, each where its serial number is known. A device that reports one
/// supply, or one battery, and tells no such part is that part, too.
[[nodiscard]] std::vector<record::Series> plates_of(const site::Site& site, site::Index device, const reading::Nameplates& plates);

}  // namespace holdup::core
