#include "rule_peers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "child_program.hpp"
#include "collector/cli/heap_pages.hpp"
#include "collector/serve/server.hpp"
#include "folder.hpp"
#include "ground/number.hpp"
#include "http_get.hpp"
#include "rule_stage.hpp"
#include "scrape_target.hpp"
#include "simulator.hpp"
#include "store_stage.hpp"
#include "unpacked.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr int hours = 6;
constexpr std::size_t asked_series = 24;

std::string program(const char* name) {
  auto package = unpacked("prometheus");
  if (package.empty()) throw std::runtime_error{"Prometheus' package cannot be had"};
  return package + "/usr/bin/" + name;
}

/// Started over a folder of data, and ready.
class Prometheus {
 public:
  Prometheus(const Folder& folder, const std::string& configuration) : port_{free_port()} {
    (void)folder.write("prometheus.yml", configuration);
    child_ = std::make_unique<ChildProgram>(ChildProgram::Call{
        .words = {program("prometheus"), "--config.file=" + folder.file("prometheus.yml"), "--storage.tsdb.path=" + folder.file("data"),
                  "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=error"},
        .log = folder.file("log")});
    for (const auto patience = SteadyClock::now() + 120s; get("/-/ready").find("Ready") == std::string::npos;) {
      if (SteadyClock::now() > patience) throw std::runtime_error{"Prometheus does not start; see " + folder.file("log")};
      std::this_thread::sleep_for(200ms);
    }
  }
  [[nodiscard]] std::string get(const std::string& target) const { return http_get(port_, target).value_or(""); }
  /// The sum of its own metric over all label sets.
  [[nodiscard]] double metric(const std::string& name) const {
    const auto page = "\n" + get("/metrics");
    double out = 0;
    for (auto at = page.find("\n" + name); at != std::string::npos; at = page.find("\n" + name, at + 1)) {
      const auto line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
      if (line[name.size()] != '{' && line[name.size()] != ' ') continue;
      out += ground::parse_number(line.substr(line.rfind(' ') + 1)).value_or(0);
    }
    return out;
  }
  [[nodiscard]] double cpu_seconds() const { return child_->cpu_seconds(); }

 private:
  static std::uint16_t free_port() {
    return ScrapeTarget{[] { return std::string{}; }}.port();
  }

  std::uint16_t port_;
  std::unique_ptr<ChildProgram> child_;
};

/// Every series of the load, as a page; each value moves from scrape to scrape.
std::string page_of(const RuleKind& kind, const RuleLoad& load) {
  static std::size_t turn = 0;
  ++turn;
  std::string out;
  for (std::size_t series = 0; series < load.series; ++series)
    out += labels_of(series, kind, load).text() + " " + std::to_string(100 + (series * 7 + turn * 13) % 256) + "\n";
  return out;
}

void beside_prometheus(const RuleKind& kind, const RuleLoad& load, int seconds) {
  const Folder folder;
  ScrapeTarget target{[&] { return page_of(kind, load); }};
  (void)folder.write("rules.yml", rule_text(kind, load));
  const Prometheus peer{folder,
                        "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [rules.yml]\nscrape_configs:\n- job_name: j\n"
                        "  static_configs: [{targets: ['127.0.0.1:" +
                            std::to_string(target.port()) + "']}]\n"};
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const auto taken = [&] {
    return std::pair{peer.metric("prometheus_rule_evaluation_duration_seconds_sum"), peer.metric("prometheus_rule_evaluations_total")};
  };
  const auto before = taken();
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const auto after = taken();
  const double evaluations = after.second - before.second;
  if (evaluations < 1) throw std::runtime_error{"Prometheus evaluated no rule"};
  const double theirs =
      (after.first - before.first) * 1e9 / evaluations / (static_cast<double>(load.series) / static_cast<double>(load.rules));
  RuleStage stage{kind, load};
  std::vector<double> all;
  for (int round = 0; round < 40; ++round) all.push_back(stage.second() * 1e9 / static_cast<double>(load.series));
  const double ours = median(all);
  std::printf("%-24s %9.1f  %12.0f  %9.0f   (%.0f evaluations)\n", kind.name.c_str(), ours, theirs, theirs / ours, evaluations);
  std::fflush(stdout);
}

