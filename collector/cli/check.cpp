#include <iostream>
#include <memory>

#include "collector/cli/configuration.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/plan/plan.hpp"

// `holdup check`: everything that can be known without touching a device.
namespace holdup::cli {
namespace {

void print_lanes(const site::Site& site) {
  for (const auto& device : site.devices)
    std::cout << "  " << device.name << ": hot every " << ground::duration_text(plan::lane_period(device, reading::Lane::hot, {}))
              << ", answer within " << ground::duration_text(plan::answer_time(device)) << '\n';
}

}  // namespace

int check(const CheckOptions& options) {
  ground::Problems problems;
  const auto configuration = load_configuration(options.path, options.profiles, problems);
  const auto& site = configuration.site;
  for (const auto& device : site.devices)
    if (device.url.starts_with("snmp"))
      problems.add({.file = options.path,
                    .line = 0,
                    .key = "devices." + device.name,
                    .what = "SNMP v2c: the community and every answer travel in clear",
                    .mend = "keep it on a management network",
                    .weight = ground::Problem::Weight::warning});
  const bool ok = print_problems(problems, options.json);
  if (ok && !options.json) {
    std::cout << site.rack << ": " << site.feeds.size() << " feeds, " << site.devices.size() << " devices, " << site.loads.size()
              << " loads, " << site.supplies.size() << " supplies, " << configuration.rules.size() << " rules\n";
    print_lanes(site);
  }
  return ok ? fine : problem_found;
}

}  // namespace holdup::cli
