#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "child_program.hpp"
#include "folder.hpp"
#include "limits/libmodbus_poller.hpp"
#include "limits/modbus_epoll.hpp"
#include "modbus_hostile.hpp"
#include "modbus_line.hpp"
#include "modbus_peers.hpp"
#include "modbus_poller.hpp"
#include "modbus_punctuality.hpp"
#include "modbus_units.hpp"
#include "way.hpp"

// `bench-modbus`: what polling Modbus TCP costs holdup, how punctual it is, how soon a change is seen and what hostile devices do to the
// loop, beside bare limits and other programs, in one run; and how full a serial line gets.
namespace holdup::bench {
namespace {

struct Options {
  std::vector<std::size_t> devices{500, 2000};
  int rounds = 7;
  std::size_t requests = 20'000;  // a round and way
  std::vector<std::string> parts{"polling", "grid", "change", "hostile", "line"};
  std::vector<std::string> ways;
  int seconds = 60;
  bool peers = false;
};

constexpr std::size_t most_libmodbus = 1000;  // it aborts above descriptor 1023

/// The units in a process of their own, so that only the poller's time counts: this program again.
class UnitsProcess {
 public:
  UnitsProcess() : program_{{.words = {"/proc/self/exe", "--serve"}, .log = folder_.file("units.log")}}, port_{port_in(program_.line())} {}
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static std::uint16_t port_in(const std::string& line) { return static_cast<std::uint16_t>(std::stoul(line.substr(line.find(' ')))); }

  Folder folder_;
  ChildProgram program_;
  std::uint16_t port_;
};

int serve() {
  ModbusUnits units;
  std::printf("ready %u\n", units.port());
  std::fflush(stdout);
  units.serve({});
  return 0;
}

void race(const Options& options, std::size_t devices, std::vector<Way> ways) {
  const auto cycles = std::max<std::size_t>(1, options.requests / devices);
  for (Way& way : ways) (void)way.poll();  // connections, caches
  for (int round = 0; round < options.rounds; ++round)
    for (Way& way : ways) way.round(cycles, devices * registers_a_block);
  const double bare = median(ways.front().micros);
  for (const Way& way : ways) {
    const auto [low, high] = std::ranges::minmax(way.micros);
    std::printf("%5zu  %-22s %8.2f %8.2f %8.2f   %5.2f\n", devices, way.name.c_str(), median(way.micros) * registers_a_block,
                low * registers_a_block, high * registers_a_block, median(way.micros) / bare);
  }
  std::fflush(stdout);
}

void polling(const Options& options) {
  std::printf("\nCPU us a request of the polling thread, FC3, %zu registers; median, least and most of %d rounds that alternate\n",
              registers_a_block, options.rounds);
  std::printf("devices way                      median    least     most   against the limit (holdup: target 1.4, aim 1.15)\n");
  const auto wanted = [&](const std::string& name) {
    return options.ways.empty() || std::ranges::find(options.ways, name) != options.ways.end();
  };
  for (const auto devices : options.devices) {
    const UnitsProcess units;
    std::vector<Way> ways;
    std::unique_ptr<LibmodbusPoller> libmodbus;  // first: it wants low descriptors
    if (devices <= most_libmodbus && (wanted("libmodbus") || wanted("libmodbus-raw")))
      libmodbus = std::make_unique<LibmodbusPoller>(devices, units.port());
    ModbusEpoll limit{devices, units.port()};
    ways.push_back({"limit", [&] { return limit.poll(); }, {}});
    std::unique_ptr<ConnectionPoller> connection;
    std::unique_ptr<DriverPoller> driver;
    std::unique_ptr<FleetPoller> fleet;
    if (wanted("connection")) {
      connection = std::make_unique<ConnectionPoller>(devices, units.port());
      ways.push_back({"holdup, connection", [&] { return connection->poll(); }, {}});
    }
    if (wanted("driver")) {
      driver = std::make_unique<DriverPoller>(devices, units.port());
      ways.push_back({"holdup, driver", [&] { return driver->poll(); }, {}});
    }
    if (wanted("fleet")) {
      fleet = std::make_unique<FleetPoller>(devices, units.port());
      ways.push_back({"holdup, fleet", [&] { return fleet->poll(); }, {}});
    }
    if (libmodbus && wanted("libmodbus-raw")) ways.push_back({"libmodbus raw, epoll", [&] { return libmodbus->poll_raw(); }, {}});
    if (libmodbus && wanted("libmodbus")) ways.push_back({"libmodbus synchronous", [&] { return libmodbus->poll_one_by_one(); }, {}});
    race(options, devices, std::move(ways));
    if (options.peers && devices <= most_libmodbus) collectd_modbus(devices, [&] { return limit.poll(); });
  }
}

void allow_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

void measure(const Options& options) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("%u cores, load average at the start %.1f\n", std::thread::hardware_concurrency(), load[0]);
  const auto wanted = [&](const char* part) { return std::ranges::find(options.parts, part) != options.parts.end(); };
  if (wanted("polling")) polling(options);
  if (wanted("grid")) fast_grid({.time = std::chrono::seconds{options.seconds}});
  if (wanted("change"))
    for (const int period : {10, 100})
      change_seen({.period = std::chrono::milliseconds{period}, .time = std::chrono::seconds{std::max(1, options.seconds / 3)}});
  if (wanted("hostile")) hostile(std::chrono::milliseconds{2000});
  if (wanted("line")) line_share(std::chrono::seconds{std::max(1, options.seconds / 3)});
}

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  using namespace holdup::bench;
  Options options;
  bool serving = false;
  CLI::App app{"What Modbus TCP polling costs: holdup beside a bare poller and libmodbus, against units on 127.2.x.y"};
  app.add_option("--devices", options.devices, "how many, each a measurement")->capture_default_str()->delimiter(',');
  app.add_option("--rounds", options.rounds, "of each way, alternating")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--requests", options.requests, "of each way, in a round")->capture_default_str();
  app.add_option("--parts", options.parts, "what to measure")->capture_default_str()->delimiter(',');
  app.add_option("--ways", options.ways, "of polling: only these of connection, driver, fleet, libmodbus-raw, libmodbus")->delimiter(',');
  app.add_option("--seconds", options.seconds, "of the grid; a third of it for changes to be seen, and for each plan of the line")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app.add_flag("--peers", options.peers, "also collectd, unpacked from its Debian package under build/peers");
  app.add_flag("--serve", serving, "be the units, until terminated")->group("");
  CLI11_PARSE(app, argc, argv);
  allow_descriptors();
  try {
    if (serving) return serve();
    measure(options);
  } catch (const std::exception& error) {
    std::cerr << "bench-modbus: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
