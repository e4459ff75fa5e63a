#include "collector/rules/past.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "tests/unit/collector/rules/rig.hpp"

using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of;
using namespace std::chrono_literals;

namespace {

/// An engine that waits for its past, with the series a (1).
struct Bench {
  explicit Bench(const std::string& lines) : engine{rules_of(lines), {}} {
    engine.await_past();
    engine.born(1, Labels{{{"__name__", "a"}}});
  }
  std::string feed(ground::Duration t, std::vector<Sample> samples) {
    std::string out;
    for (const auto& transition : engine.batch(at(t), samples)) out += said(transition);
    while (engine.next_due() && *engine.next_due() <= at(t))
      for (const auto& transition : engine.tick(at(t))) out += said(transition);
    return out;
  }
  static std::string said(const Transition& transition) {
    return transition.alert + ":" + std::string{alert_state_names[static_cast<std::size_t>(transition.to)]} + " ";
  }
  /// Every second, and that value.
  static std::vector<Point> past(ground::Duration from, ground::Duration to, double value) {
    std::vector<Point> out;
    for (auto t = from; t <= to; t += 1s) out.push_back({at(t), value});
    return out;
  }
  void filled(std::optional<ground::Instant> steps_to = {}) { engine.filled(engine.awaiting_past(), steps_to); }

  Engine engine;
};

}  // namespace

TEST_CASE("a rule that looks back is judged once its past is here, the others at once") {
  Bench bench{
      "  - {alert: High, expr: 'max_over_time(a[10m]) > 5'}\n  - {alert: Now, expr: a < 5}\n"
      "  - {alert: Never, expr: 'min_over_time(a[10m]) < 1 and max_over_time(a[10m]) < 5'}\n"};
  CHECK(bench.engine.awaiting_past() == std::vector<std::size_t>{0, 2});
  CHECK(bench.feed(3600s, {{1, 0.0}}) == "Now:firing ");
  bench.engine.fill(1, Bench::past(3000s, 3590s, 9));
  CHECK(bench.feed(3601s, {{1, 0.0}}).empty());
  bench.filled();
  CHECK(bench.feed(3602s, {}) == "High:firing ");
  CHECK(bench.feed(3900s, {{1, 0.0}}).empty());
  CHECK(bench.feed(4190s, {{1, 0.0}}) == "High:inactive Never:firing ");
}

