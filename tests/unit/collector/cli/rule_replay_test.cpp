#include "collector/cli/rule_replay.hpp"

#include "collector/rules/rule_file.hpp"
#include "unit/collector/serve/fan_store.hpp"

using namespace holdup;

namespace {

rules::RuleSet rules_of(const std::string& text) {
  ground::Problems problems;
  const std::vector<rules::RuleText> files{{"rules.yml", text}};
  auto out = rules::load(files, problems);
  REQUIRE(problems.ok());
  return out;
}

const std::string slow_fan = R"(groups:
  - name: fans
    rules:
      - {alert: slow, expr: 'rack_fan_speed_rpm{index="1"} < 8500', for: 2s}
)";

struct Replayed {
  std::vector<std::string> told;  // "8 firing"
  cli::RuleReplay::Done done;
};

Replayed replayed(const std::string& text, store::Range range) {
  const FanStore fans;
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  Replayed out;
  const auto hear = [&](const rules::Transition& transition) {
    const auto seconds = ground::seconds(ground::Utc{transition.at.time_since_epoch()} - noon);
    out.told.push_back(std::to_string(static_cast<int>(seconds)) + " " +
                       std::string{rules::alert_state_names[static_cast<std::size_t>(transition.to)]});
  };
  auto done = cli::RuleReplay{*reader, rules_of(text), range}.run({.transition = hear, .progress = [](ground::Utc) {}});
  REQUIRE(done);
  out.done = *done;
  return out;
}

}  // namespace

TEST_CASE("a replay tells what would have fired and when") {
  const auto all = replayed(slow_fan, {.from = noon - 1h, .to = noon + 1h});
  CHECK(all.told == std::vector<std::string>{"6 pending", "8 firing", "309 inactive"});  // its last sample is at 9 s
  CHECK(all.done.samples == 19);                                                         // of 20 one had failed
  CHECK((all.done.from == noon && all.done.to == noon + 9s && all.done.complete));
}

TEST_CASE("a replay of a part knows what lay before it, and ends where it is told to") {
  CHECK(replayed(slow_fan, {.from = noon + 7s, .to = noon + 8s}).told == std::vector<std::string>{"8 firing"});
  CHECK(replayed(slow_fan, {.from = noon, .to = noon + 7s}).told == std::vector<std::string>{"6 pending"});
  CHECK(replayed(slow_fan, {.from = noon + 1h, .to = noon + 2h}).done.samples == 0);
}

TEST_CASE("rules see what other rules record in a replay") {
  const auto recorded = replayed(R"(groups:
  - name: fans
    rules:
      - {record: 'fan:slowest', expr: 'min(rack_fan_speed_rpm)'}
      - {alert: slow, expr: '{__name__="fan:slowest"} < 8000'}
)",
                                 {.from = noon, .to = noon + 9s});
  CHECK(recorded.told.empty());
  const auto lower = replayed(R"(groups:
  - name: fans
    rules:
      - {record: 'fan:slowest', expr: 'min(rack_fan_speed_rpm) + 0'}
      - {alert: slow, expr: '{__name__="fan:slowest"} <= 8000'}
)",
                              {.from = noon, .to = noon + 9s});
  CHECK(lower.told == std::vector<std::string>{"0 firing"});
}

TEST_CASE("in a replay a device's values end with its telemetry_lost, and slow ones count again once it answers") {
  const std::string rule = R"(groups:
  - name: fans
    rules:
      - {alert: first, expr: 'rack_fan_speed_rpm{index="1"} > 0'}
      - {alert: second, expr: 'rack_fan_speed_rpm{index="2"} > 0'}
)";
  const FanStore fans;
  {
    Deaf listener;
    auto store = store::Store::open({.path = fans.file(), .boot = "b00t"}, listener);
    REQUIRE(store);
    record::Event lost;
    lost.id = std::string{"b00t-1"}, lost.incident = lost.id;
    lost.boot = std::string{"b00t"};
    lost.time = noon + 20s;
    lost.verdict = "telemetry_lost";
    lost.element = "device/shelf";
    REQUIRE(store->append(lost));
    record::Batch back{.at = ground::Instant{60s}, .time = noon + 60s, .born = {}, .samples = {{1, 7000, Quality::good}}};
    back.born.emplace_back(1, record::Series{"rack_fan_speed_rpm", {{"device", "shelf"}, {"index", "1"}}});
    store->append(std::move(back));
    REQUIRE(store->flush());
  }
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  std::vector<std::string> told;
  const auto hear = [&](const rules::Transition& transition) {
    const auto seconds = static_cast<int>(ground::seconds(ground::Utc{transition.at.time_since_epoch()} - noon));
    told.push_back(std::to_string(seconds) + " " + transition.alert + " " +
                   std::string{rules::alert_state_names[static_cast<std::size_t>(transition.to)]});
  };
  const store::Range range{.from = noon - 1h, .to = noon + 100s};
  const auto done = cli::RuleReplay{*reader, rules_of(rule), range}.run({.transition = hear, .progress = [](ground::Utc) {}});
  REQUIRE(done);
  CHECK(told ==
        std::vector<std::string>{"0 first firing", "0 second firing", "20 first inactive", "20 second inactive", "60 first firing"});
  CHECK(done->lost == 1);
}
