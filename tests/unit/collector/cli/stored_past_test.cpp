#include "collector/cli/stored_past.hpp"

#include "collector/rules/engine.hpp"
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

const std::string both = R"(groups:
  - name: fans
    rules:
      - {alert: Steps, expr: 'sum_over_time((rack_fan_speed_rpm / on (device) group_left () max by (device) (rack_fan_speed_rpm))[1h:2s])'}
      - {alert: Fails, expr: 'max_over_time((rack_fan_speed_rpm * on (device) rack_fan_speed_rpm)[5s:1s])'}
      - {alert: Window, expr: 'sum_over_time(rack_fan_speed_rpm[5s])'}
      - {alert: Now, expr: 'rack_fan_speed_rpm'}
)";

struct Read {
  std::vector<core::Past> slices;
  cli::StoredPast::Figures figures;
};

Read read(const std::shared_ptr<const rules::RuleSet>& set, std::vector<std::size_t> waiting, std::size_t most = 100) {
  const FanStore fans;
  auto reader = store::Reader::open(fans.file());
  REQUIRE(reader);
  Read out;
  const cli::StoredPast::Asked asked{
      .rules = set, .waiting = std::move(waiting), .start = noon + 9s, .now = noon + 9s, .is_over = [] { return false; }};
  auto figures = cli::StoredPast{
      *reader, asked, [&](core::Past past) {
        out.slices.push_back(std::move(past));
        return out.slices.size() < most;
      }}.read();
  REQUIRE(figures);
  out.figures = *figures;
  return out;
}

}  // namespace

TEST_CASE("of a store is read what rules look back at: good samples of windows, and steps of subqueries") {
  const auto set = std::make_shared<const rules::RuleSet>(rules_of(both));
  const auto [slices, figures] = read(set, {0, 1, 2});
  CHECK(figures.whole);
  std::map<std::size_t, std::size_t> steps, failures, complete;
  std::size_t samples = 0;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    CHECK(slices[i].of == set);
    for (const auto& track : slices[i].tracks) samples += track.points.size();
    for (const auto& element : slices[i].steps) steps[element.rule] += element.points.size();
    for (const auto& failure : slices[i].failures) ++failures[failure.rule];
    for (const auto rule : slices[i].complete) complete[rule] = i;
  }
  CHECK(samples == 19);                                         // of 20 one had failed
  CHECK(steps == std::map<std::size_t, std::size_t>{{0, 10}});  // at 0, 2, 4, 6, 8 s, of each fan
  CHECK(failures == std::map<std::size_t, std::size_t>{{1, 5}});
  CHECK(complete[2] < complete[0]);
  CHECK(complete.size() == 3);
}

TEST_CASE("an engine that is filled from a store yields what one yields that has heard all") {
  const auto set = std::make_shared<const rules::RuleSet>(rules_of(both));
  const auto read_back = read(set, {0, 1, 2});
  const auto instant = [](ground::Utc time) { return ground::Instant{time.time_since_epoch()}; };
  const auto labels = [](int fan) {
    return rules::Labels{{{"__name__", "rack_fan_speed_rpm"}, {"device", "shelf"}, {"index", std::to_string(fan)}}};
  };
  rules::Engine heard{*set, {}}, filled{*set, {}};
  filled.await_past();
  for (auto* engine : {&heard, &filled})
    for (const int fan : {1, 2}) engine->born(fan, labels(fan));
  const auto feed = [&](rules::Engine& engine, int second) {
    std::vector<rules::Sample> samples{{1, 9000 - 100. * second}};
    if (second != 9) samples.push_back({2, 8000.});
    (void)engine.batch(instant(noon + std::chrono::seconds{second}), samples);
  };
  for (int second = 0; second < 10; ++second) feed(heard, second);
  (void)filled.batch(instant(noon + 9500ms), {});
  for (const auto& slice : read_back.slices) {
    for (const auto& track : slice.tracks) filled.fill(track.series.label("index") == "1" ? 1 : 2, track.points);
    for (const auto& steps : slice.steps) filled.fill(steps);
    for (const auto& failure : slice.failures) filled.fill(failure);
    filled.filled(slice.complete, slice.steps_to ? std::optional{instant(*slice.steps_to)} : std::nullopt);
  }
  for (const int second : {11, 12, 13})
    for (auto* engine : {&heard, &filled}) feed(*engine, second);
  const auto said = [](rules::Engine& engine) {
    std::map<std::string, double> out;
    for (const auto& alert : engine.active()) out[alert.labels.text()] = alert.value;
    return out;
  };
  CHECK(said(heard).size() == 6);
  CHECK(said(filled) == said(heard));
  CHECK(filled.error(1) == heard.error(1));
  CHECK_FALSE(heard.error(1).empty());
}

TEST_CASE("reading ends where nobody takes more") {
  const auto set = std::make_shared<const rules::RuleSet>(rules_of(both));
  CHECK_FALSE(read(set, {0, 1, 2}, 1).figures.whole);
}
