#include "collector/rules/engine.hpp"

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "ground/number.hpp"
#include "tests/unit/collector/rules/rig.hpp"

using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of, test::text;
using namespace std::chrono_literals;

namespace {

/// An engine with series a{x="1"} (1), a{x="2"} (2), b{x="1"} (3).
struct Bench {
  explicit Bench(const std::string& lines, Engine::Options options = {}) : engine{rules_of(lines), seldom(options)} { bear(engine); }

  /// What alerts are as series is recording_test's matter.
  static Engine::Options seldom(Engine::Options options) {
    options.renewal = 24h;
    return options;
  }

  static void bear(Engine& engine) {
    engine.born(1, Labels{{{"__name__", "a"}, {"x", "1"}}});
    engine.born(2, Labels{{{"__name__", "a"}, {"x", "2"}}});
    engine.born(3, Labels{{{"__name__", "b"}, {"x", "1"}}});
  }
  std::string feed(ground::Duration t, std::vector<Sample> samples) { return text(engine.batch(at(t), samples)); }
  std::string tick(ground::Duration t) { return text(engine.tick(at(t))); }
  std::string gone(ground::Duration t, std::vector<SeriesId> ids) { return text(engine.gone(at(t), ids)); }

  Engine engine;
};

const std::string held = "  - {alert: A, expr: a > 5, for: 10s}\n";

}  // namespace

TEST_CASE("an alert without for fires with the sample that shows it and ends with the one that does not") {
  Bench bench{"  - {alert: A, expr: a > 5, labels: {severity: info}}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}, {2, 6.0}}) == R"(inactive>firing{alertname="A",severity="info",x="2"}=6@1)");
  CHECK(bench.feed(2s, {{2, 7.0}}).empty());
  CHECK(bench.feed(3s, {{2, 5.0}}) == R"(firing>inactive{alertname="A",severity="info",x="2"}=7@3)");
}

TEST_CASE("for runs on a timer, at its own instant") {
  Bench bench{held};
  CHECK(bench.feed(1s, {{1, 6.0}}) == R"(inactive>pending{alertname="A",x="1"}=6@1)");
  CHECK(bench.engine.next_due() == at(11s));
  CHECK(bench.tick(11s - 1ns).empty());
  CHECK(bench.tick(14s) == R"(pending>firing{alertname="A",x="1"}=6@11)");
  CHECK(bench.engine.active().front().active_since == at(1s));
}

TEST_CASE("one evaluation without the label set restarts for") {
  Bench bench{held};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  CHECK(bench.feed(9s, {{1, 5.0}}) == R"(pending>inactive{alertname="A",x="1"}=6@9)");
  CHECK(bench.feed(10s, {{1, 6.0}}) == R"(inactive>pending{alertname="A",x="1"}=6@10)");
  CHECK(bench.tick(19s).empty());
  CHECK(bench.tick(20s) == R"(pending>firing{alertname="A",x="1"}=6@20)");
}

TEST_CASE("a sample at the very deadline decides") {
  Bench bench{held};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  CHECK(bench.feed(11s, {{1, 5.0}}) == R"(pending>inactive{alertname="A",x="1"}=6@11)");
}

TEST_CASE("series that go stale end their alerts and reset for") {
  Bench bench{held};
  CHECK(bench.feed(1s, {{1, 6.0}, {2, 6.0}}).size() > 0);
  CHECK(bench.gone(5s, {1, 2}) == R"(pending>inactive{alertname="A",x="1"}=6@5 pending>inactive{alertname="A",x="2"}=6@5)");
  CHECK(bench.feed(6s, {{1, 6.0}}) == R"(inactive>pending{alertname="A",x="1"}=6@6)");
  CHECK(bench.engine.next_due() == at(16s));
}

TEST_CASE("a value lives for the lookback and not a nanosecond longer") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  CHECK(bench.engine.next_due() == at(301s));
  CHECK(bench.tick(301s - 1ns).empty());
  CHECK(bench.tick(301s) == R"(firing>inactive{alertname="A",x="1"}=6@301)");
  CHECK_FALSE(bench.engine.next_due().has_value());
}

