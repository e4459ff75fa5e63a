#include "rule_stage.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "collector/rules/rule_file.hpp"
#include "ground/clock/clock.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t reply_size = 100;
constexpr std::size_t drawn_at_once = 10'000;  // samples: a clock is dear, and they are to lie in a cache still, as a reply does
constexpr int most_turns = 3;                  // between two replies
constexpr double high = 1000;                  // above every threshold
constexpr std::size_t everyday = 9;            // the first of the kinds

std::size_t series_of_a_rule(const RuleLoad& load) { return load.series * load.readers / load.rules; }

rules::Engine::Options options() { return {.clock = &ground::clock::now}; }

double held_bytes() {
  const auto held = ::mallinfo2();
  return static_cast<double>(held.uordblks + held.hblkhd);
}

/// About as 156 rules for power, storage and hardware use the language that people published: 95 of 100 compare, 22 have set operators, 21
/// arithmetic, 17 `on` or `ignoring`, 8 aggregations, 8 functions of a window, 6 rates, 6 functions of numbers, 4 changes, 3 each deriv or
/// predict_linear, absent, and `%` as a test of bits.
RuleKind as_published() {
  RuleKind out{"mixed as published", {}};
  const auto add = [&](std::size_t times, const char* expression) { out.expressions.insert(out.expressions.end(), times, expression); };
  add(6, R"(m{rule="R"} > 500)");
  add(4, R"(m{rule="R"} < 50)");
  add(4, R"(m{rule="R"} == 1000)");
  add(4, R"(m{rule="R"} > 500 and on(place) n{rule="R"} > 500)");
  add(2, R"(m{rule="R"} > 500 unless on(place) n{rule="R"} > 500)");
  add(2, R"(m{rule="R"} > 500 and changes(m{rule="R"}[1m]) > 10)");
  add(3, R"(m{rule="R"} / on(place) n{rule="R"} > 500)");
  add(1, R"(m{rule="R"} - on(place) group_left n{rule="R"} > 500)");
  add(2, R"(100 * m{rule="R"} / 255 > 300)");
  add(1, R"(sum by (rule) (m{rule="R"}) / count by (rule) (m{rule="R"}) > 500)");
  add(1, R"(count by (rule) (m{rule="R"} > 500) > 3)");
  add(1, R"(sum by (rule) (rate(m{rule="R"}[1m])) > 1e6)");
  add(2, R"(rate(m{rule="R"}[1m]) > 500)");
  add(1, R"(avg_over_time(m{rule="R"}[1m]) > 500)");
  add(1, R"(min_over_time(m{rule="R"}[1m]) > 500)");
  add(1, R"(max_over_time(m{rule="R"}[1m]) - min_over_time(m{rule="R"}[1m]) > 5000)");
  add(2, R"(abs(m{rule="R"} - 230) > 500)");
  add(1, R"(changes(m{rule="R"}[1m]) > 500)");
  add(1, R"(absent(m{rule="R"}))");
  add(1, R"(m{rule="R"} % 2 == 3)");
  add(1, R"(predict_linear(m{rule="R"}[1m], 3600) < -1e9)");
  return out;
}

}  // namespace

