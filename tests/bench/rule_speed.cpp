#include "rule_speed.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "collector/rules/memory.hpp"
#include "limits/bare_threshold.hpp"
#include "rule_stage.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t least_samples = 400'000;  // of each round
constexpr int settling = 300;                   // seconds: windows are full, and most that may doze have found how far
constexpr int seconds_of_turns = 3;
constexpr double usual_limit = 1.4;  // ns: what the limit takes on a machine at rest

std::size_t seconds_for(const RuleLoad& load) { return std::max<std::size_t>(1, least_samples / load.series); }

bool is_among(const std::vector<std::string>& kinds, const RuleKind& kind) {
  return kinds.empty() || std::ranges::find(kinds, kind.name) != kinds.end();
}

/// Nanoseconds a sample.
double nanoseconds(RuleStage& stage, const RuleLoad& load) {
  double spent = 0;
  for (std::size_t second = 0; second < seconds_for(load); ++second) spent += stage.second();
  return spent * 1e9 / static_cast<double>(seconds_for(load) * load.series);
}

void settle(RuleStage& stage) {
  for (int begun = 0; begun < settling; ++begun) (void)stage.second();
}

double median_nanoseconds(RuleStage& stage, const RuleLoad& load, int rounds) {
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) all.push_back(nanoseconds(stage, load));
  return median(all);
}

class BareStage {
 public:
  explicit BareStage(const RuleLoad& load) : load_{load}, limit_{load.series} {}
  double nanoseconds() {
    const double start = thread_cpu_seconds();
    for (std::size_t second = 0; second < seconds_for(load_) * 10; ++second)
      for (std::size_t first = 0; first + values_.size() <= load_.series; first += values_.size()) {
        values_[second % values_.size()] = values_[second % values_.size()] > 500 ? 100 : 1000;
        turned_ += limit_.take(first, values_);
      }
    const double spent = thread_cpu_seconds() - start;
    return turned_ > 0 ? spent * 1e8 / static_cast<double>(seconds_for(load_) * load_.series) : 0;
  }

 private:
  RuleLoad load_;
  BareThreshold limit_;
  std::vector<double> values_ = std::vector<double>(100, 100);
  std::size_t turned_ = 0;
};

/// One rule of the kind over its ten series with a minute of samples, evaluated whole, in nanoseconds.
double plain(const RuleKind& kind, const RuleLoad& load) {
  constexpr int rounds = 3, times = 500;
  const RuleLoad alone{.rules = 1, .series = load.series / load.rules};
  const auto set = rules_from(rule_text(kind, alone));
  rules::Memory memory;
  for (std::size_t series = 0; series < alone.series; ++series) {
    std::vector<rules::Point> points;
    for (int second = 0; second < 60; ++second) points.push_back({ground::Instant{second * 1s}, 100.0 + second % 7});
    memory.add(labels_of(series, kind, alone), points);
  }
  std::vector<double> all;
  for (int round = 0; round < rounds; ++round) {
    const double start = thread_cpu_seconds();
    for (int i = 0; i < times; ++i) (void)rules::evaluate(set.front().expression, {.at = ground::Instant{60s}}, memory);
    all.push_back((thread_cpu_seconds() - start) * 1e9 / times);
  }
  return median(all);
}

}  // namespace

/// In turn, so that what else the machine does meanwhile falls upon all of them.
void rule_kinds_speed(int rounds, const std::vector<std::string>& kinds) {
  const RuleLoad load;
  struct Measured {
    const RuleKind& kind;
    std::unique_ptr<RuleStage> stage;
    std::vector<double> ours;
  };
  std::vector<Measured> all;
  for (const auto& kind : rule_kinds())
    if (is_among(kinds, kind)) all.push_back({.kind = kind, .stage = std::make_unique<RuleStage>(kind, load), .ours = {}});
  for (auto& measured : all) settle(*measured.stage);
  BareStage bare{load};
  std::vector<double> limits;
  for (int round = 0; round < rounds; ++round) {
    limits.push_back(bare.nanoseconds());
    for (auto& [kind, stage, ours] : all) ours.push_back(nanoseconds(*stage, load));
  }
  const double limit = median(limits);
  std::printf(
      "\n%zu rules over %zu series, one rule a series, replies of 100 samples, one of 1000 samples high; CPU ns a rule and sample\n",
      load.rules, load.series);
  std::printf("%-24s %9.2f", "bare threshold", limit);
  if (limit > 2 * usual_limit) std::printf("  %.1f times its usual %.1f: the machine is not at rest", limit / usual_limit, usual_limit);
  std::printf("\n%-24s %9s  %9s  %9s  %22s\n", "", "holdup", "least", "to bare", "whole, plain evaluator");
  for (auto& [kind, stage, ours] : all) {
    const double usual = median(ours), least = std::ranges::min(ours);
    std::printf("%-24s %9.1f  %9.1f  %9.1f  %22.0f\n", kind.name.c_str(), usual, least, usual / limit, plain(kind, load));
    std::fflush(stdout);
  }
}