TEST_CASE("a batch is taken in whole before anything is judged") {
  Bench bench{"  - {alert: A, expr: a != b}\n"};
  CHECK(bench.feed(1s, {{1, 1.0}, {3, 1.0}}).empty());
  const auto before = bench.engine.counters().evaluations;
  CHECK(bench.feed(2s, {{1, 2.0}, {3, 2.0}}).empty());
  CHECK(bench.engine.counters().evaluations == before);
}

TEST_CASE("only rules whose result changes are evaluated") {
  Bench bench{"  - {alert: A, expr: a > 5}\n  - {alert: B, expr: b > 5}\n"};
  CHECK(bench.feed(1s, {}).empty());
  const auto before = bench.engine.counters().evaluations;
  CHECK(bench.feed(2s, {{3, 1.0}}).empty());
  CHECK(bench.engine.counters().evaluations == before);
  CHECK(bench.feed(3s, {{3, 6.0}}).size() > 0);
  CHECK(bench.engine.counters().evaluations == before + 1);
  CHECK(bench.feed(4s, {{3, 6.0}}).empty());
  CHECK(bench.engine.counters().evaluations == before + 1);
}

TEST_CASE("a sample that leaves a window is an event of its own") {
  Bench bench{"  - {alert: A, expr: 'a < 0.5 * max_over_time(a[1m])'}\n"};
  CHECK(bench.feed(0s, {{1, 100.0}}).empty());
  CHECK(bench.feed(30s, {{1, 40.0}}) == R"(inactive>firing{alertname="A",x="1"}=40@30)");
  CHECK(bench.engine.next_due() == at(60s));
  CHECK(bench.tick(60s) == R"(firing>inactive{alertname="A",x="1"}=40@60)");
}

TEST_CASE("late ticks replay each deadline at its own instant") {
  Bench bench{"  - {alert: A, expr: a > 5, for: 10s}\n  - {alert: B, expr: b > 5, for: 20s}\n"};
  CHECK(bench.feed(0s, {{1, 6.0}, {3, 6.0}}).size() > 0);
  CHECK(bench.feed(1h, {{1, 6.0}}) == R"(pending>firing{alertname="A",x="1"}=6@10 pending>firing{alertname="B",x="1"}=6@20 )"
                                      R"(firing>inactive{alertname="A",x="1"}=6@300 firing>inactive{alertname="B",x="1"}=6@300 )"
                                      R"(inactive>pending{alertname="A",x="1"}=6@3600)");
  CHECK(bench.engine.counters().instants_skipped == 0);
}

TEST_CASE("catching up is bounded and says so") {
  Bench bench{held, {.catch_up_max = 1}};
  CHECK(bench.feed(0s, {{1, 6.0}}).size() > 0);
  CHECK(bench.tick(1h) == R"(pending>firing{alertname="A",x="1"}=6@10 firing>inactive{alertname="A",x="1"}=6@3600)");
  CHECK(bench.engine.counters().instants_skipped == 1);
}

TEST_CASE("keep_firing_for carries a firing alert over a gap") {
  Bench bench{"  - {alert: A, expr: a > 5, keep_firing_for: 10s}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  CHECK(bench.feed(2s, {{1, 1.0}}).empty());
  CHECK(bench.feed(11s, {{1, 6.0}}).empty());
  CHECK(bench.feed(12s, {{1, 1.0}}).empty());
  CHECK(bench.engine.next_due() == at(22s));
  CHECK(bench.tick(22s) == R"(firing>inactive{alertname="A",x="1"}=6@22)");
}

TEST_CASE("two results with one identity are an error and leave the rule's alerts alone") {
  Bench bench{"  - {alert: A, expr: a > 5, labels: {x: same}}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}) == R"(inactive>firing{alertname="A",x="same"}=6@1)");
  CHECK(bench.feed(2s, {{2, 6.0}}).empty());
  CHECK(bench.engine.error(0) == "two results have the same labels once the rule's are applied");
  CHECK(bench.engine.counters().failures == 1);
  CHECK(bench.feed(3s, {{2, 1.0}}).empty());
  CHECK(bench.engine.error(0).empty());
  CHECK(bench.engine.active().size() == 1);
}

TEST_CASE("more alerts than the group's limit end them all") {
  ground::Problems problems;
  const std::vector<RuleText> files{{"r.yml", "groups:\n- name: g\n  limit: 1\n  rules: [{alert: A, expr: a > 5}]\n"}};
  Engine engine{load(files, problems), {}};
  Bench::bear(engine);
  const std::vector<Sample> one{{1, 6.0}};
  const std::vector<Sample> two{{2, 6.0}};
  CHECK(text(engine.batch(at(1s), one)) == R"(inactive>firing{alertname="A",x="1"}=6@1)");
  CHECK(text(engine.batch(at(2s), two)) == R"(firing>inactive{alertname="A",x="1"}=6@2)");
  CHECK(engine.error(0) == "more than 1 alerts, the group's limit");
}

TEST_CASE("samples that are no news are refused and counted") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.feed(5s, {{1, 6.0}, {1, 1.0}}) == R"(inactive>firing{alertname="A",x="1"}=6@5)");
  CHECK(bench.feed(5s, {{1, 1.0}}).empty());
  CHECK(bench.feed(4s, {{1, 1.0}}).empty());
  CHECK(bench.feed(6s, {{99, 1.0}}).empty());
  CHECK(bench.engine.counters().samples_refused == 4);
}

