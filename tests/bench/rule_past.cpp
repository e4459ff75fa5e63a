#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "collector/cli/stored_past.hpp"
#include "collector/rules/engine.hpp"
#include "folder.hpp"
#include "rule_speed.hpp"
#include "rule_stage.hpp"
#include "store/store.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr ground::Utc end{24h * 20'000};  // on a full hour
constexpr auto period = 10s;
constexpr std::size_t commit = 20'000;  // samples

struct Deaf : store::Listener {
  void durable(std::vector<record::Event>) override {}
  void degraded(bool, const std::string&) override {}
  void set_aside(const store::SetAside&) override {}
};

record::Series series_of(std::size_t index) {
  return {index % 2 == 0 ? "m" : "n", {{"place", std::to_string(index / 2)}, {"rack", "r12"}}};
}

void write_month(const std::string& path, std::size_t series, ground::Duration reach) {
  Deaf listener;
  auto store = store::Store::open({.path = path, .boot = "b00t"}, listener);
  if (!store) throw std::runtime_error{store.error().what};
  std::size_t waiting = 0;
  std::uint64_t tick = 0;
  for (auto time = end - reach; time <= end; time += period, ++tick) {
    record::Batch batch{.at = ground::Instant{tick * 1ms}, .time = time, .born = {}, .samples = {}};
    for (std::size_t i = 0; i < series; ++i) {
      if (tick == 0) batch.born.emplace_back(static_cast<record::SeriesId>(i), series_of(i));
      batch.samples.push_back({static_cast<record::SeriesId>(i), 200.0 + static_cast<double>((tick * 7 + i * 13) % 50) / 10});
    }
    store->append(std::move(batch));
    waiting += series;
    if (waiting < commit) continue;
    waiting = 0;
    if (const auto done = store->flush(); !done) throw std::runtime_error{done.error().what};
  }
  if (const auto done = store->flush(); !done) throw std::runtime_error{done.error().what};
}

/// The engine as the loop runs it: a slice a turn, then what that leaves.
class Loop {
 public:
  Loop(const rules::RuleSet& rules, std::size_t series) : engine_{rules, {}}, series_{series} {
    engine_.await_past();
    for (std::size_t i = 0; i < series; ++i) {
      const auto one = series_of(i);
      std::vector<rules::Label> labels{one.labels.begin(), one.labels.end()};
      labels.emplace_back(rules::metric_name, one.name);
      engine_.born(static_cast<rules::SeriesId>(i), rules::Labels{std::move(labels)});
    }
    turn([&] { transitions_ += engine_.batch(now_, {}).size(); });
  }
  void take(core::Past past) {
    turn([&] {
      for (auto& track : past.tracks)
        engine_.fill(
            static_cast<rules::SeriesId>(2 * std::stoul(std::string{track.series.label("place")}) + (track.series.name == "n" ? 1 : 0)),
            std::move(track.points));
      for (auto& steps : past.steps) engine_.fill(std::move(steps));
      engine_.filled(past.complete, past.steps_to ? std::optional{ground::Instant{past.steps_to->time_since_epoch()}} : std::nullopt);
      transitions_ += engine_.tick(now_).size();
    });
    for (int i = 0; i < 100'000 && engine_.next_due() && *engine_.next_due() <= now_ + 1ms; ++i) {
      now_ = std::max(now_, *engine_.next_due());
      turn([&] { transitions_ += engine_.tick(now_).size(); });
    }
  }
  [[nodiscard]] double longest() const { return longest_; }
  [[nodiscard]] std::size_t transitions() const { return transitions_; }

 private:
  template <class What>
  void turn(What what) {
    const double start = thread_cpu_seconds();
    what();
    longest_ = std::max(longest_, thread_cpu_seconds() - start);
  }

  rules::Engine engine_;
  std::size_t series_;
  ground::Instant now_{end.time_since_epoch() + 1s};
  double longest_ = 0;
  std::size_t transitions_ = 0;
};

void fill_from(const std::string& path, const std::string& expression, std::size_t series) {
  const auto set = std::make_shared<const rules::RuleSet>(
      rules_from("groups:\n- name: bench\n  rules:\n  - alert: A\n    expr: '" + expression + "'\n"));
  auto reader = store::Reader::open(path);
  if (!reader) throw std::runtime_error{reader.error().what};
  Loop loop{*set, series};
  const double start = thread_cpu_seconds();
  double on_loop = 0;
  const cli::StoredPast::Asked asked{.rules = set, .waiting = {0}, .start = end, .now = end, .is_over = [] { return false; }};
  const auto figures = cli::StoredPast{
      *reader, asked, [&](core::Past past) {
        const double before = thread_cpu_seconds();
        loop.take(std::move(past));
        on_loop += thread_cpu_seconds() - before;
        return true;
      }}.read();
  if (!figures) throw std::runtime_error{figures.error().what};
  const double took = thread_cpu_seconds() - start - on_loop;
  std::printf("%-62s %10llu %10llu %9.3f %9.3f %9.3f %7zu\n", expression.c_str(), static_cast<unsigned long long>(figures->samples),
              static_cast<unsigned long long>(figures->steps), took, on_loop, loop.longest() * 1e3, loop.transitions());
  std::fflush(stdout);
}

}  // namespace

void rule_past(std::size_t series, int days) {
  const Folder folder;
  const auto path = folder.file("past.db");
  write_month(path, series, 24h * days);
  std::printf("\nfilled from a store of %d d of %zu series, a sample every %lld s; %.0f MB\n%-62s %10s %10s %9s %9s %9s %7s\n", days,
              series, static_cast<long long>(std::chrono::seconds{period}.count()),
              static_cast<double>(std::filesystem::file_size(path)) / 1e6, "", "samples", "steps", "read s", "loop s", "turn ms", "alerts");
  for (const auto* expression :
       {"max_over_time(m[1h]) > 0", "avg_over_time(m[1d]) > 0", "max_over_time(m[7d:1h]) > 0", "quantile_over_time(0.9, m[7d:10m]) > 0",
        "avg_over_time((m / on (place) n)[30d:1h]) > 0", "max_over_time(rate(m[10m])[30d:1h]) >= 0"})
    fill_from(path, expression, series);
}

}  // namespace holdup::bench