TEST_CASE("the first look at long windows takes turns, whatever is kept of them") {
  const std::string function = GENERATE("avg_over_time", "changes", "max_over_time", "rate");
  constexpr SeriesId series = 40;  // too few for an evaluation to rest
  Engine engine{rules_of("  - {alert: Long, expr: '" + function + "(a[1d]) >= 0'}\n"), {}};
  engine.await_past();
  for (SeriesId id = 0; id < series; ++id) engine.born(id, Labels{{{"__name__", "a"}, {"x", std::to_string(id)}}});
  const auto now = 10'001s;
  (void)engine.batch(at(now), {});
  for (SeriesId id = 0; id < series; ++id) engine.fill(id, Bench::past(0s, 10'000s, 9));
  engine.filled(engine.awaiting_past(), {});
  std::size_t calls = 0;
  for (auto told = engine.tick(at(now)); told.empty(); ++calls) {
    REQUIRE(calls < 10'000);
    const auto due = engine.next_due();
    REQUIRE(due.has_value());
    told = engine.tick(std::max(at(now), *due));
  }
  CHECK(calls > 4);
}

TEST_CASE("a sample is neither lost nor counted twice where the past and what arrives meet") {
  Bench bench{"  - {alert: Sixty, expr: 'count_over_time(a[1m]) == 60'}\n"};
  for (auto t = 3600s; t <= 3629s; t += 1s) CHECK(bench.feed(t + 400us, {{1, 0.0}}).empty());
  bench.engine.fill(1, Bench::past(3500s, 3610s, 0));  // a store tells milliseconds, and may hold some of it already
  bench.filled();
  CHECK(bench.feed(3629s + 500us, {}) == "Sixty:firing ");
}

TEST_CASE("what is read through a rule that waits waits, too") {
  Bench bench{
      "  - {alert: Absent, expr: 'absent(most)'}\n  - {record: most, expr: 'max_over_time(a[10m])'}\n  - {alert: High, expr: most > 5}\n"};
  CHECK(bench.feed(3600s, {{1, 0.0}}).empty());
  bench.engine.fill(1, Bench::past(3000s, 3590s, 9));
  bench.filled();
  CHECK(bench.feed(3601s, {}) == "High:firing ");
}

TEST_CASE("of a series that was not heard since the start the windows know, an instant selector does not") {
  Bench bench{
      "  - {alert: Window, expr: 'max_over_time(a[10m]) > 5'}\n  - {alert: Now, expr: 'topk(1, a) > 5 or a > 5'}\n"
      "  - {alert: Step, expr: 'max_over_time(a[10m:1s]) > 5'}\n"};
  CHECK(bench.feed(3600s, {}).empty());
  bench.engine.fill(1, Bench::past(3500s, 3599s, 9));
  bench.engine.fill(
      PastSteps{.rule = 2, .subquery = 0, .labels = Labels{{{"__name__", "a"}}}, .named = true, .points = Bench::past(3500s, 3599s, 9)});
  bench.filled(at(3599s));
  CHECK(bench.feed(3601s, {}) == "Window:firing Step:firing ");
  CHECK(bench.feed(3602s, {{1, 8.0}}) == "Now:firing ");
}

TEST_CASE("alerts that stood before are neither ended nor told again while their rule waits") {
  Bench bench{"  - {alert: High, expr: 'max_over_time(a[10m]) > 5'}\n"};
  const std::vector<StoredAlert> stood{{.labels = Labels{{{"alertname", "High"}}}, .active_since = at(3000s), .fired_at = at(3000s)}};
  CHECK(bench.engine.restore(stood, at(3590s), at(3600s)).size() == 1);
  CHECK(bench.feed(3600s, {{1, 0.0}}).empty());
  CHECK(bench.feed(3950s, {{1, 0.0}}).empty());
  bench.engine.fill(1, Bench::past(3500s, 3599s, 9));
  bench.filled();
  CHECK(bench.feed(3951s, {{1, 0.0}}).empty());
  CHECK(bench.feed(4199s, {{1, 0.0}}) == "High:inactive ");
}

TEST_CASE("after a reload those wait whose past is not here, the others go on") {
  Bench bench{"  - {alert: Ten, expr: 'max_over_time(a[10m]) > 5'}\n"};
  bench.filled();
  CHECK(bench.feed(3600s, {{1, 6.0}}) == "Ten:firing ");
  Bench next{"  - {alert: Ten, expr: 'max_over_time(a[10m]) > 5'}\n  - {alert: Hour, expr: 'max_over_time(a[1h]) > 8'}\n"};
  CHECK(next.engine.take_over(bench.engine, at(3601s)).empty());
  CHECK(next.engine.awaiting_past() == std::vector<std::size_t>{1});
  next.engine.fill(1, Bench::past(100s, 3600s, 9));
  next.filled();
  CHECK(next.feed(3602s, {}) == "Hour:firing ");  // older samples are no news to Ten
}

TEST_CASE("a window that does not wait takes in what is filled in behind it, resting or not") {
  const auto* const limit = GENERATE("max_over_time(a[10m]) > 8", "abs(max_over_time(a[10m])) > 8", "changes(a[10m]) > 0");
  Bench bench{"  - {alert: Ten, expr: '" + std::string{limit} + "'}\n"};
  bench.filled();
  CHECK(bench.feed(3600s, {{1, 6.0}}).empty());
  CHECK(bench.feed(3601s, {{1, 6.0}}).empty());
  bench.engine.fill(1, Bench::past(3590s, 3599s, 9));
  CHECK(bench.feed(3602s, {{1, 6.0}}) == "Ten:firing ");
}
