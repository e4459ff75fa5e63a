#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "holdup_poller.hpp"
#include "limits/mmsg_poller.hpp"
#include "limits/netsnmp_poller.hpp"
#include "peers.hpp"
#include "punctuality.hpp"
#include "responder.hpp"
#include "sealed_agents.hpp"
#include "traps.hpp"
#include "way.hpp"

// `bench-snmp`: what polling costs holdup and how punctual it is, how soon a trap is followed up, and what a storm of traps does, beside
// bare limits and other programs, in one run.
namespace holdup::bench {
namespace {

struct Options {
  std::vector<std::size_t> devices{100, 1000};
  int rounds = 7;
  std::size_t polls = 20'000;  // of a device, a round and way
  std::vector<std::string> parts{"polling", "v3", "memory", "punctuality", "trap", "storm"};
  std::vector<std::string> ways;
  bool peers = false;
  std::string bin = HOLDUP_BIN_DIR;
};

/// Rounds of all ways in turn, then a line a way; ratios against the first.
void race(const Options& options, std::size_t devices, std::vector<Way> ways) {
  std::erase_if(ways,
                [&](const Way& way) { return !options.ways.empty() && std::ranges::find(options.ways, way.name) == options.ways.end(); });
  if (ways.empty()) return;
  const auto cycles = std::max<std::size_t>(1, options.polls / devices);
  for (Way& way : ways) (void)way.poll();  // caches, templates
  for (int round = 0; round < options.rounds; ++round)
    for (Way& way : ways) way.round(cycles, devices * values_a_poll);
  const double bare = median(ways.front().micros);
  for (const Way& way : ways) {
    const auto [low, high] = std::ranges::minmax(way.micros);
    std::printf("%5zu  %-12s %8.4f %8.4f %8.4f   %5.2f\n", devices, way.name.c_str(), median(way.micros), low, high,
                median(way.micros) / bare);
  }
  std::fflush(stdout);
}

void polling(const Options& options) {
  std::printf("\nCPU us a value of the polling thread, %zu values a device, median, least and most of %d rounds that alternate\n",
              values_a_poll, options.rounds);
  std::printf("devices way           median    least     most   against the limit (holdup: target 2, aim 1.35)\n");
  const auto library = library_162();
  for (const auto devices : options.devices) {
    const Responder agents{{}};
    HoldupPoller holdup{library, devices, agents.port()};
    MmsgPoller limit{devices, agents.port()};
    NetsnmpPoller netsnmp{devices, agents.port()};
    race(options, devices,
         {{"limit", [&] { return limit.poll(); }, {}},
          {"holdup", [&] { return holdup.poll(); }, {}},
          {"net-snmp", [&] { return netsnmp.poll(); }, {}}});
  }
}

void sealed(const Options& options) {
  constexpr std::size_t devices = 100;
  std::printf("\nSNMPv3 authPriv, SHA-256 and AES-128, beside net-snmp's asynchronous v2c\n");
  std::printf("devices way           median    least     most   against net-snmp v2c (target 2)\n");
  const Responder agents{{}};
  const SealedAgents sealed_agents{options.bin, devices};
  const auto library = library_162();
  NetsnmpPoller netsnmp{devices, agents.port()};
  HoldupPoller holdup{library, devices, sealed_agents.port(), {.credential = SealedAgents::credential()}};
  race(options, devices, {{"net-snmp v2c", [&] { return netsnmp.poll(); }, {}}, {"holdup v3", [&] { return holdup.poll(); }, {}}});
}

/// Heap bytes that a device holds after it was polled, with so many points.
struct Footprint {
  double bytes, points;
};
/// Heap bytes of a poller that has polled so many devices.
double heap_of(const profile::Library& library, std::size_t devices, Footprint& told) {
  const Responder agents{{}};
  const auto before = ::mallinfo2();
  HoldupPoller holdup{library, devices, agents.port()};
  (void)holdup.poll();
  const auto after = ::mallinfo2();
  told.points = static_cast<double>(holdup.points());
  return static_cast<double>(after.uordblks + after.hblkhd) - static_cast<double>(before.uordblks + before.hblkhd);
}
/// What a device adds: what all share, the sockets' buffers before all, is in neither count.
Footprint footprint(std::uint32_t rows) {
  const auto library = library_162(rows);
  Footprint out{};
  const double few = heap_of(library, 100, out), many = heap_of(library, 300, out);
  out.bytes = (many - few) / 200;
  return out;
}

/// Two sizes of device tell what a value costs, and so what is left of the rest.
void memory() {
  const auto small = footprint(1), large = footprint(24);
  const double a_value = (large.bytes - small.bytes) / (large.points - small.points);
  std::printf("\nheap a device: %.0f bytes with %.0f values, %.0f with %.0f: %.0f bytes a value\n", small.bytes, small.points, large.bytes,
              large.points, a_value);
  std::printf("%.1f KiB a device beyond its values (target 16)\n", (small.bytes - small.points * a_value) / 1024);
}

void measure(const Options& options) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("%u cores, load average at the start %.1f\n", std::thread::hardware_concurrency(), load[0]);
  const auto wanted = [&](const char* part) { return std::ranges::find(options.parts, part) != options.parts.end(); };
  if (wanted("polling")) polling(options);
  if (options.peers) peers();
  if (wanted("v3")) sealed(options);
  if (wanted("memory")) memory();
  if (wanted("punctuality")) punctuality({.rounds = options.rounds});
  if (wanted("trap")) confirming({.bin = options.bin});
  if (wanted("storm")) storm({.bin = options.bin});
}

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  holdup::bench::Options options;
  CLI::App app{"What SNMP polling costs: holdup beside a bare poller and net-snmp, against agents on 127.1.x.y"};
  app.add_option("--devices", options.devices, "how many, each a measurement")->capture_default_str()->delimiter(',');
  app.add_option("--rounds", options.rounds, "of each way, alternating")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--polls", options.polls, "of a device, in a round")->capture_default_str();
  app.add_option("--parts", options.parts, "what to measure")->capture_default_str()->delimiter(',');
  app.add_option("--ways", options.ways, "of polling: only these of limit, holdup, net-snmp")->delimiter(',');
  app.add_flag("--peers", options.peers,
               "also prometheus-snmp-exporter and collectd, unpacked from their Debian packages under build/peers");
  app.add_option("--bin", options.bin, "folder that holds holdup and hw-sim")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    holdup::bench::measure(options);
  } catch (const std::exception& error) {
    std::cerr << "bench-snmp: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
