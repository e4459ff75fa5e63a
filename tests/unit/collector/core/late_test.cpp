#include <algorithm>
#include <map>

#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using detect::Meaning;
using ground::Duration;
using ground::Instant;
using ground::Quality;

namespace {

// A machine whose devices answer after so long; what comes after the deadline comes late.
struct LateBench {
  std::map<std::string, Duration> takes;  // absent: 5 ms; zero: never
  std::map<std::string, double> volts;
  double uptime_from = 0;
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(detect::test::pdus_only)), .rules = {}}};
  Instant now{1000s};
  std::multimap<Instant, core::Input> coming;
  std::optional<Instant> timer;
  std::vector<record::Batch> batches;
  std::vector<record::Event> events;
  std::vector<std::string> logs;
  std::vector<core::Rhythm> rhythms;
  std::map<record::SeriesId, record::Series> series;

  LateBench() {
    step(core::Started{.boot = "b", .seed = 3});
    step(core::Restored{});
  }
  LateBench(const LateBench&) = delete;

  void step(core::Input input) {
    auto effects = machine.step({now, 500s}, std::move(input));
    timer = effects.timer;
    for (auto& batch : effects.batches) {
      for (const auto& [id, born] : batch.born) series.emplace(id, born);
      batches.push_back(std::move(batch));
    }
    for (auto& event : effects.events) events.push_back(std::move(event));
    for (auto& line : effects.logs) logs.push_back(std::move(line.text));
    for (auto& rhythm : effects.rhythms) rhythms.push_back(rhythm);
    for (const auto& order : effects.orders) perform(order);
  }

  void perform(const plan::Order& order) {
    const auto& name = machine.site().devices[order.device].name;
    if (order.kind == plan::Order::Kind::identify) {
      std::vector<reading::Point> points(3);
      points[0] = {
          .metric = "rack_voltage_volts", .labels = {{"part", "inlet"}}, .means = Meaning::input_voltage, .lane = reading::Lane::hot};
      points[1] = {.metric = "rack_power_watts",
                   .labels = {{"index", "3"}, {"part", "outlet"}},
                   .means = Meaning::outlet_power,
                   .lane = reading::Lane::hot};
      points[2] = {.metric = "rack_uptime_seconds", .labels = {{"part", "system"}}, .means = Meaning::uptime};
      coming.emplace(now + 20ms, core::Identified{.device = order.device, .identity = {}, .points = std::move(points)});
      return;
    }
    const auto known = takes.find(name);
    const Duration took = known == takes.end() ? Duration{5ms} : known->second;
    std::vector<reading::Reading> readings;
    for (const auto point : order.points) {
      const double value = point == 0   ? volts.try_emplace(name, 230).first->second
                           : point == 1 ? 300
                                        : ground::seconds(now.time_since_epoch()) - uptime_from;
      readings.push_back({.point = point, .quality = Quality::good, .value = value, .time = now, .uncertainty = took});
    }
    const bool in_time = took > Duration{} && now + took <= order.deadline;
    if (in_time)
      return void(coming.emplace(now + took, core::Answered{.device = order.device, .asked = now, .readings = std::move(readings)}));
    coming.emplace(order.deadline,
                   core::Unanswered{.device = order.device, .asked = now, .failure = {ground::FailureKind::timeout, "no answer"}});
    if (took > Duration{})
      coming.emplace(now + took,
                     core::AnsweredLate{.device = order.device, .asked = now, .round_trip = took, .readings = std::move(readings)});
  }

  void run(Duration length) {
    const Instant end = now + length;
    while (true) {
      Instant next = timer.value_or(end);
      if (!coming.empty()) next = std::min(next, coming.begin()->first);
      if (next >= end) break;
      now = std::max(now, next);
      if (!coming.empty() && coming.begin()->first <= now) {
        auto input = std::move(coming.begin()->second);
        coming.erase(coming.begin());
        step(std::move(input));
      } else {
        timer.reset();
        step(core::TimerDue{});
      }
    }
    now = end;
  }

  [[nodiscard]] std::size_t said(const std::string& text) const {
    return static_cast<std::size_t>(
        std::count_if(logs.begin(), logs.end(), [&](const auto& l) { return l.find(text) != std::string::npos; }));
  }
  /// When a series' samples say they were measured, in the order in which they were recorded.
  [[nodiscard]] std::vector<std::pair<Instant, double>> samples(const std::string& name, const std::string& device) const {
    std::vector<std::pair<Instant, double>> out;
    for (const auto& batch : batches)
      for (const auto& sample : batch.samples) {
        const auto& one = series.at(sample.series);
        if (one.name == name && one.label("device") == device) out.emplace_back(batch.at, sample.value);
      }
    return out;
  }
  [[nodiscard]] std::size_t verdicts() const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(), [](const auto& e) { return e.phase == record::Phase::begin; }));
  }
};

}  // namespace

