#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "rule_peers.hpp"
#include "rule_speed.hpp"

// `bench-rules`: what rules cost a sample, by kind, by the number of series and of rules on each, how soon an alert turns, and what a range
// query takes, beside a bare threshold, the plain evaluator and Prometheus, in one run.
int main(int argc, char** argv) {
  using namespace holdup::bench;
  std::vector<std::string> parts{"kinds", "sizes", "turns", "readers"};
  std::vector<std::size_t> sizes{1'000, 10'000, 100'000, 1'000'000};
  std::vector<std::size_t> turn_sizes{10'000, 100'000};
  std::vector<std::string> kinds;
  std::size_t past_series = 100;
  int rounds = 5, seconds = 30, past_days = 30;
  CLI::App app{"What rules cost: holdup's streaming engine beside bare limits and Prometheus"};
  app.add_option("--parts", parts, "what to measure; prometheus and range start Debian's Prometheus, unpacked under build/peers")
      ->capture_default_str()
      ->delimiter(',');
  app.add_option("--rounds", rounds, "of each, of which the median counts")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--sizes", sizes, "series")->capture_default_str()->delimiter(',');
  app.add_option("--turn-sizes", turn_sizes, "series of the part turns")->capture_default_str()->delimiter(',');
  app.add_option("--kinds", kinds, "kinds of rules of the parts kinds and turns, as they print them; all unless given")->delimiter(',');
  app.add_option("--past-series", past_series, "in the store of the part past")->capture_default_str();
  app.add_option("--past-days", past_days, "that it holds")->capture_default_str()->check(CLI::Range(1, 40));
  app.add_option("--seconds", seconds, "that Prometheus has for its rules, after as many to begin with")
      ->capture_default_str()
      ->check(CLI::Range(5, 3600));
  CLI11_PARSE(app, argc, argv);
  try {
    double load[1] = {};
    (void)::getloadavg(load, 1);
    std::printf("%u cores, load average at the start %.1f\n", std::thread::hardware_concurrency(), load[0]);
    const auto wanted = [&](const char* part) { return std::ranges::find(parts, part) != parts.end(); };
    if (wanted("kinds")) rule_kinds_speed(rounds, kinds);
    if (wanted("sizes")) rule_sizes(rounds, sizes);
    if (wanted("turns")) rule_turns(rounds, turn_sizes, kinds);
    if (wanted("past")) rule_past(past_series, past_days);
    if (wanted("readers")) rule_readers(rounds);
    if (wanted("prometheus")) rules_beside_prometheus(seconds);
    if (wanted("range")) range_beside_prometheus(rounds);
  } catch (const std::exception& error) {
    std::cerr << "bench-rules: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
