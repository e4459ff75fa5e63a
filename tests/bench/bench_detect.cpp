#include <unistd.h>  // isatty

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "alert_listener.hpp"
#include "child_program.hpp"
#include "core_speed.hpp"
#include "detect_rack.hpp"
#include "folder.hpp"
#include "ground/clock/clock.hpp"
#include "limits/poll_loop.hpp"
#include "simulator.hpp"

// `bench-detect`: how long after a supply lost its input the alert is received, of holdup and of a bare poll loop side by side: the same
// simulator, the same status unit, the same listener, the same losses.
namespace holdup::bench {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;

constexpr Duration period = 20ms;  // refresh of the status units, and the lane
constexpr Duration patience = 10s;
constexpr int losses_a_start =
    20;  // then holdup is started anew: its lanes keep their phases as long as it runs, and must not decide the outcome

struct Options {
  std::vector<std::string> parts{"modbus", "core"};
  std::vector<int> racks{1, 10, 100, 1000};
  int rounds = 3;
  int losses = 200;
  int cabinets = 10;
  bool each = false;
  std::uint64_t seed = std::random_device{}();
  std::string bin = HOLDUP_BIN_DIR;
};

class Daemon {
 public:
  Daemon(const Options& options, const Folder& folder, std::uint16_t listener)
      : program_{{.words = {options.bin + "/holdup", "run", "-c", site_in(folder, listener)}, .log = folder.file("holdup.log")}} {
    auto ready = program_.line();  // "ready http://127.0.0.1:PORT/"
    ready.pop_back();
    port_ = port_of(ready);
  }

  [[nodiscard]] std::string verdict() const {
    namespace http = boost::beast::http;
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    socket.connect({asio::ip::address_v4::loopback(), port_});
    http::request<http::empty_body> question{http::verb::get, "/api/holdup/v1/status", 11};
    question.set(http::field::host, "127.0.0.1");
    http::write(socket, question);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> answer;
    http::read(socket, buffer, answer);
    return std::string{json::parse(answer.body()).at("verdict").as_string()};
  }

 private:
  static std::string site_in(const Folder& folder, std::uint16_t listener) {
    return folder.write("site.yaml", folder.read("simulated.yaml") + "store: {path: " + folder.file("bench.db") +
                                         "}\nhttp: {listen: 127.0.0.1:0}\nalerts: {webhook: [http://127.0.0.1:" + std::to_string(listener) +
                                         "/holdup]}\n");
  }

  ChildProgram program_;
  std::uint16_t port_ = 0;
};

/// What the listener heard, by cabinet.
struct Ear {
  std::map<std::string, std::set<std::string>> firing;  // element: alertnames
  std::map<std::string, Instant> first;                 // element: when its alert began to fire
  std::optional<Instant> limit;                         // the bare loop's post
  std::set<std::string> strangers;                      // alerts about anything but a cabinet's psu1

  void hear(const Arrival& arrival) {
    if (arrival.path == "/limit") {
      limit = arrival.at;
      return;
    }
    const auto body = json::parse(arrival.body);
    for (const auto& alert : body.as_array()) hear(alert, arrival.at);
  }

 private:
  void hear(const json::value& alert, Instant at) {
    const std::string element{alert.at("labels").at("element").as_string()}, name{alert.at("labels").at("alertname").as_string()};
    const auto ends = ground::parse_iso8601(std::string{alert.at("endsAt").as_string()});
    if (!ends || *ends <= ground::utc(at, ground::clock::utc_offset())) return void(firing[element].erase(name));
    if (!element.ends_with("/psu1")) strangers.insert(name + " " + element);
    if (firing[element].empty()) first[element] = at;
    firing[element].insert(name);
  }
};

struct Loss {
  int cabinet;
  Duration holdup, limit;
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_{options},
        chance_{options.seed},
        simulator_{{.bin = options.bin, .rack = detect_rack(options.cabinets), .seed = options.seed}, folder_},
        limit_{limit_plan()} {}

