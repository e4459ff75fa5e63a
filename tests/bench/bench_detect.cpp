#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <random>
#include <thread>
#include <utility>

#include "alert_listener.hpp"
#include "core_speed.hpp"
#include "ground/instant.hpp"
#include "lane.hpp"
#include "losses.hpp"

// `bench-detect`: how long after a supply lost its input the alert is received, and how much of it whoever watches takes himself; by each
// way in which a loss comes to light, of holdup and of a bare program in turn.
namespace holdup::bench {
namespace {

constexpr std::array<std::pair<const char*, MakeLane>, 3> lanes{{{"modbus", modbus_lane}, {"snmp", snmp_lane}, {"trap", trap_lane}}};

struct Options {
  std::vector<std::string> parts{"modbus", "snmp", "trap", "core"};
  std::vector<int> racks{1, 10, 100, 1000};
  int rounds = 3;
  bool each = false;
  LossPlan plan{.bin = HOLDUP_BIN_DIR, .losses = 200, .cabinets = 10, .seed = std::random_device{}()};
};

void print_each(const Losses& losses) {
  for (const auto& [who, all] : {std::pair{"holdup", &losses.holdup}, std::pair{"limit", &losses.limit}})
    for (const Loss& loss : *all)
      std::printf("%s told %.3f own %.3f\n", who, ground::seconds(loss.told) * 1000, ground::seconds(loss.own) * 1000);
}

void measure_losses(MakeLane make, const Options& options) {
  const LossPlan& plan = options.plan;
  AlertListener listener;
  const auto lane = make({.bin = plan.bin, .cabinets = plan.cabinets, .seed = plan.seed, .listener = listener.port()});
  std::printf("\n%s; %d losses of each in turn\n", lane->title().c_str(), plan.losses);
  std::fflush(stdout);
  const auto losses = collect_losses(*lane, listener, plan);
  if (losses.holdup.empty() || losses.limit.empty()) throw std::runtime_error{"no loss was told by both"};
  if (options.each) print_each(losses);
  print(losses);
}

void measure(const Options& options) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("bench-detect --losses %d --cabinets %d --seed %llu\n%u cores, load average at the start %.1f\n", options.plan.losses,
              options.plan.cabinets, static_cast<unsigned long long>(options.plan.seed), std::thread::hardware_concurrency(), load[0]);
  const auto wanted = [&](const char* part) { return std::ranges::find(options.parts, part) != options.parts.end(); };
  for (const auto& [part, make] : lanes)
    if (wanted(part)) measure_losses(make, options);
  if (wanted("core")) measure_core(options.racks, options.rounds);
}

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  holdup::bench::Options options;
  auto& plan = options.plan;
  CLI::App app{"Loss of a supply's input to alert received: holdup beside bare programs, against hw-sim"};
  app.add_option("--parts", options.parts, "what to measure")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::IsMember({"modbus", "snmp", "trap", "core"}));
  app.add_option("--racks", options.racks, "of 100 points, for core")->capture_default_str()->delimiter(',')->check(CLI::Range(1, 1000));
  app.add_option("--rounds", options.rounds, "of each size of rack, for core")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--losses", plan.losses, "of each, for each lane")->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_option("--cabinets", plan.cabinets, "that holdup watches, of two supplies each")->capture_default_str()->check(CLI::Range(1, 30));
  app.add_option("--seed", plan.seed, "of the phases and the simulator; drawn unless told");
  app.add_flag("--each", options.each, "print every loss");
  app.add_option("--bin", plan.bin, "folder that holds holdup and hw-sim")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    holdup::bench::measure(options);
  } catch (const std::exception& error) {
    std::cerr << "bench-detect: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
