#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/core/machine.hpp"
#include "collector/rules/rule_file.hpp"
#include "unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using core::Machine;
using ground::Instant;

namespace {

constexpr const char* rules_text = R"(groups:
  - name: g
    rules:
      - record: rack:fan:least
        expr: min(rack_fan_speed_rpm)
      - alert: fan_slow
        expr: rack:fan:least < 3000
        for: 1m
        keep_firing_for: 5m
        annotations: {summary: 'slow: {{ $value }}'}
)";

std::string site_with(const std::string& missed_poll) {
  auto text = detect::test::two_feeds + "alerts: {webhook: [http://127.0.0.1:9/hook]}\n";
  const std::string unit = "unit1: {";
  if (!missed_poll.empty()) text.insert(text.find(unit) + unit.size(), "missed_poll: " + missed_poll + ", ");
  return text;
}

constexpr const char* redundancy_text = R"(groups:
  - name: g
    rules:
      - alert: one_path
        expr: holdup_redundancy{axis="path"} == 0
      - alert: supply_off
        expr: holdup_supply_on == 0
)";

/// A machine of which one supply's status unit is heard.
struct RulesBench {
  explicit RulesBench(const std::string& missed_poll = {}, core::Restored restored = {}, Instant start = Instant{1000s},
                      const std::string& text = rules_text)
      : machine{configuration(missed_poll, text)}, now{start} {
    for (site::Index d = 0; d < machine.site().devices.size(); ++d)
      if (machine.site().devices[d].name == "unit1") unit = d;
    step(core::Started{.boot = "b", .seed = 3});
    step(std::move(restored));
    reading::Point point;
    point.metric = "rack_fan_speed_rpm";
    point.labels = {{"index", "1"}};
    point.means = reading::Meaning::fan_speed;
    reading::Point slow;
    slow.metric = "rack_limit_rpm";
    step(core::Identified{.device = unit, .identity = {}, .points = {point, slow}});
  }

  static core::Configuration configuration(const std::string& missed_poll, const std::string& text) {
    ground::Problems problems;
    const std::vector<rules::RuleText> files{{"r.yml", text}};
    auto rules = rules::load(files, problems);
    REQUIRE(problems.ok());
    return {.site = std::make_unique<const site::Site>(detect::test::site_of(site_with(missed_poll))), .rules = std::move(rules)};
  }

  void step(core::Input input) {
    auto effects = machine.step({now, 500s}, std::move(input));
    events.insert(events.end(), effects.events.begin(), effects.events.end());
    warnings.insert(warnings.end(), effects.warnings.begin(), effects.warnings.end());
    for (auto& batch : effects.batches) batches.push_back(std::move(batch));
    if (effects.rules) rules = effects.rules, told.clear();
    told.insert(told.end(), effects.rule_alerts.begin(), effects.rule_alerts.end());
    for (const auto& post : effects.posts) {
      bodies.push_back(post.body);
      step(core::Delivered{.target = post.target, .token = post.token, .accepted = true});
    }
  }
  void hear(double fan, std::optional<double> limit = {}) {
    std::vector<reading::Reading> readings{{.point = 0, .quality = ground::Quality::good, .value = fan, .time = now}};
    if (limit) readings.push_back({.point = 1, .quality = ground::Quality::good, .value = *limit, .time = now});
    step(core::Answered{.device = unit, .asked = now, .readings = std::move(readings)});
  }
  void miss() { step(core::Unanswered{.device = unit, .asked = now - 50ms, .failure = {ground::FailureKind::timeout, "no answer"}}); }
  void pass(ground::Duration length) {
    now += length;
    step(core::TimerDue{});
  }
  [[nodiscard]] bool lost() const {
    return std::ranges::any_of(events, [](const record::Event& event) { return event.verdict == "telemetry_lost"; });
  }
  /// The newest stored samples of what alerts wrote, as a restart reads them.
  [[nodiscard]] std::vector<rules::Derived> stored() const {
    std::map<record::SeriesId, record::Series> series;
    std::map<record::SeriesId, rules::Derived> newest;
    for (const auto& batch : batches) {
      for (const auto& [id, one] : batch.born) series[id] = one;
      for (const auto& sample : batch.samples) {
        const auto& one = series[sample.series];
        if (std::ranges::find(rules::alert_series, one.name) == rules::alert_series.end()) continue;
        rules::Labels labels{{one.labels.begin(), one.labels.end()}};
        labels.set("__name__", one.name);
        newest[sample.series] = {
            .labels = std::make_shared<const rules::Labels>(labels), .value = sample.value, .at = Instant{batch.time.time_since_epoch()}};
        if (sample.quality != ground::Quality::good) newest.erase(sample.series);
      }
    }
    std::vector<rules::Derived> out;
    for (auto& [id, sample] : newest) out.push_back(std::move(sample));
    return out;
  }
  [[nodiscard]] double last_of(const std::string& name) const {
    record::SeriesId wanted = 0;
    double out = -1;
    for (const auto& batch : batches) {
      for (const auto& [id, one] : batch.born)
        if (one.name == name) wanted = id;
      for (const auto& sample : batch.samples)
        if (sample.series == wanted && wanted != 0) out = sample.quality == ground::Quality::good ? sample.value : -2;
    }
    return out;
  }
  [[nodiscard]] std::string warned() const {
    std::string out;
    for (const auto& warning : warnings) out += warning.name + (warning.firing ? "+ " : "- ");
    return out;
  }