TEST_CASE("what a device answers late is recorded at the time it was asked, and said once with its mend") {
  LateBench bench;
  bench.run(20s);
  const auto before = bench.samples("rack_voltage_volts", "pdu-b").size();
  const Instant late_from = bench.now;
  bench.takes["pdu-b"] = 700ms;
  bench.run(60s);
  const auto samples = bench.samples("rack_voltage_volts", "pdu-b");
  CHECK(samples.size() >= before + 20);  // of a device that slowed down it is asked less often, too
  for (const auto& [at, value] : samples)
    if (at > late_from) CHECK(value == 230);
  bool own_time = false;
  for (const auto& batch : bench.batches)
    own_time = own_time || (batch.at > late_from && batch.time == ground::utc(batch.at, 500s) && batch.samples.size() >= 2);
  CHECK(own_time);
  CHECK(bench.said("answers_late device=pdu-b round_trip_ms=700 timeout_ms=500") == 1);
  CHECK(bench.said("device_silent") == 0);
  CHECK(bench.verdicts() == 0);
  CHECK(bench.samples("holdup_up", "pdu-b").back().second == 1);
}

TEST_CASE("one late answer is no reason to say anything") {
  LateBench bench;
  bench.run(20s);
  bench.takes["pdu-b"] = 700ms;
  bench.run(1s);
  bench.takes.clear();
  bench.run(60s);
  CHECK(bench.said("answers_late") == 0);
}

TEST_CASE("a late answer ends no silence that is newer than its question") {
  LateBench bench;
  bench.run(20s);
  bench.takes["pdu-b"] = 0s;
  bench.run(30s);
  CHECK(bench.said("device_silent device=pdu-b") == 1);
  const auto verdicts = bench.verdicts();
  CHECK(verdicts >= 1);
  const Instant asked = bench.now - 31s;  // before it fell silent
  const std::vector<reading::Reading> readings{{.point = 0, .quality = Quality::good, .value = 229, .time = asked, .uncertainty = 31s}};
  bench.step(core::AnsweredLate{.device = 1, .asked = asked, .round_trip = 31s, .readings = readings});
  bench.run(20s);
  CHECK(bench.said("device_answers") == 0);
  CHECK(bench.samples("holdup_up", "pdu-b").back().second == 0);
  CHECK(std::none_of(bench.events.begin(), bench.events.end(), [](const auto& e) { return e.phase == record::Phase::end; }));
  const auto samples = bench.samples("rack_voltage_volts", "pdu-b");
  CHECK(samples.back() == std::pair{asked, 229.0});
}

TEST_CASE("a late answer does not veto a loss that was seen after it was asked for") {
  LateBench bench;
  bench.run(20s);
  bench.volts["pdu-a"] = 0;
  const Instant asked = bench.now - 10ms;
  bench.run(3s);
  const auto ends = [&] {
    return std::count_if(bench.events.begin(), bench.events.end(), [](const auto& e) { return e.phase == record::Phase::end; });
  };
  const auto begun = bench.verdicts();
  REQUIRE(begun >= 1);
  const std::vector<reading::Reading> readings{{.point = 0, .quality = Quality::good, .value = 230, .time = asked, .uncertainty = 3s}};
  bench.step(core::AnsweredLate{.device = 0, .asked = asked, .round_trip = 3s, .readings = readings});
  bench.run(30s);
  CHECK(bench.verdicts() == begun);
  CHECK(ends() == 0);
}

TEST_CASE("a device that answers slower under our polling is asked less often, and it is said and recorded") {
  LateBench bench;
  bench.run(60s);
  CHECK(bench.samples("holdup_device_poll_slowdown", "pdu-a").back().second == 1);
  bench.takes["pdu-a"] = 300ms;
  bench.run(60s);
  CHECK(bench.said("device_strained device=pdu-a round_trip_ms=300") == 2);
  CHECK(bench.said("slowdown=4 what=\"we may have caused this\"") == 1);
  CHECK(bench.samples("holdup_device_poll_slowdown", "pdu-a").back().second == 4);
  REQUIRE_FALSE(bench.rhythms.empty());
  CHECK(bench.rhythms.back().periods[0] == 4s);
  const auto before = bench.samples("rack_voltage_volts", "pdu-a").size();
  bench.run(40s);
  CHECK(bench.samples("rack_voltage_volts", "pdu-a").size() <= before + 11);
  bench.takes.clear();
  bench.run(120s);
  CHECK(bench.said("device_eased device=pdu-a") == 2);
  CHECK(bench.samples("holdup_device_round_trip_seconds", "pdu-a").back().second == Approx(0.005));
  CHECK(bench.verdicts() == 0);
}

TEST_CASE("a device that restarts again and again is asked less often, and it is said") {
  LateBench bench;
  bench.run(120s);
  for (int restart = 0; restart < 2; ++restart) {
    bench.uptime_from = ground::seconds(bench.now.time_since_epoch());
    bench.run(120s);
  }
  CHECK(bench.said("device_restarts device=pdu-a slowdown=2 what=\"restarts under our polling: we may have caused this\"") == 1);
  CHECK(bench.said("device_restarts") == 2);  // the other one, too
}

TEST_CASE("while a device is spared, the loss of its neighbour is asked about at once") {
  LateBench bench;
  bench.run(60s);
  bench.takes["pdu-b"] = 300ms;
  bench.run(60s);
  REQUIRE(bench.rhythms.back().periods[0] == 4s);
  bench.volts["pdu-a"] = 0;
  const Instant lost = bench.now;
  bench.run(3s);
  REQUIRE(bench.verdicts() >= 1);
  const auto asked = bench.samples("rack_voltage_volts", "pdu-b");
  CHECK(std::any_of(asked.begin(), asked.end(), [&](const auto& sample) { return sample.first > lost && sample.first <= lost + 1500ms; }));
}
