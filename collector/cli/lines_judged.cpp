#include <algorithm>
#include <cmath>

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
    for (const Line& line : lines_of(site_, library_)) {
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
      if (rhythm.fixed && rhythm.period < rhythm.declared / 2) hasty(device, rhythm, outline.points[rhythm.points.front()]);
  }

  void hasty(const site::Device& device, const plan::Rhythm& rhythm, const reading::Point& point) {
    const auto* every = site::closest(device.every, point);
    const auto lane = std::string{reading::lane_names[static_cast<std::size_t>(rhythm.lane)]};
    const int line = every != nullptr ? every->line : rhythm.lane == Lane::hot ? device.lines.hot : device.lines.routine;
    add(device, line, every != nullptr ? "every." + every->text() : lane,
        ground::duration_text(rhythm.period) + " is faster than half the refresh: it measures every " +
            ground::duration_text(rhythm.declared),
        "write at least " + ground::duration_text(rhythm.declared / 2));
  }

  void fits(const Line& line) {
    if (line.left() >= 0) return;
    const auto heaviest = std::ranges::max_element(line.units, {}, [](const UnitLoad& unit) { return unit.share(); });
    const auto& device = site_.devices[heaviest->device];
    const auto hot = line.smallest_hot();
    auto mend =
        hot ? "write hot: " + ground::duration_text(*hot) + " or longer for its units" : "lengthen routine or every, or take units off it";
    if (!line.certain()) mend += ", or say profile: and turnaround: where they are assumed";
    add(device, device.lines.hot, "hot",
        line.name + " cannot keep this: questions and answers take " + percent(line.living()) + " of its time" +
            (line.reserved() > 0 ? ", time-outs of dead units up to " + percent(line.reserved()) : ""),
        std::move(mend), line.certain() ? Weight::error : Weight::warning);
  }

  // A question that its own time-out cuts off is never answered.
  void in_time(const Line& line, const UnitLoad& unit) {
    const auto& device = site_.devices[unit.device];
    for (const Load& load : unit.loads) {
      const auto patience =
          load.lane == Lane::hot || device.timeout ? unit.timeout : std::max(unit.timeout, std::min<Duration>(load.period / 2, 2s));
      if (line.kind == Line::Kind::host || load.takes <= patience) continue;
      const auto lane = std::string{reading::lane_names[static_cast<std::size_t>(load.lane)]};
      const auto mend =
          device.timeout || load.shortest() > 4s
              ? std::string{"write a longer timeout, or periods of their own for some of its points"}
              : "write " + lane + ": " + ground::duration_text(load.shortest()) + " or longer: the time-out is half of it, at most 2s";
      add(device, load.lane == Lane::hot ? device.lines.hot : device.lines.routine, lane,
          "its " + std::to_string(load.requests) + " requests take " + ms(load.takes) + " on " + line.name + ", the time-out is " +
              ground::duration_text(patience),
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