  Machine machine;
  Instant now;
  site::Index unit = 0;
  std::vector<record::Event> events;
  std::shared_ptr<const rules::RuleSet> rules;  // as told last
  std::vector<core::RuleAlert> told;            // since then
  std::vector<core::Warning> warnings;
  std::vector<record::Batch> batches;
  std::vector<std::string> bodies;
};

std::string begin_of(const std::string& body) {
  const auto at = body.find("\"startsAt\":\"");
  return at == std::string::npos ? "" : body.substr(at + 12, 24);
}

core::Restored after(const RulesBench& before) {
  return {.events = {}, .last = true, .watched_until = ground::utc(before.now, 500s), .alerts = before.stored()};
}

}  // namespace

TEST_CASE("what rules record and how their alerts stand is stored") {
  RulesBench bench;
  bench.hear(2000);
  CHECK(bench.last_of("rack:fan:least") == 2000);
  CHECK(bench.last_of("ALERTS") == 1);
  CHECK(bench.last_of("ALERTS_FOR_STATE") == 1500);
  bench.pass(1s);
  bench.hear(9000);
  CHECK(bench.last_of("rack:fan:least") == 9000);
  CHECK(bench.last_of("ALERTS") == -2);
}

TEST_CASE("of many series that a rule makes each step stores some, and the next comes at once") {
  RulesBench bench{{}, {}, Instant{1000s}, "groups:\n  - {name: g, rules: [{record: r, expr: rack_fan_speed_rpm * 2}]}\n"};
  std::vector<reading::Point> points(2000);
  std::vector<reading::Reading> readings;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    points[p].metric = "rack_fan_speed_rpm";
    points[p].labels = {{"index", std::to_string(p)}};
    readings.push_back({.point = p, .quality = ground::Quality::good, .value = 3000, .time = bench.now});
  }
  bench.step(core::Identified{.device = bench.unit, .identity = {}, .points = points});
  bench.step(core::Answered{.device = bench.unit, .asked = bench.now, .readings = std::move(readings)});
  std::size_t made = 0, most = 0, steps = 0;
  for (auto timer = bench.now; timer <= bench.now && steps < 1000; ++steps) {
    bench.batches.clear();
    auto effects = bench.machine.step({bench.now, 500s}, core::TimerDue{});
    for (const auto& batch : effects.batches) {
      const auto some = static_cast<std::size_t>(std::ranges::count(batch.samples, 6000, &record::Sample::value));
      made += some, most = std::max(most, some);
    }
    timer = effects.timer.value_or(Instant::max());
  }
  CHECK(made == 2000);
  CHECK(most > 0);
  CHECK(most <= 600);
  CHECK(steps < 1000);
}