TEST_CASE("a reply that is older than the last timer still counts, at that timer's instant") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.tick(10s).empty());
  CHECK(bench.feed(9s, {{1, 6.0}}) == R"(inactive>firing{alertname="A",x="1"}=6@10)");
  CHECK(bench.engine.next_due() == at(309s));
}

TEST_CASE("NaN neither fires nor keeps an alert") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  CHECK(bench.feed(2s, {{1, std::numeric_limits<double>::quiet_NaN()}}) == R"(firing>inactive{alertname="A",x="1"}=6@2)");
}

TEST_CASE("a forgotten series takes its alerts along with the next call") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).size() > 0);
  bench.engine.forget(1);
  CHECK(bench.tick(2s) == R"(firing>inactive{alertname="A",x="1"}=6@2)");
}

TEST_CASE("an expression without series fires by itself") {
  Bench bench{"  - {alert: A, expr: '1'}\n"};
  CHECK(bench.tick(1s) == R"(inactive>firing{alertname="A"}=1@1)");
}

TEST_CASE("annotations and labels are expanded from the result") {
  Bench bench{"  - {alert: A, expr: a > 5, labels: {where: 'at {{ $labels.x }}'}, annotations: {s: 'now {{ printf \"%.1f\" $value }}'}}\n"};
  const std::vector<Sample> samples{{1, 6.25}};
  const auto out = bench.engine.batch(at(1s), samples);
  REQUIRE(out.size() == 1);
  CHECK(out[0].labels.get("where") == "at 1");
  CHECK(out[0].annotations == std::vector<Label>{{"s", "now 6.2"}});
}

TEST_CASE("for and windows survive a reload of an unchanged rule, a rule that is gone ends its alerts") {
  Bench bench{held + "  - {alert: Gone, expr: b > 5}\n  - {alert: W, expr: 'a < 0.5 * max_over_time(a[1m])'}\n"};
  CHECK(bench.feed(0s, {{2, 100.0}}).size() > 0);
  CHECK(bench.feed(1s, {{1, 6.0}, {3, 6.0}, {2, 90.0}}).size() > 0);
  Engine next{rules_of("  - {alert: W, expr: 'a < 0.5 * max_over_time(a[1m])'}\n" + held), {}};
  Bench::bear(next);
  CHECK(text(next.take_over(bench.engine, at(2s))) == R"(firing>inactive{alertname="Gone",x="1"}=6@2)");
  CHECK_FALSE(next.takes_over());
  CHECK(next.tick(at(2s)).empty());
  CHECK(text(next.tick(at(11s))) == R"(pending>firing{alertname="A",x="2"}=90@10 pending>firing{alertname="A",x="1"}=6@11)");
  const std::vector<Sample> low{{2, 40.0}};
  CHECK(text(next.batch(at(12s), low)) == R"(inactive>firing{alertname="W",x="2"}=40@12)");
  CHECK(bench.engine.active().empty());
}

