#include <algorithm>
#include <iostream>
#include <memory>
#include <span>

#include "collector/cli/configuration.hpp"
#include "collector/cli/lines.hpp"
#include "collector/cli/outline.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/plan/plan.hpp"

// `holdup check`: everything that can be known without touching a device.
namespace holdup::cli {
namespace {

/// As its profile has it, where one is written.
std::vector<plan::Rhythm> rhythms_of(const site::Device& device, const profile::Library* library) {
  const auto* profile = library == nullptr || device.profile.empty() ? nullptr : library->find(device.profile);
  if (profile == nullptr) return {};
  const auto outline = outline_of(*profile, device.read_clearing ? profile::Clearing::allowed : profile::Clearing::refused);
  return plan::rhythms_of(device, outline.points, device.pace.over(profile->quirks.pace));
}

/// Who we are to each device where that is more than a community, and how often it is asked.
void print_devices(const site::Site& site, std::span<const drivers::Access> accesses, const profile::Library* library) {
  for (std::size_t d = 0; d < site.devices.size(); ++d) {
    const auto& device = site.devices[d];
    const auto rhythms = rhythms_of(device, library);
    Duration refresh{};
    for (const auto& rhythm : rhythms)
      if (rhythm.lane == reading::Lane::hot) refresh = std::max(refresh, rhythm.declared);
    std::cout << "  " << device.name << ": hot every " << ground::duration_text(plan::lane_period(device, reading::Lane::hot, refresh))
              << ", answer within " << ground::duration_text(plan::answer_time(device, rhythms))
              << (accesses[d].credential ? ", as " + accesses[d].credential->text() : "") << '\n';
  }
}

}  // namespace

int check(const CheckOptions& options) {
  ground::Problems problems;
  const auto configuration = load_configuration(options.path, options.profiles, problems);
  const auto& site = configuration.site;
  for (const auto& device : site.devices)
    if (!device.address.speaks_modbus() && device.v3_file.empty())
      problems.add({.file = options.path,
                    .line = device.lines.device,
                    .key = "devices." + device.name,
                    .what = "SNMP v2c: the community and every answer travel in clear",
                    .mend = "keep it on a management network",
                    .weight = ground::Problem::Weight::warning});
  for (const auto& device : site.devices)
    if (const auto quick = plan::quick_enough(device))
      problems.add({.file = options.path,
                    .line = device.lines.device,
                    .key = "devices." + device.name + ".max_duty",
                    .what = "its hot lane, every " + ground::duration_text(plan::lane_period(device, reading::Lane::hot, {})) +
                            ", is kept only while it answers within " + ground::duration_text(*quick),
                    .mend = "write a longer hot, or timeout: " + ground::duration_text(*quick),
                    .weight = ground::Problem::Weight::warning});
  const bool ok = print_problems(problems, options.json);
  const auto lines = configuration.profiles ? lines_of(site, *configuration.profiles) : std::vector<Line>{};
  if (ok && !options.json) {
    std::cout << site.rack << ": " << site.feeds.size() << " feeds, " << site.devices.size() << " devices, " << site.loads.size()
              << " loads, " << site.supplies.size() << " supplies, " << configuration.rules.size() << " rules\n";
    print_devices(site, configuration.accesses, configuration.profiles.get());
  }
  for (const Line& line : lines) options.json ? void(std::cout << line_json(line, site) << '\n') : print_line(line, site);
  return ok ? fine : problem_found;
}

}  // namespace holdup::cli