TEST_CASE("rules are told at the start, their alerts as they change, and all of them with other rules") {
  RulesBench bench;
  REQUIRE(bench.rules);
  CHECK(bench.rules->size() == 2);
  bench.hear(2500);
  bench.pass(1min);
  REQUIRE(bench.told.size() == 2);
  CHECK((bench.told[0].transition.rule == 1 && bench.told[0].transition.to == rules::AlertState::pending));
  CHECK(bench.told[1].transition.to == rules::AlertState::firing);
  CHECK(bench.told[1].since == ground::Utc{1500s});
  auto other =
      RulesBench::configuration({}, std::string{"groups:\n  - {name: f, rules: [{record: a, expr: 'vector(1)'}]}\n"} + (rules_text + 8));
  bench.step(core::SiteChanged{.site = std::make_unique<const site::Site>(*other.site), .rules = std::move(other.rules)});
  CHECK(bench.rules->size() == 3);
  REQUIRE(bench.told.size() == 1);
  CHECK((bench.told[0].transition.rule == 2 && bench.told[0].transition.to == rules::AlertState::firing));
}

TEST_CASE("a reload takes its time, step by step, while the former rules are known, and of several the last counts") {
  RulesBench bench;
  std::vector<reading::Point> points(3000);
  std::vector<reading::Reading> readings;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    points[p].metric = p == 0 ? "rack_fan_speed_rpm" : "rack_temperature_celsius";
    points[p].labels = {{"index", std::to_string(p)}};
    readings.push_back({.point = p, .quality = ground::Quality::good, .value = 2500, .time = bench.now});
  }
  bench.step(core::Identified{.device = bench.unit, .identity = {}, .points = points});
  bench.step(core::Answered{.device = bench.unit, .asked = bench.now, .readings = readings});
  for (int second = 0; second < 70; ++second) bench.pass(1s);
  REQUIRE(bench.warned() == "fan_slow+ ");
  const auto former = bench.rules;
  const auto reload = [&](const std::string& more) {
    auto other = RulesBench::configuration({}, rules_text + more);
    bench.step(core::SiteChanged{.site = std::make_unique<const site::Site>(*other.site), .rules = std::move(other.rules)});
  };
  const std::string more = "      - {record: hot, expr: 'count(rack_temperature_celsius > 2000)'}\n";
  reload(more);
  reload(more + "      - {record: b, expr: 'vector(2)'}\n");
  reload(more + "      - {record: b, expr: 'vector(2)'}\n      - {record: c, expr: 'vector(3)'}\n");
  int steps = 0;
  for (; bench.rules->size() != 5; ++steps) {
    REQUIRE(steps < 1000);
    CHECK(bench.rules->size() != 4);  // it was followed by another one
    if (bench.rules == former) CHECK(bench.machine.rules() != former);
    bench.pass(1ms);
  }
  CHECK(steps > 10);
  REQUIRE(bench.told.size() == 1);
  CHECK((bench.told[0].transition.rule == 1 && bench.told[0].transition.to == rules::AlertState::firing));
  for (int step = 0; step < 100; ++step) bench.pass(1ms);
  CHECK(bench.warned() == "fan_slow+ ");
  CHECK(bench.last_of("c") == 3);
  CHECK(bench.last_of("hot") == 2999);
}

TEST_CASE("an alert that stands is told with its latest value once a minute, to its receivers, too, under the same begin") {
  RulesBench bench;
  bench.hear(2000);
  bench.pass(61s);
  REQUIRE(bench.warned() == "fan_slow+ ");
  const auto begin = begin_of(bench.bodies.back());
  bench.told.clear(), bench.bodies.clear();
  bench.pass(1s);
  bench.hear(1500);
  CHECK(bench.told.empty());
  CHECK(bench.bodies.empty());
  bench.pass(60s);
  REQUIRE(bench.told.size() == 1);
  CHECK(bench.told[0].transition.value == 1500);
  CHECK(bench.told[0].transition.to == rules::AlertState::firing);
  CHECK(bench.bodies.back().find("slow: 1500") != std::string::npos);
  CHECK(begin_of(bench.bodies.back()) == begin);
  CHECK(bench.warned() == "fan_slow+ ");
  bench.told.clear();
  bench.pass(60s);
  CHECK(bench.told.empty());
}