/// The asked series' seconds, in a store of ours and as blocks of Prometheus.
void fill(const std::string& store, const Folder& folder) {
  const RackOptions small{.series = 5 * asked_series, .devices = asked_series};
  RackFeed feed{small};
  {
    std::ofstream file{folder.file("samples")};
    for (int second = 0; second < hours * 3600; ++second) {
      const auto time = " " + std::to_string(feed.time_ms() / 1000) + "\n";
      for (const auto& batch : feed.second())
        for (const auto& sample : batch.samples)
          file << feed.identity(sample.series).text() << " " << ground::number_text(sample.value) << time;
    }
    file << "# EOF\n";
  }
  const auto said = output_of(program("promtool") + " tsdb create-blocks-from openmetrics -q " + folder.file("samples") + " " +
                              folder.file("data") + " 2>&1");
  if (!said.empty()) std::printf("promtool: %s\n", said.c_str());
  RackFeed again{small};
  BenchStore ours{store};
  (void)ours.write(again, hours * 3600, std::chrono::microseconds{0});
}

std::string in_url(const std::string& expression) {
  std::string out;
  for (const char c : expression) {
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
    out += code;
  }
  return out;
}

}  // namespace

void rules_beside_prometheus(int seconds) {
  const RuleLoad load{.crossing = 0};
  std::printf("\n%zu rules over %zu series each second beside Prometheus: ns a rule and sample\n%-24s %9s  %12s  %9s\n", load.rules,
              load.series, "", "holdup", "Prometheus", "times");
  for (const std::size_t kind : {0, 2, 7}) beside_prometheus(rule_kinds()[kind], load, seconds);
}

void range_beside_prometheus(int rounds) {
  const cli::HeapPages heap;  // as the daemon has it: what one query needed the next one finds
  const Folder folder{memory_folder()};
  fill(folder.file("ours.db"), folder);
  settle(folder.file("ours.db"));
  const Prometheus peer{folder, "global: {}\n"};
  auto opened = serve::Server::start({.listen = "127.0.0.1:0", .store_path = folder.file("ours.db")}, {});
  if (!opened) throw std::runtime_error{opened.error().what};
  const auto port = port_of(opened->endpoint());
  const auto begin = RackOptions{}.begin_ms;
  const auto metric = RackFeed{RackOptions{.series = 5 * asked_series, .devices = asked_series}}.identity(0).name;
  std::printf("\n%zu series over %d h, a point a minute, ms, both over HTTP\n%-44s %9s %9s %9s\n", asked_series, hours, "", "holdup",
              "Prometheus", "times");
  for (const auto& expression :
       {metric + "{index=\"0\"}", "avg_over_time(" + metric + "{index=\"0\"}[1m])", "sum(" + metric + "{index=\"0\"})"}) {
    std::vector<double> ours, theirs;
    const auto question = "/api/v1/query_range?query=" + in_url(expression) + "&start=" + std::to_string(begin / 1000) +
                          "&end=" + std::to_string(begin / 1000 + hours * 3600 - 1) + "&step=60";
    for (int round = 0; round < rounds; ++round) {
      const auto start = SteadyClock::now();
      const auto answer = http_get(port, question).value_or("");
      const auto middle = SteadyClock::now();
      const auto other = peer.get(question);
      theirs.push_back(millis(SteadyClock::now() - middle));
      ours.push_back(millis(middle - start));
      const auto points = [](const std::string& text) { return std::ranges::count(text, '['); };
      if (points(answer) != points(other) || points(other) < 300)
        throw std::runtime_error{expression + ": " + std::to_string(points(answer)) + " points here, " + std::to_string(points(other)) +
                                 " there"};
    }
    const double our_median = percentile(ours, 0.5), their_median = percentile(theirs, 0.5);
    std::printf("%-44s %9.2f %9.2f %9.1f\n", expression.c_str(), our_median, their_median, their_median / our_median);
    std::fflush(stdout);
  }
}

}  // namespace holdup::bench
