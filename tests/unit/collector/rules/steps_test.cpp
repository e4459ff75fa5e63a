#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "collector/rules/memory.hpp"
#include "tests/unit/collector/rules/rig.hpp"

using namespace holdup;
using namespace holdup::rules;
using namespace std::chrono_literals;

namespace {

RuleSet rules_of(const std::vector<std::string>& expressions) {
  std::string lines;
  for (std::size_t i = 0; i < expressions.size(); ++i)
    lines += "  - alert: A" + std::to_string(i) + "\n    expr: '" + expressions[i] + "'\n";
  return test::rules_of(lines);
}

/// Two series a{x} and two b{x}, every four minutes, each a with a gap of days.
struct Month {
  explicit Month(const std::vector<std::string>& expressions) : rules{rules_of(expressions)}, engine{rules, {}} {
    engine.set_utc_offset(utc_offset);
    for (SeriesId id = 0; id < 4; ++id) engine.born(id, labels(id));
  }
  static Labels labels(SeriesId id) { return Labels{{{"__name__", id < 2 ? "a" : "b"}, {"x", id % 2 == 0 ? "1" : "2"}}}; }

  void feed(ground::Instant at) {
    std::vector<Sample> samples;
    for (SeriesId id = 0; id < 4; ++id) {
      const auto begin = ground::Instant{id == 1 ? 24h * 9 : 24h * 18};
      const bool is_silent = id < 2 && at > begin && at < begin + 48h;
      if (is_silent) continue;
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      const double value = 1 + static_cast<double>(state >> 40U & 0xFFFU);
      samples.push_back({id, value});
      memory.add(labels(id), {{at, value}});
    }
    while (engine.next_due() && *engine.next_due() < at) (void)engine.tick(*engine.next_due());
    (void)engine.batch(at, samples);
    while (engine.next_due() && *engine.next_due() <= at) (void)engine.tick(at);
    (void)engine.take_derived();
  }
  /// What each rule yields, by the engine and by evaluating it whole.
  void compare(ground::Instant at) {
    std::map<std::string, double> streamed, whole;
    for (const auto& alert : engine.active()) streamed[alert.labels.text()] = alert.value;
    for (const auto& rule : rules) {
      const auto evaluation = evaluate(rule.expression, {.at = at, .utc_offset = utc_offset}, memory);
      REQUIRE_FALSE(evaluation.error);
      for (const auto& element : std::get<Vector>(evaluation.value)) {
        auto labelled = counted(*element.labels, false);
        labelled.set("alertname", rule.alert);
        whole[labelled.text()] = element.value;
      }
    }
    CHECK(streamed == whole);
    found += whole.size();
  }

  static constexpr ground::Duration utc_offset = 24h * 365 * 56 + 12'345'678us;
  RuleSet rules;
  Engine engine;
  Memory memory;
  std::uint64_t state = 7;
  std::size_t found = 0;
};

}  // namespace

TEST_CASE("subqueries over weeks yield what an evaluation over all samples yields") {
  Month month{{"avg_over_time((a / on (x) b)[30d:1h])", "max_over_time(a[7d:1h] offset 1d)",
               "quantile_over_time(0.9, (a - on (x) b)[7d:10m])", "topk(1, sum_over_time(rate(a[20m])[14d:30m]))",
               "a > 2 * avg_over_time(a[30d:1h])", "count_over_time(vector(1)[9d:1d])"}};
  ground::Instant at{3s};
  for (int i = 0; i < 34 * 24 * 15; ++i, at += 4min) {
    month.feed(at);
    if (i % 997 == 0 || i > 34 * 24 * 15 - 4) month.compare(at);
  }
  CHECK(month.found > 100);
}

TEST_CASE("steps that a sample comes too late for are evaluated again") {
  Engine engine{rules_of({"max_over_time(a[1h:1s]) > 5"}), {}};
  engine.born(1, Month::labels(0));
  engine.born(2, Month::labels(1));
  CHECK(engine.batch(ground::Instant{10s}, {}).empty());
  while (engine.next_due() <= ground::Instant{10s}) CHECK(engine.tick(ground::Instant{10s}).empty());
  CHECK(engine.batch(ground::Instant{12s}, {}).empty());
  const std::vector<Sample> late{{1, 6.0}}, on_time{{2, 7.0}};
  CHECK(engine.batch(ground::Instant{11500ms}, late).size() == 1);
  CHECK(engine.batch(ground::Instant{12s}, on_time).size() == 1);
}

TEST_CASE("a rule of many steps is evaluated in turns, and judged once all were looked at") {
  Engine engine{rules_of({"sum(count_over_time(a[1h:1s])) > 1"}), {.turn_work = 1'000}};
  engine.born(0, Month::labels(0));
  const std::vector<Sample> sample{{0, 1.0}};
  auto told = engine.batch(ground::Instant{2h}, sample);
  CHECK(told.empty());
  int turns = 0;
  for (; engine.next_due() <= ground::Instant{2h} && turns < 1000; ++turns) CHECK(engine.tick(ground::Instant{2h}).empty());
  CHECK(turns > 10);
  told = engine.tick(ground::Instant{2h + 1s});
  for (; engine.next_due() <= ground::Instant{2h + 1s} && turns < 2000; ++turns) {
    CHECK(told.empty());
    told = engine.tick(ground::Instant{2h + 1s});
  }
  CHECK(told.size() == 1);
}

TEST_CASE("what the steps of a subquery hold survives a reload") {
  const std::vector<std::string> rule{"max_over_time(a[10m:1s]) > 5"};
  const auto run = [](Engine& engine, ground::Instant to) {
    std::size_t told = 0;
    while (engine.next_due() && *engine.next_due() <= to) told += engine.tick(*engine.next_due()).size();
    return told;
  };
  Engine before{rules_of(rule), {}};
  before.born(0, Month::labels(0));
  const std::vector<Sample> high{{0, 6.0}}, low{{0, 1.0}};
  auto told = before.batch(ground::Instant{2h}, high).size();
  told += run(before, ground::Instant{2h + 2s});
  REQUIRE(told == 1);
  Engine next{rules_of(rule), {}};
  next.born(0, Month::labels(0));
  told = next.take_over(before, ground::Instant{2h + 3s}).size();
  told += next.batch(ground::Instant{2h + 4s}, low).size();
  told += run(next, ground::Instant{2h + 10s});
  CHECK(told == 0);
  CHECK(next.active().size() == 1);
}
