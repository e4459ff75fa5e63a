#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "ground/clock/clock.hpp"
#include "ground/instant.hpp"
#include "tests/bench/alert_listener.hpp"
#include "tests/bench/bare_watcher.hpp"
#include "tests/bench/child_program.hpp"
#include "tests/bench/http_get.hpp"
#include "tests/gpio/sim_chip.hpp"

// `bench-contact`: from a contact's edge to the alert in another's hands, through `holdup run`, beside a bare relay of edges. Only in the
// virtual machine of tests/gpio/machine, whose times are its own; the ratio is what counts.
namespace holdup::bench {
namespace {

using namespace std::chrono_literals;
using gpio_test::SimChip;
using ground::Duration;
using ground::Instant;

constexpr unsigned supplies = 16;
// Between losses: a line that is pulled to and fro eight times a second chatters, and is not believed for 5 s.
constexpr Duration pause = 20ms;

struct Options {
  int losses = 200;
  std::string holdup = "/programs/holdup";
};

/// Eight cabinets of two supplies, each with a contact of its own and no other eye. `qualify` is as short as can be: it is the site's own
/// delay.
std::string site_text(const std::string& chip, std::uint16_t hook) {
  std::string contacts, loads;
  for (unsigned s = 0; s < supplies; ++s) {
    const std::string cabinet = "cab" + std::to_string(s / 2 + 1), supply = "psu" + std::to_string(s % 2 + 1);
    contacts += "  c" + std::to_string(s) + ": {source: " + chip + "/" + std::to_string(s) +
                ", senses: ac_ok, qualify: 1us, of: " + cabinet + "/" + supply + "}\n";
    if (s % 2 == 0) loads += "  " + cabinet + ": {supplies: {psu1: {}, psu2: {}}}\n";
  }
  return "rack: bench\nhttp: {listen: 127.0.0.1:0}\ncontacts:\n" + contacts + "loads:\n" + loads +
         "alerts: {webhook: [\"http://127.0.0.1:" + std::to_string(hook) + "/hook\"]}\n";
}

void print(const char* what, std::vector<Duration> all, const std::vector<Duration>* limit = nullptr) {
  const auto at = [](std::vector<Duration> of, double share) {
    std::ranges::sort(of);
    return std::chrono::duration<double, std::micro>{
        of[std::min(of.size() - 1, static_cast<std::size_t>(share * static_cast<double>(of.size())))]}
        .count();
  };
  std::printf("%-34s %4zu   p50 %7.0f us   p99 %7.0f us   p99.9 %7.0f us", what, all.size(), at(all, 0.5), at(all, 0.99), at(all, 0.999));
  if (limit != nullptr)
    std::printf("   %.2f  %.2f of the relay (targets 1.5, 2)", at(all, 0.5) / at(*limit, 0.5), at(all, 0.99) / at(*limit, 0.99));
  std::printf("\n");
}

/// The first POST that names all the words.
Instant alert(AlertListener& listener, const std::vector<std::string>& words) {
  const Instant until = ground::clock::now() + 20s;
  while (const auto arrival = listener.next(until))
    if (std::ranges::all_of(words, [&](const std::string& word) { return arrival->body.find(word) != std::string::npos; }))
      return arrival->at;
  throw std::runtime_error{"no alert of " + words.front()};
}

Instant relayed(AlertListener& listener) {
  const Instant until = ground::clock::now() + 20s;
  while (const auto arrival = listener.next(until))
    if (arrival->path == "/limit") return arrival->at;
  throw std::runtime_error{"the relay told no edge"};
}

/// What the daemon says of itself: from the evidence in its hand until the alert was written.
void print_own_share(std::uint16_t port) {
  const auto page = http_get(port, "/metrics");
  const auto figure = [&](const std::string& name) {
    const auto line = page ? page->find('\n' + name + ' ') : std::string::npos;
    return line == std::string::npos ? 0.0 : std::stod(page->substr(line + name.size() + 2));
  };
  const double count = figure("holdup_detect_seconds_count");
  if (count == 0) throw std::runtime_error{"the daemon tells no figures"};
  std::printf("of it holdup's own, in hand to written  mean %4.0f us", 1e6 * figure("holdup_detect_seconds_sum") / count);
  for (const char* bound : {"0.0005", "0.001", "0.01"})
    std::printf("   %5.1f %% within %g ms", 100 * figure(std::string{"holdup_detect_seconds_bucket{le=\""} + bound + "\"}") / count,
                1000 * std::stod(bound));
  std::printf("\n");
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : folder_{std::filesystem::temp_directory_path() / "bench-contact"},
        chip_{"contacts", supplies},
        spare_{"relay", 1},
        relay_{{.bin = std::filesystem::path{options.holdup}.parent_path(),
                .way = "contact",
                .listener = listener_.port(),
                .element = "cab9/psu1",
                .rest = {spare_.name(), "0"}},
               log("bare-watcher")} {
    std::filesystem::create_directories(folder_ / "profiles");
    if (relay_.line() != "ready") throw std::runtime_error{"the relay has no line"};
    for (unsigned s = 0; s < supplies; ++s) chip_.pull(s, true);
    spare_.pull(0, true);
    std::ofstream{folder_ / "profiles" / "nothing.yaml"} << "profile: nothing\nidentify: [{sys_object_id: [1.3.6.1.4.1.8072.99]}]\n";
    std::ofstream{folder_ / "site.yaml"} << site_text(chip_.name(), listener_.port());
    holdup_.emplace(ChildProgram::Call{.words = {options.holdup, "run", "-c", folder_ / "site.yaml", "--profiles", folder_ / "profiles"},
                                       .log = log("holdup")});
    const auto ready = holdup_->line();
    port_ = static_cast<std::uint16_t>(std::stoul(ready.substr(ready.rfind(':') + 1)));
    std::this_thread::sleep_for(3s);  // the daemon opens its lines; an edge before that would be told as found
  }

  void lose(int round) {
    std::this_thread::sleep_for(pause + std::chrono::microseconds{dice_() % 3000});
    const unsigned line = static_cast<unsigned>(round) % supplies;
    const std::string element = "cab" + std::to_string(line / 2 + 1) + "/psu" + std::to_string(line % 2 + 1);
    const Instant pulled = ground::clock::now();
    chip_.pull(line, false);
    told_.push_back(alert(listener_, {element, "supply_input_lost"}) - pulled);
    chip_.pull(line, true);
    (void)alert(listener_, {element, "endsAt"});
    const Instant spare = ground::clock::now();
    spare_.pull(0, false);
    relayed_.push_back(relayed(listener_) - spare);
    spare_.pull(0, true);
  }

  void print() const {
    std::this_thread::sleep_for(1500ms);  // its figures are as of the last second
    bench::print("edge to post received, bare relay", relayed_);
    bench::print("edge to alert received, holdup", told_, &relayed_);
    print_own_share(port_);
  }

 private:
  [[nodiscard]] static std::string log(const std::string& program) {
    return std::filesystem::temp_directory_path() / ("bench-contact-" + program + ".log");
  }

  std::filesystem::path folder_;
  AlertListener listener_;
  SimChip chip_, spare_;
  BareWatcher relay_;
  std::optional<ChildProgram> holdup_;
  std::uint16_t port_ = 0;
  std::minstd_rand dice_{42};
  std::vector<Duration> told_, relayed_;
};

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  holdup::bench::Options options;
  CLI::App app{"From a contact's edge to the alert, beside a bare relay"};
  app.add_option("--losses", options.losses, "one after the other")->capture_default_str();
  app.add_option("--holdup", options.holdup, "the program")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    holdup::bench::Bench bench{options};
    for (int round = 0; round < options.losses; ++round) bench.lose(round);
    bench.print();
  } catch (const std::exception& error) {
    std::cerr << "bench-contact: " << error.what() << '\n'
              << std::ifstream{std::filesystem::temp_directory_path() / "bench-contact" / "log"}.rdbuf();
    return 1;
  }
}