void rule_sizes(int rounds, const std::vector<std::size_t>& sizes) {
  std::printf("\none rule a series; a change: from the sample to the alert's transition, us\n%-20s %9s %7s %12s %17s %9s %9s %14s\n", "",
              "series", "rules", "ns a sample", "one of 1000 high", "p50", "p99", "bytes a series");
  for (const std::size_t kind : {0, 2}) {
    for (const auto series : sizes) {
      RuleLoad load{.rules = std::min<std::size_t>(1000, series / 10), .series = series};
      const auto cost = [&](RuleStage& stage) {
        settle(stage);
        return median_nanoseconds(stage, load, rounds);
      };
      const double busy = cost(*std::make_unique<RuleStage>(rule_kinds()[kind], load));
      load.crossing = 0;
      RuleStage stage{rule_kinds()[kind], load};
      const double calm = cost(stage), bytes = stage.bytes_a_series();
      std::vector<double> changes;
      for (int i = 0; i < 20'000; ++i) changes.push_back(stage.one_change() * 1e6);
      std::ranges::sort(changes);
      std::printf("%-20s %9zu %7zu %12.1f %17.1f %9.2f %9.2f %14.0f\n", rule_kinds()[kind].name.c_str(), series, load.rules, calm, busy,
                  changes[changes.size() / 2], changes[changes.size() * 99 / 100], bytes);
      std::fflush(stdout);
    }
  }
}

/// What the machine does beside it falls upon single turns: each round begins anew, and does the same.
void rule_turns(int rounds, const std::vector<std::size_t>& sizes, const std::vector<std::string>& kinds) {
  std::printf(
      "\nturns of the first %d s, and of a reload after them, in ms of processor time, medians of %d; replies of 100 samples, alerts of "
      "one sample of 1000\n",
      seconds_of_turns, rounds);
  std::printf("%-24s %9s %7s %7s %9s %9s %9s %9s %9s %9s %9s\n", "", "series", "rules", "turns", "p99.9", "longest", "of all", "merged",
              "reload's", "longest", "of all");
  for (const auto& kind : rule_kinds()) {
    if (!is_among(kinds, kind)) continue;
    for (const auto series : sizes)
      for (const std::size_t rules : {std::size_t{1}, std::min<std::size_t>(1000, series / 10)}) {
        std::vector<double> most, longest, reload;
        std::size_t count = 0, merged = 0, reload_count = 0;
        for (int round = 0; round < rounds; ++round) {
          RuleStage stage{kind, {.rules = rules, .series = series}};
          std::vector<double> turns;
          for (int second = 0; second < seconds_of_turns; ++second) std::ranges::copy(stage.turns_of_a_second(), std::back_inserter(turns));
          std::ranges::sort(turns);
          most.push_back(turns[turns.size() * 999 / 1000] * 1e3), longest.push_back(turns.back() * 1e3);
          count = turns.size(), merged = stage.merged();
          const auto reloading = stage.turns_of_a_reload();
          reload.push_back(std::ranges::max(reloading) * 1e3), reload_count = reloading.size();
        }
        std::printf("%-24s %9zu %7zu %7zu %9.3f %9.3f %9.3f %9zu %9zu %9.3f %9.3f\n", kind.name.c_str(), series, rules, count, median(most),
                    median(longest), std::ranges::max(longest), merged, reload_count, median(reload), std::ranges::max(reload));
        std::fflush(stdout);
      }
  }
}

void rule_readers(int rounds) {
  std::printf("\nthresholds over 10,000 series; CPU ns\n%-20s %12s %16s\n", "rules a series", "a sample", "a rule and sample");
  for (const std::size_t readers : {1, 2, 4, 8, 16, 32, 64}) {
    const RuleLoad load{.rules = 100 * readers, .series = 10'000, .readers = readers};
    RuleStage stage{rule_kinds().front(), load};
    settle(stage);
    const double cost = median_nanoseconds(stage, load, rounds);
    std::printf("%-20zu %12.1f %16.1f\n", readers, cost, cost / static_cast<double>(readers));
    std::fflush(stdout);
  }
}

}  // namespace holdup::bench