const std::vector<RuleKind>& rule_kinds() {
  static const auto kinds = [] {
    std::vector<RuleKind> out{
        {"threshold", {R"(m{rule="R"} > 500)"}},
        {"two thresholds", {R"(m{rule="R"} > 500 and on(place) n{rule="R"} > 500)"}},
        {"ratio to a limit", {R"(m{rule="R"} / on(place) n{rule="R"} > 500)"}},
        {"sum of a group", {R"(sum by (rule) (m{rule="R"}) > 5000)"}},
        {"against its maximum", {R"(m{rule="R"} > 500 and m{rule="R"} < 0.5 * max_over_time(m{rule="R"}[1m]))"}},
        {"changes in a window", {R"(changes(m{rule="R"}[1m]) > 500)"}},
        {"average in a window", {R"(avg_over_time(m{rule="R"}[1m]) > 500)"}},
        {"rate of a counter", {R"(rate(m{rule="R"}[1m]) > 500)"}},
        {"absent", {R"(absent(m{rule="R"}))"}},
        {"average never at rest", {R"(abs(avg_over_time(m{rule="R"}[1m])) > 500)"}},
        {"rate never at rest", {R"(abs(rate(m{rule="R"}[1m])) > 500)"}},
        {"steps of a subquery", {R"(avg_over_time((m{rule="R"} / on(place) n{rule="R"})[1m:1s]) > 500)"}},
        {"recorded sum", {R"(sum by (rule) (m{rule="R"}))"}, true},
        {"recorded average", {R"(avg_over_time(m{rule="R"}[1m]))"}, true},
        {"greatest three", {R"(topk(3, m{rule="R"}) > 500)"}},
        {"off its nominal value", {R"(abs(m{rule="R"} - 230) > 500)"}},
        {"trend in a window", {R"(predict_linear(m{rule="R"}[1m], 3600) < -1e9)"}},
        {"spread in a window", {R"(stddev_over_time(m{rule="R"}[1m]) > 5000)"}},
        {"trend never at rest", {R"(abs(deriv(m{rule="R"}[1m])) > 500)"}},
        {"spread never at rest", {R"(abs(stddev_over_time(m{rule="R"}[1m])) > 5000)"}},
        {"plain part", {R"(m{rule="R"} > 5 * scalar(n{rule="R",place="0"}))"}},
    };
    RuleKind in_turn{"the first nine in turn", {}};
    for (const auto& kind : std::span{out}.first(everyday)) in_turn.expressions.push_back(kind.expressions.front());
    out.insert(out.begin() + everyday, {std::move(in_turn), as_published()});
    return out;
  }();
  return kinds;
}

std::string rule_text(const RuleKind& kind, const RuleLoad& load) {
  std::string out = "groups:\n- name: bench\n  interval: 1s\n  rules:\n";
  for (std::size_t rule = 0; rule < load.rules; ++rule) {
    auto expression = kind.expression(rule);
    const auto shared = std::to_string(rule / load.readers);
    for (auto at = expression.find("\"R\""); at != std::string::npos; at = expression.find("\"R\"")) expression.replace(at + 1, 1, shared);
    out += (kind.records ? "  - record: made" : "  - alert: A") + std::to_string(rule) + "\n    expr: '" + expression + "'\n";
  }
  return out;
}

rules::RuleSet rules_from(const std::string& text) {
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"bench.yml", text}};
  auto out = rules::load(files, problems);
  if (problems.errors() > 0) throw std::runtime_error{problems.all().front().text()};
  return out;
}

rules::Labels labels_of(std::size_t series, const RuleKind& kind, const RuleLoad& load) {
  const auto own = series_of_a_rule(load), place = series % own;
  const std::size_t sides = kind.expression(series / own).find("n{") != std::string::npos ? 2 : 1;
  return rules::Labels{{{"__name__", place % sides == 0 ? "m" : "n"},
                        {"rule", std::to_string(series / own)},
                        {"place", std::to_string(place / sides)},
                        {"device", "pdu-" + std::to_string(series / reply_size)},
                        {"unit", "watts"}}};
}

RuleStage::RuleStage(const RuleKind& kind, const RuleLoad& load)
    : kind_{kind}, load_{load}, engine_{std::make_unique<rules::Engine>(rules_from(text()), options())} {
  for (std::size_t series = 0; series < load_.series; ++series)
    counts_.push_back(kind.expression(series / series_of_a_rule(load_)).find("rate(") != std::string::npos);
  samples_.reserve(drawn_at_once);
  held_before_ = held_bytes();
  for (std::size_t series = 0; series < load_.series; ++series)
    engine_->born(static_cast<rules::SeriesId>(series), labels_of(series, kind, load_));
}