TEST_CASE("an alert that fired before a restart is told again under the same begin and not once more") {
  RulesBench before;
  before.hear(2000);
  before.pass(61s);
  REQUIRE(before.warned() == "fan_slow+ ");
  const auto begin = begin_of(before.bodies.back());
  RulesBench next{"", after(before), before.now + 30s};
  CHECK(next.warned() == "fan_slow+ ");
  REQUIRE(next.bodies.size() == 1);
  CHECK(begin_of(next.bodies.back()) == begin);
  CHECK(next.bodies.back().find("slow: 2000") != std::string::npos);
  next.pass(1s);
  next.hear(2000);
  next.pass(30s);
  CHECK(next.bodies.size() == 1);
  CHECK(next.warned() == "fan_slow+ ");
}

TEST_CASE("an alert that waited before a restart does not wait anew") {
  RulesBench before;
  before.hear(2000);
  before.pass(40s);
  before.hear(2000);
  RulesBench next{"", after(before), before.now + 300s};
  next.pass(1s);
  next.hear(2000);
  CHECK(next.warned().empty());
  next.pass(18s);
  CHECK(next.warned().empty());
  next.pass(2s);
  CHECK(next.warned() == "fan_slow+ ");
}

TEST_CASE("an alert that is not found again after a restart ends once its series would have been too old") {
  RulesBench before;
  before.hear(2000);
  before.pass(61s);
  RulesBench next{"", after(before), before.now + 1s};
  next.pass(1s);
  next.hear(9000);
  next.pass(5min);
  CHECK(next.warned() == "fan_slow+ ");  // keep_firing_for begins
  next.pass(5min);
  CHECK(next.warned() == "fan_slow+ fan_slow- ");
}

TEST_CASE("keep_firing_for goes on over a restart") {
  RulesBench before;
  before.hear(2000);
  before.pass(61s);
  before.hear(9000);
  RulesBench next{"", after(before), before.now + 4min};
  CHECK(next.warned() == "fan_slow+ ");
  next.pass(1s);
  next.hear(9000);
  CHECK(next.warned() == "fan_slow+ ");
  next.pass(1min);
  CHECK(next.warned() == "fan_slow+ fan_slow- ");
}

TEST_CASE("a pending alert has the grace period left at least, and one of a shorter for begins anew") {
  const std::string quick =
      "groups:\n- name: g\n  rules:\n  - {alert: A, expr: rack_fan_speed_rpm < 3000, for: 20s}\n"
      "  - {alert: B, expr: rack_fan_speed_rpm < 3000, for: 9s}\n";
  RulesBench before{"", {}, Instant{1000s}, quick};
  before.hear(2000);
  before.pass(8s);
  before.hear(2000);
  before.pass(8s);
  before.hear(2000);
  REQUIRE(before.warned() == "B+ ");
  RulesBench young{"", {}, Instant{1000s}, quick};
  young.hear(2000);
  young.pass(8s);
  young.hear(2000);
  RulesBench next{"", after(before), before.now + 30s, quick};
  next.hear(2000);
  next.pass(9s);
  CHECK(next.warned() == "B+ ");
  next.pass(1s);
  CHECK(next.warned() == "B+ A+ ");  // not 4 s after the restart
  RulesBench anew{"", after(young), young.now + 30s, quick};
  anew.hear(2000);
  anew.pass(8s);
  CHECK(anew.warned().empty());
  anew.pass(1s);
  CHECK(anew.warned() == "B+ ");
}

