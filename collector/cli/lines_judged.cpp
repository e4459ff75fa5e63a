#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "collector/cli/lines.hpp"
#include "collector/cli/outline.hpp"
#include "ground/number.hpp"

namespace holdup::cli {
namespace {

using namespace std::chrono_literals;
using reading::Lane;
using Weight = ground::Problem::Weight;

std::string percent(double share) { return ground::number_text(std::round(share * 1000) / 10) + " %"; }
std::string ms(Duration d) { return ground::number_text(std::round(ground::seconds(d) * 1e4) / 10) + " ms"; }

class Judge {
 public:
  Judge(const site::Site& site, const profile::Library& library, const std::string& file, ground::Problems& problems)
      : site_{site}, library_{library}, file_{file}, problems_{problems} {}

  void judge() {
    for (const auto& device : site_.devices)
      if (const auto* profile = device.profile.empty() ? nullptr : library_.find(device.profile)) periods(device, *profile);
    for (const Line& line : lines_of(site_, library_, Hosts::all)) {
      fits(line);
      for (const UnitLoad& unit : line.units) in_time(line, unit);
    }
  }

 private:
  void add(const site::Device& device, int line, const std::string& key, std::string what, std::string mend,
           Weight weight = Weight::error) {
    problems_.add({.file = file_,
                   .line = line != 0 ? line : device.lines.device,
                   .key = "devices." + device.name + (key.empty() ? "" : "." + key),
                   .what = std::move(what),
                   .mend = std::move(mend),
                   .weight = weight});
  }

  void periods(const site::Device& device, const profile::Profile& profile) {
    const auto outline = outline_of(profile, device.read_clearing ? profile::Clearing::allowed : profile::Clearing::refused);
    for (const auto& every : device.every)
      if (!outline.may_have(every)) {
        const auto mend = "write a metric and labels as `holdup profile show " + profile.name + "` or `holdup probe` prints them";
        add(device, every.line, "every." + every.text(), "no such point in profile '" + profile.name + "'", mend);
      }
    for (const auto& rhythm : plan::rhythms_of(device, outline.points, device.pace.over(profile.quirks.pace)))
      if (rhythm.fixed) hasty(device, rhythm, outline.points);
  }

  // Of each period that the site file gives: several may stand in one rhythm.
  void hasty(const site::Device& device, const plan::Rhythm& rhythm, const std::vector<reading::Point>& points) {
    std::map<const site::Every*, Duration> slowest;
    for (const auto p : rhythm.points) {
      const auto* every = site::closest(device.every, points[p]);
      if (every == nullptr && reading::is_latched(points[p].means)) continue;  // a guest in this rhythm
      auto& refresh = slowest[every];
      if (rhythm.period < points[p].refresh.value_or(Duration{}) / 2) refresh = std::max(refresh, *points[p].refresh);
    }
    for (const auto& [every, refresh] : slowest) {
      if (refresh == Duration{}) continue;
      const auto [key, line] = place(device, rhythm.lane, every);
      add(device, line, key,
          ground::duration_text(rhythm.period) + " is faster than half the refresh: it measures every " + ground::duration_text(refresh),
          "write at least " + ground::duration_text(refresh / 2));
    }
  }

  /// Where the site file says so: the key, and its line.
  static std::pair<std::string, int> place(const site::Device& device, Lane lane, const site::Every* every) {
    if (every != nullptr) return {"every." + every->text(), every->line};
    const auto key = std::string{reading::lane_names[static_cast<std::size_t>(lane)]};
    return {key, lane == Lane::hot ? device.lines.hot : lane == Lane::routine ? device.lines.routine : 0};
  }
  static std::pair<std::string, int> place(const site::Device& device, const Load& load) {
    return place(device, load.lane, load.own ? &*load.own : nullptr);
  }

  void fits(const Line& line) {
    const bool lone_host = line.kind == Line::Kind::host && line.units.size() == 1;  // its time-outs say it all
    if (line.left() >= 0 || lone_host) return;
    const auto heaviest = std::ranges::max_element(line.units, {}, [](const UnitLoad& unit) { return unit.share(); });
    const auto& device = site_.devices[heaviest->device];
    const auto [key, at] = place(device, *std::ranges::max_element(heaviest->loads, {}, [](const Load& load) { return load.share(); }));
    const auto hot = line.smallest_hot();
    auto mend =
        hot ? "write hot: " + ground::duration_text(*hot) + " or longer for its units" : "lengthen routine or every, or take units off it";
    const bool certain = std::ranges::all_of(line.units, [&](const UnitLoad& unit) { return line.certain(unit); });
    if (!certain) mend += ", or say profile: and turnaround: where they are assumed";
    add(device, at, key,
        line.name + " cannot keep this: questions and answers take " + percent(line.living()) + " of its time" +
            (line.reserved() > 0 ? ", time-outs of dead units up to " + percent(line.reserved()) : ""),
        std::move(mend), line.certainly_full() ? Weight::error : Weight::warning);
  }

  // A question that its own time-out cuts off is never answered.
  void in_time(const Line& line, const UnitLoad& unit) {
    const auto& device = site_.devices[unit.device];
    for (const Load& load : unit.loads) {
      if (load.takes <= load.patience || (line.kind == Line::Kind::host && !unit.turnaround_known)) continue;
      const auto [key, at] = place(device, load);
      const auto mend = device.timeout || load.shortest() > 4s
                            ? std::string{"write a longer timeout, or periods of their own for some of its points"}
                            : "write " + (load.own ? "" : key + ": ") + ground::duration_text(load.shortest()) +
                                  " or longer: the time-out is half of it, at most 2s";
      add(device, at, key,
          "its " + std::to_string(load.requests) + " requests take " + ms(load.takes) + " on " + line.name + ", the time-out is " +
              ground::duration_text(load.patience),
          mend, unit.profile != nullptr && !unit.at_most ? Weight::error : Weight::warning);
    }
  }

  const site::Site& site_;
  const profile::Library& library_;
  const std::string& file_;
  ground::Problems& problems_;
};

}  // namespace

void judge_rhythms(const site::Site& site, const profile::Library& library, const std::string& file, ground::Problems& problems) {
  Judge{site, library, file, problems}.judge();
}

}  // namespace holdup::cli