double RuleStage::second() {
  double out = 0;
  for (std::size_t first = 0; first < load_.series; first += drawn_at_once) {
    draw_replies(first);
    const double start = thread_cpu_seconds();
    each_turn([this](std::span<const rules::Sample> samples) {
      take(samples);
      (void)engine_->take_derived();
    });
    out += thread_cpu_seconds() - start;
  }
  return out;
}

std::vector<double> RuleStage::turns_of_a_second() {
  std::vector<double> out;
  for (std::size_t first = 0; first < load_.series; first += drawn_at_once) {
    draw_replies(first);
    each_turn([&](std::span<const rules::Sample> samples) {
      const double start = thread_cpu_seconds();
      take(samples);
      out.push_back(thread_cpu_seconds() - start);
      (void)engine_->take_derived();
    });
  }
  return out;
}

std::vector<double> RuleStage::turns_of_a_reload() {
  std::vector<double> out;
  auto fresh_rules = rules_from(text());
  const auto births = [this, next = std::size_t{0}]() mutable -> std::optional<rules::Engine::Birth> {
    if (next == load_.series) return std::nullopt;
    const auto series = next++;
    return rules::Engine::Birth{static_cast<rules::SeriesId>(series), labels_of(series, kind_, load_)};
  };
  std::unique_ptr<rules::Engine> former;
  now_ += 1ms;
  const auto turn = [&](auto call) {
    const double start = thread_cpu_seconds();
    call();
    if (former && !engine_->takes_over()) former.reset(), (void)engine_->active();
    out.push_back(thread_cpu_seconds() - start);
  };
  turn([&] {
    former = std::exchange(engine_, std::make_unique<rules::Engine>(std::move(fresh_rules), options()));
    engine_->await_past();
    (void)engine_->take_over(*former, now_, births);
  });
  while (engine_->next_due() && *engine_->next_due() <= now_) turn([&] { (void)engine_->tick(now_); });
  return out;
}

void RuleStage::draw_replies(std::size_t first) {
  const auto crossing = static_cast<std::uint64_t>(load_.crossing * 1e6);
  samples_.clear();
  for (std::size_t series = first; series < std::min(load_.series, first + drawn_at_once); ++series) {
    const auto drawn = chance();
    const double calm = counts_[series] ? 10 * ground::seconds(now_.time_since_epoch()) : 100 + static_cast<double>(drawn >> 40 & 0xFF);
    const double value = drawn % 1'000'000 < crossing && !counts_[series] ? high : calm;
    samples_.push_back({static_cast<rules::SeriesId>(series), value});
  }
}

template <class Call>
void RuleStage::each_turn(Call call) {
  const auto replies = (load_.series + reply_size - 1) / reply_size;
  for (std::span<const rules::Sample> left{samples_}; !left.empty(); left = left.subspan(std::min(reply_size, left.size()))) {
    now_ += ground::Duration{1s} / replies;
    call(left.first(std::min(reply_size, left.size())));
    for (int turn = 0; turn < most_turns && engine_->next_due() && *engine_->next_due() <= now_; ++turn)
      call(std::span<const rules::Sample>{});
  }
}

void RuleStage::take(std::span<const rules::Sample> samples) {
  transitions_ += (samples.empty() ? engine_->tick(now_) : engine_->batch(now_, samples)).size();
}

double RuleStage::one_change() {
  const auto series = static_cast<rules::SeriesId>(chance() % load_.series);
  double out = 0;
  for (const double value : {high, 100.0}) {
    const rules::Sample sample{series, value};
    now_ += 1us;
    const auto start = std::chrono::steady_clock::now();
    const auto told = engine_->batch(now_, {&sample, 1});
    if (value == high) out = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    transitions_ += told.size();
  }
  return out;
}

double RuleStage::bytes_a_series() const { return (held_bytes() - held_before_) / static_cast<double>(load_.series); }

/// xorshift64*
std::uint64_t RuleStage::chance() {
  state_ ^= state_ >> 12U, state_ ^= state_ << 25U, state_ ^= state_ >> 27U;
  return state_ * 0x2545F4914F6CDD1DULL >> 1U;
}

}  // namespace holdup::bench
