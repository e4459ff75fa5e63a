#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "store_parts.hpp"

// `bench-store`: what a rack's history takes on the disk, what writing it costs, how soon an event is durable beside everything else the
// store does, how long questions and a start take, beside bare limits and other programs, in one run.
namespace holdup::bench {
namespace {

void measure(const StoreOptions& options, const std::vector<std::string>& parts, bool peers) {
  double load[1] = {};
  (void)::getloadavg(load, 1);
  std::printf("%u cores, load average at the start %.1f\n", std::thread::hardware_concurrency(), load[0]);
  const auto wanted = [&](const char* part) { return std::ranges::find(parts, part) != parts.end(); };
  ReferenceFile reference{options.hours};
  if (wanted("size")) sizes(options);
  if (wanted("cpu")) cpu(options);
  if (wanted("commit")) commits(options);
  if (wanted("query")) queries(options, reference);
  if (wanted("open")) openings(options);
  if (wanted("memory")) memory(options);
  if (peers || wanted("peers")) store_peers(options);
}

}  // namespace
}  // namespace holdup::bench

int main(int argc, char** argv) {
  using namespace holdup::bench;
  StoreOptions options;
  std::vector<std::string> parts{"size", "cpu", "commit", "query", "open", "memory"};
  std::string playing, store, tell;
  bool peers = false;
  CLI::App app{"What a rack's history costs: holdup's store beside bare SQLite, a bare sync and other programs"};
  app.add_option("--parts", parts, "what to measure")->capture_default_str()->delimiter(',');
  app.add_option("--hours", options.hours, "of 1000 series at 1 Hz")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--variants", options.variants, "of the samples whose size is measured")->capture_default_str()->delimiter(',');
  app.add_option("--rounds", options.rounds, "of two hours each, for cpu; alternating")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "of commits beside everything else")->capture_default_str()->check(CLI::Range(2, 3600));
  app.add_option("--days", options.days, "of the files that are opened")->capture_default_str()->delimiter(',');
  app.add_flag("--peers", peers, "also VictoriaMetrics and Prometheus, unpacked from their Debian packages under build/peers");
  app.add_option("--play", playing, "export | backup, over and over: what commits start beside themselves")->group("");
  app.add_option("--store", store)->group("");
  app.add_option("--tell", tell)->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!playing.empty()) return play(playing, store, tell);
    measure(options, parts, peers);
  } catch (const std::exception& error) {
    std::cerr << "bench-store: " << error.what() << '\n';
    return 1;  // nothing was measured
  }
}
