#include <algorithm>

#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using detect::Meaning;
using ground::Instant;

namespace {

// A unit that tells of its supply's input, its output, and the watts that it gives; the other devices are never heard.
struct AheadBench {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(site_text())), .rules = {}}};
  Instant now{1000s};
  site::Index unit = *machine.site().device("unit1");
  std::size_t posts = 0;
  std::vector<std::string> begun;

  AheadBench() {
    step(core::Started{.boot = "b", .seed = 3});
    step(core::Restored{});
    std::vector<reading::Point> points(3);
    points[0].means = Meaning::supply_input_ok, points[1].means = Meaning::supply_output_ok, points[2].means = Meaning::supply_output_power;
    for (auto& point : points) point.metric = "m" + std::to_string(&point - points.data()), point.lane = reading::Lane::hot;
    step(core::Identified{.device = unit, .identity = {}, .points = std::move(points)});
    for (int i = 0; i < 100; ++i) whole(1, 1, 300);
  }
  AheadBench(const AheadBench&) = delete;

  static std::string site_text() {
    auto text = detect::test::two_feeds + "alerts: {webhook: [http://127.0.0.1:9/hook]}\n";
    const auto from = text.find("contacts:"), to = text.find("loads:");
    return text.erase(from, to - from);
  }
  void step(core::Input input) {
    now += 50ms;
    auto effects = machine.step({now, 500s}, std::move(input));
    posts += effects.posts.size();
    for (const auto& event : effects.events)
      if (event.phase == record::Phase::begin && !event.incident.empty()) begun.push_back(event.verdict + " " + event.strength);
  }
  [[nodiscard]] std::vector<reading::Reading> readings(const std::vector<double>& values) const {
    std::vector<reading::Reading> out;
    for (std::uint32_t p = 0; p < values.size(); ++p)
      out.push_back({.point = p, .quality = ground::Quality::good, .value = values[p], .time = now});
    return out;
  }
  void ahead(double input, double output) { step(core::AnsweredAhead{.device = unit, .readings = readings({input, output})}); }
  void whole(double input, double output, double watts) {
    step(core::Answered{.device = unit, .asked = now, .readings = readings({input, output, watts})});
  }
};

}  // namespace

TEST_CASE("a supply's word that its input is gone is told before the rest of the answer, and once") {
  AheadBench bench;
  REQUIRE(bench.begun.empty());
  bench.ahead(0, 1);
  REQUIRE_FALSE(bench.begun.empty());
  CHECK(bench.begun.front() == "supply_input_lost proven");
  CHECK(bench.posts == 1);
  const auto begun = bench.begun;
  bench.whole(0, 1, 0);
  CHECK(bench.begun == begun);
}

TEST_CASE("ahead of the rest nothing else is believed") {
  AheadBench bench;
  bench.ahead(1, 0);  // whether the output has failed depends on counters that are still to come
  bench.ahead(0, 0);  // a card that has not read its meters tells nothing but zeros
  CHECK(bench.begun.empty());
  bench.whole(0, 1, 0);
  REQUIRE_FALSE(bench.begun.empty());
  CHECK(bench.begun.front() == "supply_input_lost proven");
}