TEST_CASE("what stood more than an hour ago is not taken up again") {
  RulesBench before;
  before.hear(2000);
  before.pass(61s);
  RulesBench next{"", after(before), before.now + 61min};
  CHECK(next.warned().empty());
}

constexpr const char* plain_alert = "groups:\n- name: g\n  rules:\n  - {alert: fan_slow, expr: rack_fan_speed_rpm < 3000}\n";

TEST_CASE("a dying device does not resolve its own alert until its silence is a verdict") {
  RulesBench bench{"", {}, Instant{1000s}, plain_alert};
  bench.hear(2000);
  REQUIRE(bench.warned() == "fan_slow+ ");
  bool before_verdict = true;
  for (int poll = 0; poll < 600 && before_verdict; ++poll) {
    bench.pass(100ms);
    bench.miss();
    before_verdict = !bench.lost();
    if (before_verdict) REQUIRE(bench.warned() == "fan_slow+ ");
  }
  REQUIRE(bench.lost());
  CHECK(bench.warned() == "fan_slow+ fan_slow- ");
}

TEST_CASE("missed_poll says how many polls may be missed") {
  const auto polls_until_over = [](const std::string& policy) {
    RulesBench bench{policy, {}, Instant{1000s}, plain_alert};
    bench.hear(2000);
    int polls = 0;
    while (polls < 20 && bench.warned() == "fan_slow+ ") {
      bench.pass(1ms);
      bench.miss();
      ++polls;
    }
    return polls;
  };
  CHECK(polls_until_over("stale") == 1);
  CHECK(polls_until_over("hold(4)") == 4);
}

TEST_CASE("what is asked seldom counts again once its device is back") {
  RulesBench bench{"stale", {}, Instant{1000s}, "groups:\n- name: g\n  rules:\n  - {alert: over, expr: rack_limit_rpm > 5}\n"};
  bench.hear(2000, 6);
  REQUIRE(bench.warned() == "over+ ");
  bench.pass(1s);
  bench.miss();
  REQUIRE(bench.warned() == "over+ over- ");
  bench.pass(1s);
  bench.hear(2000);
  CHECK(bench.warned() == "over+ over- over+ ");
}

TEST_CASE("a rule on holdup_redundancy fires in the step in which the loss is told, and ends when it is proven back") {
  RulesBench bench{{}, {}, Instant{1000s}, redundancy_text};
  const auto units = {*bench.machine.site().device("unit1"), *bench.machine.site().device("unit2")};
  reading::Point input;
  input.metric = "rack_supply_input_ok", input.means = reading::Meaning::supply_input_ok;
  for (const auto device : units) bench.step(core::Identified{.device = device, .identity = {}, .points = {input}});
  for (const char* pdu : {"pdu-a", "pdu-b"}) {
    const auto device = *bench.machine.site().device(pdu);
    bench.step(core::Identified{.device = device, .identity = {}, .points = {}});
    bench.step(core::Answered{.device = device, .asked = bench.now, .readings = {}});
  }
  const auto tell = [&](double first) {
    bench.now += 1s;
    for (const auto device : units)
      bench.step(core::Answered{
          .device = device,
          .asked = bench.now,
          .readings = {{.point = 0, .quality = ground::Quality::good, .value = device == *units.begin() ? first : 1, .time = bench.now}}});
  };
  const auto firing = [&] {
    std::vector<std::string> out;
    for (const auto& alert : bench.told)
      if (alert.transition.to == rules::AlertState::firing) out.push_back(alert.transition.alert);
    return out;
  };
  for (int n = 0; n < 10; ++n) tell(1);
  REQUIRE(bench.last_of("holdup_redundancy") == 1);
  REQUIRE(firing().empty());
  tell(0);
  CHECK(firing() == std::vector<std::string>{"one_path", "supply_off"});
  CHECK(bench.last_of("holdup_redundancy") == 0);
  bench.told.clear();
  for (int n = 0; n < 10; ++n) tell(1);
  CHECK(bench.last_of("holdup_redundancy") == 1);
}
