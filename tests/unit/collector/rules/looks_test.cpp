#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "collector/rules/memory.hpp"
#include "tests/unit/collector/rules/rig.hpp"

// When the streaming engine looks at a window again though nothing arrives.
using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of;
using namespace std::chrono_literals;

namespace {

/// One series, a{x="1"}.
struct Bench {
  explicit Bench(const std::string& lines, std::size_t window_max_samples = 100'000)
      : engine{rules_of(lines), {.window_max_samples = window_max_samples, .renewal = 24h}} {
    engine.born(1, Labels{{{"__name__", "a"}, {"x", "1"}}});
  }
  void feed(ground::Duration t, double value) { (void)engine.batch(at(t), std::vector<Sample>{{1, value}}); }
  /// Nothing turned.
  bool is_quiet_at(ground::Duration t) { return engine.tick(at(t)).empty(); }
  bool ends_at(ground::Duration t) {
    const auto told = engine.tick(at(t));
    return told.size() == 1 && told.front().from == AlertState::firing && told.front().to == AlertState::inactive;
  }

  Engine engine;
};

bool fires(const std::vector<Transition>& told) { return told.size() == 1 && told.front().to == AlertState::firing; }

}  // namespace

TEST_CASE("a rate that reaches both ends of its window is looked at again when it begins to drift, not each tick", "[rules]") {
  Bench bench{"  - alert: r\n    expr: rate(a[3s]) > 0.9\n"};
  for (int n = 0; n < 6; ++n) bench.feed(500ms + n * 1s, n);
  CHECK(bench.engine.next_due() == at(6500ms));  // the sample of 3.5 s leaves
  CHECK(bench.is_quiet_at(6500ms));
  CHECK(bench.engine.next_due() == at(7s));  // from 6.6 s on the newest is far from the end
  CHECK(bench.ends_at(7s));
}

TEST_CASE("a window's maximum is looked at again when the newest of its like leaves", "[rules]") {
  Bench bench{"  - alert: m\n    expr: abs(max_over_time(a[10s])) > 5\n"};  // of a number the window does not know
  const std::vector<double> values{7, 9, 3, 9, 1, std::numeric_limits<double>::quiet_NaN()};
  for (std::size_t n = 0; n < values.size(); ++n) bench.feed(1s * (n + 1), values[n]);
  CHECK(bench.is_quiet_at(11s));  // as the first sample had it
  CHECK(bench.engine.next_due() == at(14s));
  CHECK(bench.ends_at(14s));
  CHECK(bench.engine.next_due() == at(15s));  // the 1
  CHECK(bench.is_quiet_at(15s));
  CHECK(bench.engine.next_due() == at(16s));  // nothing that is a number is left
}

TEST_CASE("the right side of and rests while the left one is empty, and has missed nothing when it is needed", "[rules]") {
  Bench bench{"  - alert: d\n    expr: a > 100 and max_over_time(a[10s]) > 150\n"};
  bench.feed(1s, 1);
  bench.feed(2s, 200);  // the left one comes and goes
  bench.feed(3s, 1);
  for (int n = 4; n <= 11; ++n) bench.feed(1s * n, 2);
  const auto told = bench.engine.batch(at(11500ms), std::vector<Sample>{{1, 120}});
  REQUIRE(told.size() == 1);  // by what it was at 2 s
  CHECK(told.front().to == AlertState::firing);
  CHECK(bench.ends_at(12s));
  for (int n = 13; n <= 60; ++n) bench.feed(1s * n, 2);
  CHECK(bench.engine.batch(at(61s), std::vector<Sample>{{1, 120}}).empty());
}

TEST_CASE("while it rests it asks for no update but one now and then", "[rules]") {
  Bench bench{"  - alert: d\n    expr: a > 100 unless abs(max_over_time(a[10s])) > 150\n"};
  for (int n = 1; n <= 3; ++n) bench.feed(1s * n, 4 - n);
  REQUIRE(bench.engine.next_due().has_value());
  CHECK(*bench.engine.next_due() >= at(15s));  // the window alone would be looked at as each of them leaves, at 11 s first
  CHECK(bench.engine.tick(*bench.engine.next_due()).empty());
}

TEST_CASE("a rule that grows from a few elements to many keeps the deadline of each", "[rules]") {
  constexpr unsigned before = 60, in_all = 90;
  Engine engine{rules_of("  - alert: m\n    expr: max_over_time(a[10s]) > 5\n"), {.renewal = 24h}};
  // What one call begins the next ones go on with.
  const auto turned = [&](ground::Duration t, std::vector<Transition> told, AlertState to) {
    while (engine.next_due() && *engine.next_due() <= at(t)) {
      const auto more = engine.tick(at(t));
      told.insert(told.end(), more.begin(), more.end());
    }
    CHECK(std::ranges::all_of(told, [&](const Transition& one) { return one.at == at(t) && one.to == to; }));
    return told.size();
  };
  const auto begun = [&](ground::Duration t, unsigned from, unsigned end) {
    std::vector<Sample> batch;
    for (unsigned n = from; n < end; ++n) {
      engine.born(n, Labels{{{"__name__", "a"}, {"x", std::to_string(n)}}});
      batch.push_back({n, 9});
    }
    return turned(t, engine.batch(at(t), batch), AlertState::firing);
  };
  REQUIRE(begun(1s, 0, before) == before);
  REQUIRE(begun(4s, before, in_all) == in_all - before);
  CHECK(engine.next_due() == at(11s));
  CHECK(turned(11s, {}, AlertState::inactive) == before);
  CHECK(engine.next_due() == at(14s));
  CHECK(turned(14s, {}, AlertState::inactive) == in_all - before);
}

TEST_CASE("a window that no everyday sample can bring past its limit is not looked at, and misses none that can", "[rules]") {
  const auto [expression, everyday, loud, fires] = GENERATE(table<std::string, double, double, bool>({
      {"avg_over_time(a[10s]) > 5", 5, 70, true},
      {"avg_over_time(a[10s]) > 5", 4, 6, false},  // one of ten
      {"avg_over_time(a[10s]) <= 5", 6, -40, true},
      {"5 > min_over_time(a[10s])", 5, 4, true},
      {"max_over_time(a[10s]) >= 5", 4, 5, true},
      {"last_over_time(a[10s]) > 5", 5, 6, true},
      {"delta(a[10s]) > 5", 5, 30, true},
      {"changes(a[10s]) > 0", 5, 6, true},
      {"resets(a[10s]) >= 1", 5, 4, true},
      {"stddev_over_time(a[10s]) > 5", 5, 50, true},
      {"stdvar_over_time(a[10s]) >= 25", 5, -50, true},
  }));
  CAPTURE(expression, everyday, loud);
  Bench bench{"  - alert: q\n    expr: " + expression + "\n"};
  for (int n = 1; n <= 100; ++n) bench.feed(1s * n, everyday);
  CHECK_FALSE(bench.engine.next_due());  // nor when any of these leaves
  const auto told = bench.engine.batch(at(101s), std::vector<Sample>{{1, loud}});
  CHECK((told.size() == 1 && told.front().to == AlertState::firing) == fires);
  CHECK(bench.engine.next_due());
  for (int n = 102; n <= 200; ++n) bench.feed(1s * n, expression[0] == 'r' ? loud : everyday);
  CHECK(bench.engine.active().empty());
  CHECK_FALSE(bench.engine.next_due());
}

TEST_CASE("a sample past a mean's limit that the others outweigh is looked at when too few of them are left, not at each that comes",
          "[rules]") {
  const auto [expression, everyday, loud, worst] = GENERATE(table<std::string, double, double, double>(
      {{"avg_over_time(a[100s]) > 5", 4, 20, 200}, {"avg_over_time(a[100s]) <= 5", 6, -10, -200}}));
  CAPTURE(expression);
  Bench bench{"  - alert: m\n    expr: " + expression + "\n"};
  for (int n = 1; n <= 200; ++n) bench.feed(1s * n, everyday);
  const auto looks = bench.engine.counters().looks;
  bench.feed(201s, loud);
  CHECK(bench.engine.next_due() == at(285s));  // 15 of the others are left, as far from the limit as the one
  for (int n = 202; n <= 400; ++n) bench.feed(1s * n, everyday);
  CHECK(bench.engine.counters().looks - looks == 2);
  bench.feed(401s, loud);
  CHECK(fires(bench.engine.batch(at(402s), std::vector<Sample>{{1, worst}})));
}

TEST_CASE("a mean whose others stay away passes when so few are left that the loud one outweighs them", "[rules]") {
  Bench bench{"  - alert: m\n    expr: avg_over_time(a[100s]) > 5\n"};
  for (int n = 1; n <= 200; ++n) bench.feed(1s * n, 4);
  bench.feed(201s, 20);
  REQUIRE(bench.engine.next_due() == at(285s));
  CHECK(bench.is_quiet_at(285s));  // 15 of them make it the limit
  REQUIRE(bench.engine.next_due() == at(286s));
  CHECK(fires(bench.engine.tick(at(286s))));
}

TEST_CASE("a stale marker holds no mean back", "[rules]") {
  Bench bench{"  - alert: m\n    expr: avg_over_time(a[100s]) > 5\n"};
  bench.feed(50s, -100);
  (void)bench.engine.gone(at(60s), std::vector<SeriesId>{1});
  bench.feed(70s, 20);
  REQUIRE(bench.engine.next_due() == at(150s));
  CHECK(fires(bench.engine.tick(at(150s))));
}

TEST_CASE("where polls wander a mean with several samples past its limit is not looked at each time either", "[rules]") {
  Bench bench{"  - alert: m\n    expr: avg_over_time(a[100s]) > 5\n"};
  const auto when = [](int n) { return 1s * n + 7ms * (n * 31 % 90); };
  for (int n = 1; n <= 200; ++n) bench.feed(when(n), 0);
  const auto looks = bench.engine.counters().looks;
  for (int n = 201; n <= 400; ++n) {
    bench.feed(when(n), n == 210 || n == 213 || n == 215 ? 20 : 0);
    while (bench.engine.next_due() && *bench.engine.next_due() <= at(when(n))) CHECK(bench.is_quiet_at(when(n)));
  }
  CHECK(bench.engine.counters().looks - looks <= 30);  // the loud, some until the next walk is paid for, as they leave
}

TEST_CASE("a window that no longer holds what it rested upon is looked at", "[rules]") {
  const auto* const expression = GENERATE("min_over_time(a[100s]) > 5", "avg_over_time(a[100s]) > 5");
  Bench bench{"  - alert: c\n    expr: " + std::string{expression} + "\n", 10};
  for (int n = 1; n <= 20; ++n) bench.feed(1s * n, -100);
  bool fired = false;
  for (int n = 21; n <= 40; ++n) fired = fired || fires(bench.engine.batch(at(1s * n), std::vector<Sample>{{1, 6}}));
  CHECK(fired);
  CHECK(bench.engine.counters().samples_cut > 0);
}

TEST_CASE("the least of a window that must be above a limit is looked at when the newest below it leaves", "[rules]") {
  const auto [expression, below, above] =
      GENERATE(table<std::string, double, double>({{"min_over_time(a[100s]) > 5", 5, 6}, {"max_over_time(a[100s]) <= 5", 6, 5}}));
  CAPTURE(expression);
  Bench bench{"  - alert: l\n    expr: " + expression + "\n"};
  for (int n = 1; n <= 50; ++n) bench.feed(1s * n, n % 7 == 0 ? below : above);
  const auto looks = bench.engine.counters().looks;
  for (int n = 51; n <= 650; ++n) bench.feed(1s * n, n % 7 == 0 ? below : above);
  CHECK(bench.engine.counters().looks - looks <= 7);  // the newest below is at most seven seconds old
  for (int n = 651; n < 744; ++n) bench.feed(1s * n, above);
  CHECK(fires(bench.engine.batch(at(744s), std::vector<Sample>{{1, above}})));  // 644 leaves
}

TEST_CASE("a counter's rate rests while it rises slowly, and wakes by a steep rise or a reset", "[rules]") {
  const auto* const function = GENERATE("rate(a[10s]) > 5", "increase(a[10s]) > 50", "irate(a[10s]) >= 5");
  const double next = GENERATE(95.0, 0.0);
  CAPTURE(function, next);
  Bench bench{"  - alert: r\n    expr: " + std::string{function} + "\n"};
  for (int n = 1; n <= 30; ++n) bench.feed(1s * n, 1.0 * n);
  CHECK_FALSE(bench.engine.next_due());
  const auto told = bench.engine.batch(at(31s), std::vector<Sample>{{1, next}});
  CHECK(told.size() == (next > 0 ? 1 : 0));
  CHECK(bench.engine.next_due());
  for (int n = 32; n <= 60; ++n) bench.feed(1s * n, next + n);
  CHECK(bench.engine.active().empty());
  CHECK_FALSE(bench.engine.next_due());
}

TEST_CASE("changes that are spare are counted down, and a threshold that none passes lets it rest for ever", "[rules]") {
  Bench bench{"  - alert: c\n    expr: changes(a[100s]) > 7\n"};
  std::size_t fired_with = 0;
  for (std::size_t n = 1; n <= 20 && fired_with == 0; ++n)
    if (!bench.engine.batch(at(1s * n), std::vector<Sample>{{1, static_cast<double>(n % 2)}}).empty()) fired_with = n;
  CHECK(fired_with == 9);  // the eighth change
  for (const auto* limit : {"1e9", "Inf", "NaN"}) {
    Bench calm{"  - alert: c\n    expr: changes(a[10s]) > " + std::string{limit} + "\n"};
    for (int n = 1; n <= 50; ++n) calm.feed(1s * n, n);
    CHECK(calm.engine.active().empty());
  }
}

TEST_CASE("a rise beyond all floats passes a limit that is infinite", "[rules]") {
  Bench bench{"  - alert: i\n    expr: delta(a[10s]) >= Inf\n"};
  for (int n = 1; n <= 20; ++n) bench.feed(1s * n, -1.7e308);
  CHECK(bench.engine.batch(at(21s), std::vector<Sample>{{1, 1.7e308}}).size() == 1);
}

TEST_CASE("where nothing passes yet a first sample does: zero changes are more than less than none", "[rules]") {
  const auto* const limit = GENERATE("> -1", ">= 0", "< 1");
  Bench bench{"  - alert: c\n    expr: changes(a[10s]) " + std::string{limit} + "\n"};
  CHECK(bench.is_quiet_at(1s));
  CHECK(bench.engine.batch(at(2s), std::vector<Sample>{{1, 3}}).size() == 1);
}

TEST_CASE("of a zero and a negative one a window's extreme is the first that is still in it", "[rules]") {
  Bench bench{"  - alert: z\n    expr: min_over_time(a[3s]) == 0\n    labels: {v: '{{ $value }}'}\n"};
  for (int n = 1; n <= 8; ++n) bench.feed(1s * n, n % 2 == 0 ? 0.0 : -0.0);
  const auto value = [&] { return std::string{bench.engine.active().front().labels.get("v")}; };
  CHECK(value() == "0");  // of 6 s
  bench.feed(9s, -0.0);
  CHECK(value() == "-0");
}

TEST_CASE("one metric in a subquery's step and another in the next are two elements, which no name tells apart", "[rules]") {
  Engine engine{rules_of("  - alert: o\n    expr: sum_over_time((a or b)[10s:1s])\n"), {.renewal = 24h}};
  engine.born(1, Labels{{{"__name__", "a"}, {"x", "1"}}});
  engine.born(2, Labels{{{"__name__", "b"}, {"x", "1"}}});
  CHECK(engine.batch(at(1s), std::vector<Sample>{{2, 1}}).size() == 1);
  (void)engine.batch(at(2500ms), std::vector<Sample>{{1, 1}});
  (void)engine.tick(at(4s));
  CHECK(engine.error(0).find("same") != std::string::npos);
}

namespace {

/// Several series of the names, each with the same label; `values` at once, nothing where one ends.
struct Rack {
  Rack(const std::string& lines, const std::vector<std::string>& names) : engine{rules_of(lines), {.renewal = 24h}} {
    for (std::size_t n = 0; n < names.size(); ++n)
      engine.born(static_cast<SeriesId>(n), Labels{{{"__name__", names[n]}, {"x", names[n] == "c" ? std::to_string(n) : "1"}}});
  }
  std::vector<Transition> feed(ground::Duration t, const std::vector<std::optional<double>>& values) {
    std::vector<Sample> batch;
    for (std::size_t n = 0; n < values.size(); ++n) batch.push_back({static_cast<SeriesId>(n), values[n]});
    return engine.batch(at(t), batch);
  }
  std::vector<Transition> feed(ground::Duration t, SeriesId series, double value) {
    return engine.batch(at(t), std::vector<Sample>{{series, value}});
  }
  Engine engine;
};

}  // namespace

TEST_CASE("two series far from their limit are not looked at, and the one that wakes finds the other as it is then", "[rules]") {
  const auto [expression, dozes] = GENERATE(table<std::string, bool>(
      {{"a / b > 0.8", true}, {"a > b", true}, {"a - b > -20", true}, {"a > 0.8 * b", false}, {"a + -b >= -20", false}}));
  CAPTURE(expression);
  Rack rack{"  - alert: p\n    expr: " + expression + "\n    labels: {v: '{{ $value }}'}\n", {"a", "b"}};
  for (int n = 1; n <= 10; ++n) CHECK(rack.feed(1s * n, {10, 100}).empty());
  const auto looks = rack.engine.counters().looks;
  for (int n = 11; n <= 100; ++n) CHECK(rack.feed(1s * n, {10.0 + n % 9, 100.0 - n % 9}).empty());
  CHECK(rack.feed(101s, {20, 99}).empty());
  CHECK((rack.engine.counters().looks == looks) == dozes);
  CHECK(fires(rack.feed(102s, 1, 19)));  // beside a's 20
  CHECK_FALSE(rack.engine.active().empty());
  CHECK(rack.feed(103s, 1, 100).size() == 1);
  for (int n = 104; n <= 200; ++n) CHECK(rack.feed(1s * n, {10, 100}).empty());
  CHECK(fires(rack.feed(201s, 0, 200)));
  CHECK(rack.feed(202s, {std::nullopt, 100.0}).size() == 1);
  CHECK(rack.feed(203s, 1, 5).empty());
  CHECK(fires(rack.feed(204s, 0, 10)));
}

TEST_CASE("a sum far from its limit is looked at when one of its series left its share, beside what the others are then", "[rules]") {
  const auto* const aggregate = GENERATE("sum", "avg");
  const double scale = aggregate == std::string{"sum"} ? 1 : 1. / 3;
  Rack rack{"  - alert: s\n    expr: " + std::string{aggregate} + "(c) > " + std::to_string(60 * scale) + "\n", {"c", "c", "c"}};
  for (int n = 1; n <= 10; ++n) CHECK(rack.feed(1s * n, {10.0 + n % 2, 10, 10}).empty());
  const auto looks = rack.engine.counters().looks;
  for (int n = 11; n <= 100; ++n) CHECK(rack.feed(1s * n, {10.0 + n % 8, 17.0 - n % 8, 10}).empty());
  CHECK(rack.engine.counters().looks == looks);
  CHECK(rack.feed(101s, {16, 16, 16}).empty());
  CHECK(rack.engine.counters().looks == looks);
  CHECK(fires(rack.feed(102s, 2, 29)));
  CHECK(rack.feed(103s, 2, 10).size() == 1);
}

TEST_CASE("a sum that must not sink is looked at when one of its series ends", "[rules]") {
  Rack rack{"  - alert: s\n    expr: sum(c) < 25\n", {"c", "c", "c"}};
  for (int n = 1; n <= 60; ++n) CHECK(rack.feed(1s * n, {10, 10, 10}).empty());
  CHECK(fires(rack.feed(61s, {10.0, std::nullopt, 10.0})));
}

TEST_CASE("what is there is not looked at to know that it is not absent", "[rules]") {
  Rack rack{"  - alert: n\n    expr: absent(a)\n", {"a"}};
  CHECK(rack.engine.tick(at(1s)).size() == 1);
  CHECK(rack.feed(2s, 0, 1).size() == 1);
  const auto looks = rack.engine.counters().looks;
  for (int n = 3; n <= 100; ++n) CHECK(rack.feed(1s * n, 0, n).empty());
  CHECK(rack.engine.counters().looks == looks);
  CHECK(fires(rack.feed(101s, {std::nullopt})));
  CHECK(rack.feed(102s, 0, 7).size() == 1);
  CHECK(rack.engine.tick(at(102s + 4min)).empty());
  CHECK(fires(rack.engine.tick(at(102s + 5min))));
}

TEST_CASE("seldom samples and a long time make nothing that dozes be looked at more than its lookback asks for", "[rules]") {
  const auto* const expression = GENERATE("sum(c) > 9000", "avg(c) > 90", "c / on(x) d > 3", "c < on(x) d");
  CAPTURE(expression);
  constexpr std::size_t pairs = 20;
  Engine engine{rules_of("  - alert: s\n    expr: " + std::string{expression} + "\n"), {.renewal = 24h}};
  for (std::size_t n = 0; n < 2 * pairs; ++n)
    engine.born(static_cast<SeriesId>(n), Labels{{{"__name__", n % 2 == 0 ? "c" : "d"}, {"x", std::to_string(n / 2)}}});
  const auto play = [&](int from, int to) {
    const auto before = engine.counters().looks;
    for (int poll = from; poll < to; ++poll) {
      std::vector<Sample> batch;
      for (std::size_t n = 0; n < 2 * pairs; ++n)
        batch.push_back(
            {static_cast<SeriesId>(n), (n % 2 == 0 ? 20. : 15.) + static_cast<double>((n + static_cast<std::size_t>(poll)) % 3)});
      CHECK(engine.batch(at(15s * poll), batch).empty());
    }
    return engine.counters().looks - before;
  };
  (void)play(1, 50);
  CHECK(play(50, 1050) <= 1000 / 20 + 20);  // each five minutes, and what may be caught in between
}

TEST_CASE("a spread or a trend that no sample near the others can bring past its limit is seldom looked at, and is right at each",
          "[rules]") {
  const auto expression = GENERATE(as<std::string>{}, "stddev_over_time(a[60s]) > 6", "stdvar_over_time(a[60s]) >= 36", "deriv(a[60s]) > 2",
                                   "deriv(a[60s]) < -2", "predict_linear(a[60s], 90) > 300", "predict_linear(a[60s], -30) <= -150",
                                   "predict_linear(a[60s], 5) < 60");
  CAPTURE(expression);
  Bench bench{"  - alert: n\n    expr: " + expression + "\n"};
  const auto rule = rules_of("  - alert: n\n    expr: " + expression + "\n");
  std::mt19937_64 chance{5};
  std::vector<Point> points;
  auto time = ground::Instant{1000s};
  std::size_t fired = 0, apart = 0;
  double slope = 0, value = 100;
  for (int step = 0; step < 20'000; ++step) {
    // Now calm, now wandering, now a step; in bursts, at a steady pace, and with gaps of more than a window.
    if (step % 100 == 0) slope = chance() % 4 == 0 ? static_cast<double>(chance() % 9) - 4 : 0, value = 100;
    const auto pace = step / 100 % 3 == 0 ? 1ms : 1000ms;
    time += pace * static_cast<int>(1 + chance() % 2) + (chance() % 400 == 0 ? 55s : 0s) + (chance() % 900 == 0 ? 70s : 0s);
    value += slope;
    const double noise = static_cast<double>(chance() % 1000) / 500 - 1,
                 jump = chance() % 150 == 0 ? static_cast<double>(chance() % 160) - 80 : 0;
    points.push_back({time, value + noise + jump});
    (void)bench.engine.batch(time, std::vector<Sample>{{1, points.back().value}});
    while (bench.engine.next_due() && *bench.engine.next_due() <= time) (void)bench.engine.tick(time);
    if (points.size() > 4'000) points.erase(points.begin(), points.begin() + 2'000);
    Memory memory;
    memory.add(Labels{{{"__name__", "a"}, {"x", "1"}}},
               std::vector<Point>{std::ranges::lower_bound(points, time - 61s, {}, &Point::at), points.end()});
    const auto plain = evaluate(rule.front().expression, {.at = time}, memory);
    const bool is_firing = !bench.engine.active().empty(), should = !std::get<Vector>(plain.value).empty();
    if (is_firing != should) UNSCOPED_INFO(step << " " << ground::seconds(time.time_since_epoch()) << " " << is_firing << should);
    fired += should ? 1 : 0, apart += is_firing != should ? 1 : 0;
  }
  CHECK(apart == 0);
  CHECK(fired > 100);
  CHECK(fired < 15'000);
}

TEST_CASE("a spread that grows within what was near, and a trend of many that come at once, are seen", "[rules]") {
  const auto calm = [](const std::string& expression, int most) {
    auto bench = std::make_unique<Bench>("  - alert: n\n    expr: " + expression + "\n");
    for (int n = 1; n <= most; ++n) bench->feed(1s * n, n % 2 == 0 ? 99 : 101);
    return bench;
  };
  for (const double off : {5.9, 6.1, 7.5}) {
    const auto bench = calm("stddev_over_time(a[60s]) > 6", 300);
    for (int n = 301; n <= 400; ++n) bench->feed(1s * n, n % 2 == 0 ? 100 - off : 100 + off);
    CHECK(bench->engine.active().size() == (off > 6 ? 1 : 0));
  }
  for (int most = 300; most < 316; ++most) {  // now and then it is looked at anyway
    const auto bench = calm("deriv(a[60s]) > 2", most);
    for (int n = 1; n <= 20'000; ++n) bench->feed(1s * most + 200us * n, n <= 10'000 ? 85 : 115);
    CHECK(bench->engine.active().size() == 1);
  }
}

TEST_CASE("a spread without end is seen, and is that of nothing else", "[rules]") {
  Bench bench{"  - alert: n\n    expr: stdvar_over_time(a[60s]) >= Inf\n"};
  for (int n = 1; n <= 100; ++n) bench.feed(1s * n, 1);
  CHECK(bench.engine.active().empty());
  bench.feed(101s, 1e200), bench.feed(102s, -1e200);
  CHECK(bench.engine.active().size() == 1);
}

TEST_CASE("a calm series' spread and trend are looked at no more than now and then", "[rules]") {
  const auto [expression, most] = GENERATE(table<std::string, std::uint64_t>({{"stddev_over_time(a[60s]) > 6", 60},
                                                                              {"stdvar_over_time(a[60s]) > 36", 60},
                                                                              {"deriv(a[60s]) > 2", 200},
                                                                              {"predict_linear(a[60s], 90) < -500", 200}}));
  CAPTURE(expression);
  Bench bench{"  - alert: n\n    expr: " + expression + "\n"};
  for (int n = 1; n <= 1'000; ++n) bench.feed(1s * n, n % 2 == 0 ? 99 : 101);
  CHECK(bench.engine.counters().looks < most);
}
