#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "ground/number.hpp"
#include "tests/unit/collector/rules/rig.hpp"

using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of;
using namespace std::chrono_literals;

namespace {

/// An engine with series a{x="1"} (1) and a{x="2"} (2).
struct Bench {
  explicit Bench(const std::string& lines, const std::string& group = {}) : engine{rules_of(lines, group), {}} { bear(engine); }

  static void bear(Engine& engine) {
    engine.born(1, Labels{{{"__name__", "a"}, {"x", "1"}}});
    engine.born(2, Labels{{{"__name__", "a"}, {"x", "2"}}});
  }
  /// The series that were made since the last look, but for those of alerts.
  std::string made() {
    std::string out;
    for (const auto& derived : engine.take_derived()) {
      if (std::ranges::find(alert_series, derived.labels->get("__name__")) != alert_series.end()) continue;
      out += (out.empty() ? "" : " ") + derived.labels->text() + "=" + (derived.value ? ground::number_text(*derived.value) : "end") + "@" +
             ground::number_text(ground::seconds(derived.at.time_since_epoch()));
    }
    return out;
  }
  std::vector<Transition> feed(ground::Duration t, std::vector<Sample> samples) { return engine.batch(at(t), samples); }

  Engine engine;
};

}  // namespace

TEST_CASE("a recording rule's result is a series at the instant of the sample it comes from") {
  Bench bench{"  - {record: 'a:double', expr: a * 2, labels: {unit: W, x: ''}}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}}).empty());
  CHECK(bench.made() == R"(a:double{unit="W"}=10@1)");
  CHECK(bench.feed(2s, {{1, {}}}).empty());
  CHECK(bench.made() == R"(a:double{unit="W"}=end@2)");
}

TEST_CASE("a rule sees at the same instant what another recorded, whichever stands first") {
  for (const bool recorder_first : {true, false}) {
    const std::string recorder = "  - {record: 'a:sum', expr: sum(a)}\n";
    const std::string alert = "  - {alert: A, expr: 'a:sum > 10'}\n";
    Bench bench{recorder_first ? recorder + alert : alert + recorder};
    CHECK(bench.feed(1s, {{1, 5.0}, {2, 5.0}}).empty());
    const auto fired = bench.feed(2s, {{2, 6.0}});
    REQUIRE(fired.size() == 1);
    CHECK(fired[0].at == at(2s));
    CHECK(fired[0].value == 11);
    const auto over = bench.feed(3s, {{1, {}}, {2, {}}});
    REQUIRE(over.size() == 1);
    CHECK(over[0].at == at(3s));
  }
}

TEST_CASE("windows reach over what was recorded") {
  Bench bench{"  - {alert: A, expr: 'max_over_time(r[10s]) > 4'}\n  - {record: r, expr: 'a{x=\"1\"} + 0'}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}}).size() == 1);
  CHECK(bench.feed(2s, {{1, 1.0}}).empty());
  const auto over = bench.engine.tick(at(20s));
  REQUIRE(over.size() == 1);
  CHECK(over[0].at == at(11s));
}

TEST_CASE("a series that nothing changes is renewed before it is too old to be seen") {
  Bench bench{"  - {record: fixed, expr: '1'}\n  - {alert: A, expr: 'absent(fixed)'}\n"};
  CHECK(bench.feed(0s, {}).empty());
  CHECK(bench.made() == "fixed=1@0");
  CHECK(bench.engine.next_due() == at(60s));
  CHECK(bench.engine.tick(at(1h)).empty());
  Bench slow{"  - {record: fixed, expr: '1'}\n", "  interval: 30s\n"};
  CHECK(slow.feed(0s, {}).empty());
  CHECK(slow.engine.next_due() == at(30s));
}

TEST_CASE("more series than the group's limit are none, and the former ones stand") {
  Bench bench{"  - {record: r, expr: a}\n", "  limit: 1\n"};
  CHECK(bench.feed(1s, {{1, 5.0}}).empty());
  CHECK(bench.feed(2s, {{2, 5.0}}).empty());
  CHECK(bench.made() == R"(r{x="1"}=5@1)");
  CHECK(bench.engine.error(0) == "2 series, more than 1, the group's limit");
}

TEST_CASE("two results of one name and labels are an error") {
  Bench bench{"  - {record: r, expr: a, labels: {x: ''}}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}, {2, 5.0}}).empty());
  CHECK(bench.made().empty());
  CHECK(bench.engine.error(0) == "two results have the same labels once the rule's are applied");
}

TEST_CASE("alerts are series too, and rules may count them") {
  Bench bench{"  - {alert: A, expr: a > 1, for: 10s}\n  - {record: n, expr: 'count by (alertstate) (ALERTS)'}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}}).size() == 1);
  CHECK(bench.made() == R"(n{alertstate="pending"}=1@1)");
  CHECK(bench.engine.tick(at(11s)).size() == 1);
  CHECK(bench.made() == R"(n{alertstate="pending"}=end@11 n{alertstate="firing"}=1@11)");
  CHECK(bench.feed(12s, {{1, 1.0}}).size() == 1);
  CHECK(bench.made() == R"(n{alertstate="firing"}=end@12)");
}

TEST_CASE("since when an alert is active is a series as well") {
  Bench bench{"  - {alert: A, expr: a > 1, for: 10s}\n"};
  bench.engine.set_utc_offset(1000s);
  CHECK(bench.feed(1500ms, {{1, 5.0}}).size() == 1);
  const auto made = bench.engine.take_derived();
  REQUIRE(made.size() == 3);
  CHECK(made[2].labels->text() == R"(holdup_alert_value{alertname="A",x="1"})");
  CHECK(made[0].labels->text() == R"(ALERTS{alertname="A",alertstate="pending",x="1"})");
  CHECK(made[1].labels->text() == R"(ALERTS_FOR_STATE{alertname="A",x="1"})");
  CHECK(made[1].value == 1001);
}

TEST_CASE("recorded series and what they are read for live through a reload") {
  const std::string rules = "  - {record: r, expr: a}\n  - {alert: A, expr: 'max_over_time(r[1m]) > 4'}\n";
  Bench bench{rules + "  - {record: gone, expr: a}\n"};
  CHECK(bench.feed(1s, {{1, 5.0}}).size() == 1);
  CHECK(bench.feed(2s, {{1, 1.0}}).empty());
  (void)bench.made();
  Bench next{rules};
  CHECK(next.engine.take_over(bench.engine, at(3s)).empty());
  CHECK(next.engine.tick(at(3s)).empty());
  CHECK(next.made() == R"(gone{x="1"}=end@3 r{x="1"}=1@3)");
  CHECK(next.engine.active().size() == 1);
}

TEST_CASE("a template asks what other series are at the same instant") {
  Bench bench{
      "  - alert: A\n    expr: a > 5\n    annotations:\n"
      "      others: '{{ range query \"sort(a)\" }}{{ .Labels.x }}={{ .Value }} {{ end }}{{ query \"nobody\" | len }}'\n"
      "      far: '{{ query \"max_over_time(a[1h])\" }}'\n"};
  bench.engine.born(9, Labels{{{"__name__", "unread"}}});
  const auto fired = bench.feed(1s, {{1, 6.0}, {2, 3.0}, {9, 1.0}});
  REQUIRE(fired.size() == 1);
  CHECK(fired[0].annotations[0].second == "2=3 1=6 0");
  CHECK(fired[0].annotations[1].second == "<error expanding template: error calling query: a query in a template reaches at most 5m back>");
}

TEST_CASE("of several series those are recorded that change, and all of them once an interval") {
  Bench bench{"  - {record: r, expr: a + 0}\n", "  interval: 10s\n"};
  (void)bench.feed(1s, {{1, 5.0}, {2, 7.0}});
  CHECK(bench.made() == R"(r{x="1"}=5@1 r{x="2"}=7@1)");
  (void)bench.feed(2s, {{1, 6.0}, {2, 7.0}});
  CHECK(bench.made() == R"(r{x="1"}=6@2)");
  (void)bench.feed(3s, {{2, 8.0}});
  CHECK(bench.made() == R"(r{x="2"}=8@3)");
  (void)bench.feed(4s, {{2, 8.0}});
  CHECK(bench.made().empty());
  (void)bench.feed(11s, {{2, 9.0}});
  CHECK(bench.made() == R"(r{x="1"}=6@11 r{x="2"}=9@11)");
  (void)bench.feed(12s, {{1, {}}, {2, 9.5}});
  CHECK(bench.made() == R"(r{x="1"}=end@12 r{x="2"}=9.5@12)");
  (void)bench.feed(13s, {{1, 1.0}, {2, 9.5}});
  CHECK(bench.made() == R"(r{x="1"}=1@13)");
}

TEST_CASE("a series that nothing changes is renewed though another of its rule changes all the time") {
  const auto* const expression = GENERATE("a + 0", "a + 0 > 0");  // of the second an element comes and goes
  Bench bench{"  - {record: r, expr: " + std::string{expression} + "}\n  - {alert: A, expr: 'absent(r{x=\"2\"})'}\n"};
  std::size_t told = bench.feed(1s, {{1, 1.0}, {2, 7.0}}).size();
  for (int n = 2; n <= 1500; ++n) {
    told += bench.feed(1s * n, {{1, n % 2 - 0.5}}).size();
    if (n % 100 == 0) told += bench.feed(1s * n + 1ms, {{2, 7.0}}).size();  // heard, and the same
  }
  CHECK(told == 0);
}

TEST_CASE("what is recorded goes on when other series that rules made are forgotten") {
  std::string lines = "  - {record: r, expr: a + 0}\n";
  for (int n = 0; n < 200; ++n) lines += "  - {record: r" + std::to_string(n) + ", expr: 'a{x=\"2\"} * 2'}\n";
  Bench bench{lines};
  const auto made_at = [&](ground::Duration t, std::vector<Sample> samples) {  // all that the turns make of it
    (void)bench.feed(t, std::move(samples));
    while (bench.engine.next_due() <= at(t)) (void)bench.engine.tick(at(t));
    return bench.made();
  };
  (void)made_at(1s, {{1, 5.0}, {2, 7.0}});
  CHECK(made_at(2s, {{1, 6.0}}) == R"(r{x="1"}=6@2)");
  for (int n = 1; n < 6; ++n) {
    (void)made_at(n * 10s, {{2, {}}});  // all but one end
    CHECK(made_at(n * 10s + 1s, {{1, 6.0 + n}}) == R"(r{x="1"}=)" + std::to_string(6 + n) + "@" + std::to_string(n * 10 + 1));
    (void)made_at(n * 10s + 2s, {{2, 1.0 * n}});
  }
}

TEST_CASE("a recorded value that looks like an end is one, and the next begins anew") {
  std::string lines = "  - {record: r, expr: 'abs(a{x=\"1\"})'}\n";
  for (int n = 0; n < 70; ++n) lines += "  - {record: r" + std::to_string(n) + ", expr: 'a{x=\"2\"} + 0'}\n";
  Bench bench{lines};
  const auto negative_marker = std::bit_cast<double>(std::bit_cast<std::uint64_t>(stale_marker) | std::uint64_t{1} << 63U);
  (void)bench.feed(1s, {{1, 5.0}});
  (void)bench.feed(2s, {{1, 6.0}});
  (void)bench.feed(3s, {{1, negative_marker}});
  (void)bench.feed(4s, {{2, 1.0}});
  while (bench.engine.next_due() <= at(5s)) (void)bench.engine.tick(at(5s));  // enough are there to be looked through
  (void)bench.made();
  (void)bench.feed(6s, {{1, 7.0}});
  CHECK(bench.made() == R"(r{x="1"}=7@6)");
}

TEST_CASE("an alert that stands as it stood is not written anew when another begins") {
  Bench bench{"  - {alert: A, expr: a > 1}\n"};
  (void)bench.feed(1s, {{1, 5.0}});
  CHECK(bench.engine.take_derived().size() == 4);
  (void)bench.feed(2s, {{2, 5.0}});
  for (const auto& derived : bench.engine.take_derived()) CHECK(derived.labels->get("x") == "2");
}

TEST_CASE("a rule may read what it makes, told twice at one instant") {
  Bench alerts{"  - {alert: A, expr: 'a > 1 unless on() b > 0 unless on() (count_over_time(ALERTS[5m]) > 1000)'}\n"};
  alerts.engine.born(3, Labels{{{"__name__", "b"}, {"x", "1"}}});
  CHECK(alerts.feed(1s, {{1, 5.0}}).size() == 1);
  CHECK(alerts.feed(1s, {{3, 1.0}}).size() == 1);
  CHECK(alerts.engine.active().empty());

  Bench records{"  - {record: n, labels: {job: j}, expr: 'count(count_over_time({job=\"j\"}[5m]))'}\n"};
  for (SeriesId id = 10; id < 20; ++id) records.engine.born(id, Labels{{{"__name__", "m"}, {"job", "j"}, {"x", std::to_string(id)}}});
  for (int n = 0; n < 10; ++n) {
    (void)records.feed(1s + n * 10s, {{static_cast<SeriesId>(10 + n), 1.0}});
    (void)records.engine.tick(at(5s + n * 10s));
    (void)records.feed(5s + n * 10s, {{static_cast<SeriesId>(10 + (n + 1) % 10), 1.0}});  // at the instant at which it was told
  }
  (void)records.engine.tick(at(200s));
  const auto made = records.made();
  CHECK(made.find(R"(n{job="j"}=3@5)") != std::string::npos);
  CHECK(made.find(R"(n{job="j"}=11@85)") != std::string::npos);
}

TEST_CASE("what stands as it stood is told again once an error is over") {
  Bench bench{"  - {record: r, expr: a + 0}\n  - {alert: A, expr: 'absent(r)'}\n", "  limit: 1\n  interval: 2m\n"};
  (void)bench.feed(1s, {{1, 5.0}});
  for (int n = 1; n <= 41; ++n) (void)bench.feed(n * 10s, {{1, 5.0}, {2, n < 41 ? std::optional{1.0} : std::nullopt}});
  CHECK(bench.engine.error(0).empty());
  CHECK(bench.engine.active().empty());
}

TEST_CASE("what another rule of its name ended is told again with the next change") {
  Bench bench{"  - {record: r, expr: a > 5, labels: {k: v}}\n  - {record: r, expr: 'label_replace(a <= 5, \"k\", \"v\", \"\", \"\")'}\n",
              "  interval: 1h\n"};
  (void)bench.feed(1s, {{1, 4.0}, {2, 7.0}});
  (void)bench.feed(2s, {{1, 6.0}});
  (void)bench.made();
  (void)bench.feed(3s, {{2, 8.0}});
  CHECK(bench.made() == R"(r{k="v",x="1"}=6@3 r{k="v",x="2"}=8@3)");
}
