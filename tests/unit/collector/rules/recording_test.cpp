#include <algorithm>
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
      if (std::ranges::find(alert_series, derived.labels.get("__name__")) != alert_series.end()) continue;
      out += (out.empty() ? "" : " ") + derived.labels.text() + "=" + (derived.value ? ground::number_text(*derived.value) : "end") + "@" +
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
  CHECK(made[2].labels.text() == R"(holdup_alert_value{alertname="A",x="1"})");
  CHECK(made[0].labels.text() == R"(ALERTS{alertname="A",alertstate="pending",x="1"})");
  CHECK(made[1].labels.text() == R"(ALERTS_FOR_STATE{alertname="A",x="1"})");
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