  std::vector<Loss> run() {
    for (int n = 0; n < options_.losses; ++n) {
      if (n % losses_a_start == 0) start_holdup();
      const int cabinet = next_whole();
      limit_.watch(static_cast<std::size_t>(cabinet - 1), drawn(period));
      listen(ground::clock::now() + 2 * period + drawn(period));  // both are on their grids, and the loss falls anywhere in them
      lose(cabinet);
      if (::isatty(STDERR_FILENO)) std::fprintf(stderr, "\r%d of %d losses ", n + 1, options_.losses);
    }
    if (::isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[K");
    return losses_;
  }

  [[nodiscard]] int missed() const { return missed_; }
  [[nodiscard]] const std::set<std::string>& strangers() const { return ear_.strangers; }

 private:
  static std::string element(int cabinet) { return "cab" + std::to_string(cabinet) + "/psu1"; }

  [[nodiscard]] PollLoop::Plan limit_plan() const {
    PollLoop::Plan plan{.units = {}, .listener = listener_.port(), .period = period};
    for (int n = 1; n <= options_.cabinets; ++n) {
      const std::string unit = "cab" + std::to_string(n) + "-psu1";
      plan.units.push_back({.port = simulator_.port(unit), .name = unit});
    }
    return plan;
  }

  Duration drawn(Duration below) { return Duration{std::uniform_int_distribution<std::int64_t>{0, below.count() - 1}(chance_)}; }

  void start_holdup() {
    for (int n = 0; n < options_.cabinets; ++n) (void)next_whole();
    daemon_.reset();
    daemon_.emplace(options_, folder_, listener_.port());
    wait_until_redundant();
  }

  void wait_until_redundant() {
    const auto deadline = ground::clock::now() + 60s;
    while (daemon_->verdict() != "redundant") {
      if (ground::clock::now() > deadline)
        throw std::runtime_error{"the rack was not called redundant within a minute; see " + folder_.file("holdup.log")};
      listen(ground::clock::now() + 100ms);
    }
  }

  /// Takes in what arrives until then.
  void listen(Instant until) {
    while (auto arrival = listener_.next(until)) ear_.hear(*arrival);
  }

  /// The cabinets in turn, each when its former loss was called restored.
  int next_whole() {
    cabinet_ = cabinet_ % options_.cabinets + 1;
    const auto deadline = ground::clock::now() + 60s;
    while (!ear_.firing[element(cabinet_)].empty()) {
      const auto arrival = listener_.next(deadline);
      if (!arrival) throw std::runtime_error{element(cabinet_) + " was not restored within a minute; see " + folder_.file("holdup.log")};
      ear_.hear(*arrival);
    }
    return cabinet_;
  }

  void lose(int cabinet) {
    const std::string cord = "pdu-a/outlet/" + std::to_string(cabinet);
    ear_.first.erase(element(cabinet));
    ear_.limit.reset();
    simulator_.order("fail " + cord);
    const auto lost = ground::clock::now();
    while (!ear_.limit || !ear_.first.contains(element(cabinet))) {
      const auto arrival = listener_.next(lost + patience);
      if (!arrival) break;
      ear_.hear(*arrival);
    }
    if (ear_.limit && ear_.first.contains(element(cabinet)))
      losses_.push_back({.cabinet = cabinet, .holdup = ear_.first[element(cabinet)] - lost, .limit = *ear_.limit - lost});
    else
      ++missed_;
    simulator_.order("restore " + cord);
  }

  Options options_;
  std::mt19937_64 chance_;
  Folder folder_;
  AlertListener listener_;
  Simulator simulator_;
  PollLoop limit_;
  std::optional<Daemon> daemon_;
  Ear ear_;
  int cabinet_ = 0, missed_ = 0;
  std::vector<Loss> losses_;
};

struct Figures {
  double p50, p99, max;  // milliseconds
};

/// Nearest rank.
Figures figures_of(const std::vector<Loss>& losses, Duration Loss::*whose) {
  std::vector<Duration> all;
  for (const Loss& loss : losses) all.push_back(loss.*whose);
  std::ranges::sort(all);
  const auto at = [&](std::size_t percent) { return ground::seconds(all[(all.size() * percent + 99) / 100 - 1]) * 1000; };
  return {.p50 = at(50), .p99 = at(99), .max = at(100)};
}

void print(const Bench& bench, const std::vector<Loss>& losses) {
  const auto holdup = figures_of(losses, &Loss::holdup), limit = figures_of(losses, &Loss::limit);
  std::printf("loss -> alert received, %zu losses, milliseconds\n", losses.size());
  std::printf("%-8s %8s %8s %8s\n", "", "p50", "p99", "max");
  std::printf("%-8s %8.1f %8.1f %8.1f\n", "holdup", holdup.p50, holdup.p99, holdup.max);
  std::printf("%-8s %8.1f %8.1f %8.1f\n", "limit", limit.p50, limit.p99, limit.max);
  std::printf("holdup/limit p50 ratio %.2f target 1.25, p99 ratio %.2f target 2\n", holdup.p50 / limit.p50, holdup.p99 / limit.p99);
  if (bench.missed() > 0) std::printf("%d losses without an alert of both within %g s\n", bench.missed(), ground::seconds(patience));
  for (const auto& stranger : bench.strangers()) std::printf("also alerted: %s\n", stranger.c_str());
}

void measure_losses(const Options& options) {
  std::printf("status units: %d, refresh 20 ms, lane 20 ms\n", 2 * options.cabinets);
  std::fflush(stdout);
  Bench bench{options};
  const auto losses = bench.run();
  if (losses.empty()) throw std::runtime_error{"no loss was told by both"};
  if (options.each)
    for (const Loss& loss : losses)
      std::printf("cab%d holdup %.1f limit %.1f\n", loss.cabinet, ground::seconds(loss.holdup) * 1000, ground::seconds(loss.limit) * 1000);
  print(bench, losses);
}

void measure(const Options& options) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("bench-detect --losses %d --cabinets %d --seed %llu\n%u cores, load average at the start %.1f\n", options.losses,
              options.cabinets, static_cast<unsigned long long>(options.seed), std::thread::hardware_concurrency(), load[0]);
  const auto wanted = [&](const char* part) { return std::ranges::find(options.parts, part) != options.parts.end(); };
  if (wanted("modbus")) measure_losses(options);
  if (wanted("core")) measure_core(options.racks, options.rounds);
}

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  holdup::bench::Options options;
  CLI::App app{"Loss of a supply's input to alert received: holdup beside a bare poll loop of the same period, against hw-sim"};
  app.add_option("--parts", options.parts, "what to measure")->capture_default_str()->delimiter(',');
  app.add_option("--racks", options.racks, "of 100 points, for core")->capture_default_str()->delimiter(',')->check(CLI::Range(1, 1000));
  app.add_option("--rounds", options.rounds, "of each size of rack, for core")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--losses", options.losses, "how many")->capture_default_str()->check(CLI::Range(1, 100000));
  app.add_option("--cabinets", options.cabinets, "in the rack, two status units each")->capture_default_str()->check(CLI::Range(1, 30));
  app.add_option("--seed", options.seed, "of the phases and the simulator; drawn unless told");
  app.add_flag("--each", options.each, "print every loss");
  app.add_option("--bin", options.bin, "folder that holds holdup and hw-sim")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    holdup::bench::measure(options);
  } catch (const std::exception& error) {
    std::cerr << "bench-detect: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