TEST_CASE("a result that drifts is looked at again each second, without a sample") {
  Bench bench{"  - {alert: A, expr: 'increase(a[1m]) < 6'}\n"};
  CHECK(bench.feed(10s, {{1, 0.0}}).empty());
  CHECK(bench.feed(20s, {{1, 10.0}}).empty());
  CHECK(bench.engine.next_due() == at(21s));
  // From 0 to 10 in 10 s, drawn out by half of that at either end at most: it leaves the window at 70 s.
  CHECK(bench.tick(60s).empty());
  CHECK(bench.tick(70s).empty());
  CHECK(bench.tick(75s).empty());
}

TEST_CASE("time() and the calendar go by UTC") {
  Bench bench{"  - {alert: Late, expr: 'vector(time()) >= 1000000010'}\n  - {alert: Friday, expr: 'day_of_week() == 5'}\n"};
  bench.engine.set_utc_offset(1'000'000'000s);  // a Sunday
  CHECK(bench.tick(5s).empty());
  CHECK(bench.tick(10s) == R"(inactive>firing{alertname="Late"}=1000000010@10)");
}

TEST_CASE("what is looked at with an offset arrives by a timer") {
  Bench bench{"  - {alert: A, expr: a offset 10s > 5}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).empty());
  CHECK(bench.engine.next_due() == at(11s));
  CHECK(bench.tick(11s) == R"(inactive>firing{alertname="A",x="1"}=6@11)");
}

TEST_CASE("a subquery that fails at one of its steps is looked at again at the next, not all the time") {
  Bench bench{"  - {alert: A, expr: 'max_over_time((a * on() a)[2s:500ms]) > 0'}\n"};
  CHECK(bench.feed(1s, {{1, 1.0}, {2, 1.0}}).empty());
  CHECK_FALSE(bench.engine.error(0).empty());
  CHECK(bench.engine.next_due() == at(1500ms));
}

TEST_CASE("a rule is looked at when the step at which its subquery failed leaves the window") {
  Bench bench{"  - {alert: A, expr: 'count_over_time((a * on() a)[1s:300ms]) > 0'}\n"};
  CHECK(bench.feed(1100ms, {{1, 1.0}, {2, 1.0}}).empty());
  CHECK(bench.gone(1300ms, {2}).empty());
  CHECK_FALSE(bench.engine.error(0).empty());
  std::string told;
  for (auto t = 1400ms; t <= 2300ms; t += 100ms) told += bench.tick(t);
  CHECK(told == R"(inactive>firing{alertname="A"}=3@2.2)");  // the step at 1.2 s failed
}

TEST_CASE("a call does a turn's work, and the next goes on with what is left, each at its own instant") {
  Bench bench{"  - {alert: A, expr: a > 5}\n  - {alert: B, expr: b > 5}\n  - {alert: C, expr: a + 0 > 5}\n", {.turn_work = 1}};
  auto told = bench.feed(1s, {{1, 6.0}, {3, 6.0}}) + " ";
  CHECK(bench.engine.next_due() == at(1s));
  told += bench.feed(2s, {{1, 1.0}}) + " ";
  for (int i = 0; i < 200 && bench.engine.next_due() <= at(2s); ++i) told += bench.tick(2s) + " ";
  CHECK(told.find(R"(inactive>firing{alertname="A",x="1"}=6@1)") < told.find(R"(inactive>firing{alertname="B",x="1"}=6@1)"));
  CHECK(told.find(R"(inactive>firing{alertname="C",x="1"}=6@1)") < told.find(R"(firing>inactive{alertname="A",x="1"}=6@2)"));
  CHECK(bench.engine.counters().turns_left > 0);
  CHECK(bench.engine.counters().calls_merged == 0);
}

TEST_CASE("however many calls wait, no transition of a sample is lost that the next of its series ends") {
  const auto play = [](Engine::Options options) {
    Bench bench{"  - {alert: A, expr: a > 5}\n  - {alert: B, expr: b > 5}\n", std::move(options)};
    std::multiset<std::string> told;
    const auto hear = [&](std::vector<Transition> transitions) {
      for (auto& each : transitions) each.at = {}, told.insert(text({each}));
    };
    for (int second = 1; second <= 40; ++second)
      for (const SeriesId series : {1, 2, 3}) {
        const std::vector<Sample> reply{{series, (second + series) % 3 == 0 ? 100.0 * second + series : 1.0}};
        hear(bench.engine.batch(at(second * 1s + series * 100ms), reply));
      }
    while (bench.engine.next_due() <= at(41s)) hear(bench.engine.tick(at(41s)));
    CHECK(bench.engine.counters().samples_hidden == 0);
    return std::pair{told, bench.engine.counters().calls_merged};
  };
  const auto [whole, none] = play({});
  const auto [merged, calls] = play({.turn_work = 1, .waiting_max = 2});
  CHECK(none == 0);
  CHECK(calls > 10);
  CHECK(whole.size() > 70);
  CHECK(merged == whole);
}

TEST_CASE("however many calls wait, a deadline between them has its own instant") {
  Bench bench{"  - {alert: A, expr: a > 5, for: 3s}\n  - {alert: B, expr: b > 5}\n", {.turn_work = 1, .waiting_max = 2}};
  auto told = bench.feed(1s, {{1, 6.0}});
  for (auto t = 1100ms; t <= 2s; t += 100ms) told += bench.feed(t, {{3, 6.0}});
  told += bench.feed(3900ms, {{2, 1.0}});
  told += bench.feed(4500ms, {{1, 1.0}});
  while (bench.engine.next_due() <= at(5s)) told += bench.tick(5s);
  CHECK(told.find(R"(pending>firing{alertname="A",x="1"}=6@4)") != std::string::npos);
  CHECK(told.find(R"(firing>inactive{alertname="A",x="1"}=6@4.5)") != std::string::npos);
}

TEST_CASE("where more samples wait than there is memory for, the next hides one, and says so") {
  Bench bench{"  - {alert: A, expr: a > 5}\n  - {alert: B, expr: b > 5}\n", {.turn_work = 1, .waiting_max = 2, .waiting_samples_max = 6}};
  std::string told;
  for (auto t = 1s; t <= 40s; ++t) told += bench.feed(t, {{1, 6.0}, {3, t % 2s == 0s ? 1.0 : 6.0}});
  while (bench.engine.next_due() <= at(40s)) told += bench.tick(40s);
  CHECK(told.starts_with(R"(inactive>firing{alertname="A",x="1"}=6@1inactive>firing{alertname="B",x="1"}=6@1firing>inactive{)"));
  CHECK(bench.engine.counters().calls_merged > 10);
  CHECK(bench.engine.counters().samples_hidden > 20);
  CHECK(bench.engine.active().size() == 1);
}

TEST_CASE("a value that moves between two turns of its alert is told with the next") {
  Bench bench{"  - {alert: A, expr: a > 5}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}, {2, 7.0}}).size() > 0);
  const auto before = bench.engine.counters().evaluations;
  CHECK(bench.feed(2s, {{1, 8.0}}).empty());
  CHECK(bench.engine.counters().evaluations == before);
  CHECK(bench.engine.active().front().value == 8);
  CHECK(bench.feed(3s, {{1, 1.0}}) == R"(firing>inactive{alertname="A",x="1"}=8@3)");
}

TEST_CASE("an alert that stands through an error keeps the value of before") {
  Bench bench{"  - {alert: A, expr: '{__name__=~\"a|b\",x=\"1\"} >= 0'}\n"};
  CHECK(bench.feed(1s, {{1, 1.0}}) == R"(inactive>firing{alertname="A",x="1"}=1@1)");
  CHECK(bench.feed(2s, {{1, 2.0}}).empty());
  CHECK(bench.feed(3s, {{1, 3.0}, {3, 9.0}}).empty());
  CHECK_FALSE(bench.engine.error(0).empty());
  CHECK(bench.gone(4s, {1, 3}) == R"(firing>inactive{alertname="A",x="1"}=2@4)");
}

TEST_CASE("a tick looks at every element, also after one was born since the last") {
  Bench bench{"  - {alert: A, expr: 'predict_linear(a[1m], 10) < 0'}\n"};
  CHECK(bench.feed(1s, {{1, 100.0}}).empty());
  CHECK(bench.feed(2s, {{1, 98.0}}).empty());
  CHECK(bench.tick(3s).empty());
  bench.engine.born(4, Labels{{{"__name__", "a"}, {"x", "4"}}});
  CHECK(bench.feed(3500ms, {{4, 1.0}}).empty());
  // 100 - 2 (t - 1) + 10 s further: below 0 from 41 s on.
  std::string told;
  for (auto t = 4s; t <= 42s; ++t) told += bench.tick(t);
  CHECK(told.find(R"(inactive>firing{alertname="A",x="1"})") == 0);
  CHECK(told.find("@42") != std::string::npos);
}

TEST_CASE("aggregations, absence and many to one follow each sample") {
  Bench bench{
      "  - {alert: Sum, expr: sum(a) > 10}\n  - {alert: None, expr: absent(b)}\n  - {alert: Share, expr: a / on() group_left b > 2}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}) == R"(inactive>firing{alertname="None"}=1@1)");
  CHECK(bench.feed(2s, {{2, 5.0}}) == R"(inactive>firing{alertname="Sum"}=11@2)");
  CHECK(
      bench.feed(3s, {{3, 2.0}}) ==
      R"(firing>inactive{alertname="None"}=1@3 inactive>firing{alertname="Share",x="1"}=3@3 inactive>firing{alertname="Share",x="2"}=2.5@3)");
  CHECK(
      bench.gone(4s, {3}) ==
      R"(inactive>firing{alertname="None"}=1@4 firing>inactive{alertname="Share",x="1"}=3@4 firing>inactive{alertname="Share",x="2"}=2.5@4)");
}

TEST_CASE("what passes a bound passes it wherever the bound stands, and through several") {
  Bench bench{
      "  - {alert: Left, expr: 5 < a * 2}\n  - {alert: Between, expr: 'sort((sum(a) > 10)) < 20'}\n"
      "  - {alert: Met, expr: '(a / 2 >= 3) and on(x) (b * 1 != 7)'}\n  - {alert: Old, expr: 'timestamp(a) < 2'}\n"
      "  - {alert: Named, expr: 'label_replace(a, \"y\", \"$1\", \"x\", \"(.*)\") > 9'}\n"};
  CHECK(bench.feed(1s, {{1, 2.0}, {3, 7.0}}) == R"(inactive>firing{alertname="Old",x="1"}=1@1)");
  CHECK(bench.feed(2s, {{1, 6.0}, {2, 5.0}}) ==
        R"(inactive>firing{alertname="Left",x="1"}=12@2 inactive>firing{alertname="Left",x="2"}=10@2 )"
        R"(inactive>firing{alertname="Between"}=11@2 firing>inactive{alertname="Old",x="1"}=1@2)");
  CHECK(bench.feed(3s, {{3, 8.0}}) == R"(inactive>firing{alertname="Met",x="1"}=3@3)");
  CHECK(bench.feed(4s, {{1, 20.0}}) == R"(firing>inactive{alertname="Between"}=11@4 inactive>firing{alertname="Named",x="1",y="1"}=20@4)");
  (void)bench.feed(5s, {{1, std::numeric_limits<double>::quiet_NaN()}});
  CHECK(bench.engine.active().size() == 1);  // Left, of the other one
}

TEST_CASE("a partner changes hands within a reply, and two at once are an error until one goes") {
  Bench bench{"  - {alert: A, expr: a / on(x) group_left(y) b > 2}\n"};
  bench.engine.born(4, Labels{{{"__name__", "b"}, {"x", "1"}, {"y", "2"}}});
  CHECK(bench.feed(1s, {{1, 6.0}, {3, 2.0}}) == R"(inactive>firing{alertname="A",x="1"}=3@1)");
  CHECK(bench.feed(2s, {{3, std::nullopt}, {4, 1.0}}) ==
        R"(firing>inactive{alertname="A",x="1"}=3@2 inactive>firing{alertname="A",x="1",y="2"}=6@2)");
  CHECK(bench.feed(3s, {{3, 2.0}}).empty());
  CHECK(bench.engine.error(0).starts_with("found duplicate series"));
  CHECK(bench.gone(4s, {4}) == R"(inactive>firing{alertname="A",x="1"}=3@4 firing>inactive{alertname="A",x="1",y="2"}=6@4)");
  CHECK(bench.engine.error(0).empty());
}

TEST_CASE("a subquery moves with its steps") {
  Bench bench{"  - {alert: A, expr: 'min_over_time(a[1m:10s]) > 5'}\n"};
  CHECK(bench.feed(1s, {{1, 6.0}}).empty());
  CHECK(bench.engine.next_due() == at(10s));
  CHECK(bench.tick(10s) == R"(inactive>firing{alertname="A",x="1"}=6@10)");
}
