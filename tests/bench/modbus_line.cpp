#include "modbus_line.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "collector/cli/configuration.hpp"
#include "collector/cli/lines.hpp"
#include "folder.hpp"
#include "line_poller.hpp"
#include "simulator.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A shelf of supplies on one line.
std::string shelf_of(std::size_t units, const char* hot) {
  std::string devices, supplies, sim;
  for (std::size_t u = 1; u <= units; ++u) {
    const auto n = std::to_string(u);
    devices += "  unit" + n + R"(: {url: "modbus-rtu:///dev/ttyUSB0/)" + n + R"(?baud=19200&parity=even", profile: orv3-psu, hot: )" + hot +
               ", routine: 10s, turnaround: 5ms}\n";
    supplies += "      psu" + n + ": {cord: pdu-a/outlet/" + n + ", status: unit" + n + ", rated_watts: 3000, holdup: 20ms}\n";
    sim += "  cab1/psu" + n + ": {refresh: 100ms}\n  device/unit" + n + ": {turnaround: 5ms}\n";
  }
  return "rack: line\nsystem: 1ph\nfeeds:\n  A: {nominal_volts: 230, rating_amperes: 32}\ndevices:\n  pdu-a: {url: snmp://192.0.2.31, "
         "feed: A}\n" +
         devices + "loads:\n  cab1:\n    needs_watts: 1800\n    sharing: active\n    supplies:\n" + supplies +
         "sim:\n  pdu-a: {model: raritan-px3, refresh: 1s, boot: 5s}\n  cab1: {watts: 1800}\n" + sim;
}

std::string shelf_rtu() {
  std::ifstream in{HOLDUP_SOURCE_DIR "/hw-sim/scenarios/shelf-rtu.yaml"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct Count {
  Clock::time_point at = Clock::now();
  double driver = 0, simulator = 0;  // seconds that the line was busy
  std::uint64_t requests = 0, unanswered = 0;
};

Count count(const rtu::Figures& figures, const Simulator& simulator) {
  Count out{.driver = static_cast<double>(figures.busy_ns) / 1e9, .requests = figures.requests, .unanswered = figures.timeouts};
  const auto status = boost::json::parse(simulator.status());
  out.simulator = status.at("lines").as_object().begin()->value().at("busy_s").to_number<double>();
  return out;
}

void wait_until_known(const LinePoller& poller, std::size_t units) {
  for (const auto patience = Clock::now() + 60s; poller.known() < units; std::this_thread::sleep_for(10ms))
    if (Clock::now() > patience) throw std::runtime_error{"not all units of the line were identified"};
}

void measure(const char* what, const std::string& rack, std::chrono::seconds time) {
  const Folder folder;
  const Simulator simulator{{.bin = HOLDUP_BIN_DIR, .rack = rack}, folder};
  ground::Problems problems;
  const std::string site_file = folder.file("simulated.yaml"), profiles = HOLDUP_SOURCE_DIR "/firmware-profiles";
  auto [library, site] = [&] {
    auto all = cli::load_configuration(site_file, {profiles}, problems);  // it finds fault with too full a line
    return std::pair{std::move(all.profiles), std::move(all.site)};
  }();
  std::erase_if(site.devices, [](const site::Device& device) { return device.address.serial.path.empty(); });
  const auto lines = cli::lines_of(site, *library);
  const double silence = ground::seconds(plan::silence(lines.front().serial));
  const auto units = site.devices.size();
  LinePoller poller{std::move(site), library};
  std::jthread thread{[&](const std::stop_token& stop) { poller.run(stop); }};
  wait_until_known(poller, units);
  std::this_thread::sleep_for(2s);
  const Count from = count(poller.figures(), simulator);
  std::this_thread::sleep_for(time);
  const Count until = count(poller.figures(), simulator);
  const double took = std::chrono::duration<double>(until.at - from.at).count();
  const auto requests = static_cast<double>(until.requests - from.requests);
  const double driver = until.driver - from.driver, simulated = until.simulator - from.simulator;
  std::printf("%-34s %6.1f %%   %6.1f %%  %6.1f %%   %6.1f %%  %6.1f %%   %6.1f %6llu\n", what, 100 * lines.front().living(),
              100 * driver / took, 100 * (driver + requests * silence) / took, 100 * simulated / took,
              100 * (simulated + requests * silence) / took, requests / took,
              static_cast<unsigned long long>(until.unanswered - from.unanswered));
  std::fflush(stdout);
}

}  // namespace

void line_share(std::chrono::seconds time) {
  std::printf(
      "\nshare of the time that one line (19200 8E1) is busy, for %lld s each: from a question's first bit to its answer's last, and "
      "with the\nsilence of 3.5 characters that must stand before each question, as `holdup check` reckons (target 90 %% when full)\n",
      static_cast<long long>(time.count()));
  std::printf("plan                               check       by the driver          by the simulator     requests/s  lost\n");
  measure("shelf-rtu.yaml, 2 units", shelf_rtu(), time);
  measure("6 units every 460 ms, check's most", shelf_of(6, "460ms"), time);
  measure("6 units every 200 ms, over-full", shelf_of(6, "200ms"), time);
}

}  // namespace holdup::bench
