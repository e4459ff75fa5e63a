#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/site/site.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/point.hpp"
#include "ground/instant.hpp"

// How often which points of a device are asked: a rhythm for each period. Plan keeps them, `holdup check` reckons with them. Pure.
namespace holdup::plan {

using ground::Duration;
using ground::Instant;
using reading::Lane;

struct Rhythm {
  Duration period{};                  // as things stand, before a strain
  Duration base{};                    // without any refresh
  Duration declared{};                // the longest refresh that the profile says of its points
  bool fixed = false;                 // the site file says so: no refresh lengthens it
  bool eager = false;                 // holds what a loss shows in first
  Lane lane = Lane::routine;          // the fastest of its points'
  std::vector<std::uint32_t> points;  // of the device's identification
  Instant next = Instant::max();
  Duration burst{};    // the period while a loss nearby is watched; 0: the usual one
  bool asked = false;  // by the question under way, or the last one
  Duration took{};     // … and its like, of late: what lasts longer counts at once, what lasts shorter slowly; 0: none was answered yet
  unsigned lost = 0;   // … in a row

  void answered(Duration after);

  /// Half of the refresh, unless the base is longer or the site file says otherwise.
  [[nodiscard]] Duration lengthened(Duration refresh) const;
};

/// The period of a lane: as written in the site file, else the larger of its default (the profile's, the scheme's) and half the refresh.
[[nodiscard]] Duration lane_period(const site::Device& device, Lane lane, Duration refresh, const reading::Pace& profile = {});
/// As written, else half the hot period, at most 2 s.
[[nodiscard]] Duration answer_time(const site::Device& device);
/// … and half of its fastest rhythm, where the site file gives points one of their own.
[[nodiscard]] Duration answer_time(const site::Device& device, std::span<const Rhythm> rhythms);
/// How long an answer to this one of its rhythms is waited for; `first`: its fastest, which shows a loss, and is not asked meanwhile: once
/// it is known how long the others take, they are not waited for much longer.
[[nodiscard]] Duration patience(const site::Device& device, Duration answer_time, const Rhythm& rhythm, bool first);
/// The longest answer after which a device that may be kept busy for its `max_duty` only can still be asked in time for the hot lane;
/// nothing where it always can.
[[nodiscard]] std::optional<Duration> quick_enough(const site::Device& device);

/// Of all its points, fastest first; what the device remembers of the time between two polls is in the first.
[[nodiscard]] std::vector<Rhythm> rhythms_of(const site::Device& device, std::span<const reading::Point> points,
                                             const reading::Pace& profile);
void by_period(std::vector<Rhythm>& rhythms);
/// What of the device's `every:` meets no point, as written.
[[nodiscard]] std::vector<std::string> unmet(const site::Device& device, std::span<const reading::Point> points);

}  // namespace holdup::plan
