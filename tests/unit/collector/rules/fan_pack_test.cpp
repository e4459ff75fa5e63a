#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "collector/rules/rule_file.hpp"

using namespace holdup;
using namespace holdup::rules;
using namespace std::chrono_literals;

namespace {

RuleSet fan_pack() {
  const std::string path = HOLDUP_SOURCE_DIR "/collector/rules/pack/fan.yml";
  std::ifstream file{path};
  const std::vector<RuleText> files{{path, {std::istreambuf_iterator<char>{file}, {}}}};
  ground::Problems problems;
  auto out = load(files, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.all().empty());
  return out;
}

/// Ten seconds apart; returns all transitions.
std::vector<Transition> run(Engine& engine, ground::Duration& now, double rpm, int polls) {
  std::vector<Transition> out;
  for (int i = 0; i < polls; ++i, now += 10s) {
    const std::vector<Sample> samples{{1, rpm}};
    const auto some = engine.batch(ground::Instant{now}, samples);
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

}  // namespace

TEST_CASE("a fan that slows by a fifth is warned about ten seconds later, one that slows by a tenth is not") {
  Engine engine{fan_pack(), {}};
  engine.born(1, Labels{{{"__name__", "rack_fan_speed_rpm"}, {"supply", "cab1/psu1"}, {"part", "fan"}}});
  ground::Duration now{};
  CHECK(run(engine, now, 9000, 30).empty());
  CHECK(run(engine, now, 8100, 30).empty());
  const auto out = run(engine, now, 7200, 2);
  REQUIRE(out.size() == 2);
  CHECK(out[0].to == AlertState::pending);
  CHECK(out[1].to == AlertState::firing);
  CHECK(out[1].at - out[1].active_since == 10s);
  CHECK(out[1].labels.get("alertname") == "fan_decay");
  CHECK(out[1].labels.get("severity") == "warning");
  CHECK(out[1].labels.get("supply") == "cab1/psu1");
  CHECK(out[1].annotations.at(0) ==
        Label{"summary", "fan of cab1/psu1 has slowed to 7200 rpm, more than 15 % below its best of the last hour"});
}

TEST_CASE("a supply that falls silent is no worn fan") {
  Engine engine{fan_pack(), {}};
  engine.born(1, Labels{{{"__name__", "rack_fan_speed_rpm"}, {"supply", "cab1/psu1"}}});
  ground::Duration now{};
  CHECK(run(engine, now, 9000, 30).empty());
  const std::vector<SeriesId> silent{1};
  CHECK(engine.gone(ground::Instant{now}, silent).empty());
  CHECK(engine.tick(ground::Instant{now + 2h}).empty());
}
