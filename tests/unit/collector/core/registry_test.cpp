#include "collector/core/registry.hpp"

#include "catch.hpp"
#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using core::Registry;

namespace {

using Born = std::vector<std::pair<record::SeriesId, record::Series>>;

std::vector<reading::Point> rows(std::size_t count, const std::string& metric = "rack_current_amperes") {
  std::vector<reading::Point> out(count);
  for (std::size_t row = 0; row < count; ++row) {
    out[row].metric = metric;
    out[row].labels = {{"part", "sensor"}, {"index", std::to_string(row)}};
  }
  return out;
}

}  // namespace

TEST_CASE("of a device's points 20,000 get a series and the others are counted") {
  const auto site = detect::test::site_of(detect::test::two_feeds);
  Registry registry;
  Born born;
  CHECK(registry.enter(site, 0, rows(20'003), born).size() == 20'000);
  CHECK(born.size() == 20'000);
  CHECK(registry.left_out() == 3);
}

TEST_CASE("with 200,000 series none is added, and a device that was known keeps its own") {
  const auto site = detect::test::site_of(detect::test::two_feeds);
  Registry registry;
  Born born;
  for (int device = 0; device < 10; ++device) registry.enter(site, 0, rows(20'000, "rack_" + std::to_string(device) + "_amperes"), born);
  REQUIRE(registry.all().size() == Registry::most_series);
  CHECK(registry.left_out() == 0);
  born.clear();
  CHECK(registry.enter(site, 1, rows(5), born).empty());
  CHECK(born.empty());
  CHECK(registry.left_out() == 5);
  CHECK(registry.enter(site, 0, rows(20'000, "rack_3_amperes"), born).size() == 20'000);
}

TEST_CASE("a device whose tables grow at every identification is cut, logged and counted, and read on") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(detect::test::two_feeds)), .rules = {}}};
  ground::Instant now{std::chrono::seconds{1000}};
  (void)machine.step({now, {}}, core::Started{.boot = "b", .seed = 1});
  (void)machine.step({now, {}}, core::Restored{.events = {}});
  const auto effects = machine.step({now, {}}, core::Identified{.device = 0, .identity = {}, .points = rows(30'000)});
  REQUIRE(effects.known.size() == 1);
  CHECK(effects.known[0].points.size() == 20'000);
  CHECK(effects.known[0].series.size() == 20'000);
  CHECK(machine.dropped().at("points") == 10'000);
  CHECK(effects.logs[0].text == "points_left_out device=" + machine.site().devices[0].name + " count=10000 cap=20000");
  const std::vector<reading::Reading> readings{{.point = 19'999, .value = 1}, {.point = 29'999, .value = 1}};
  const auto heard = machine.step({now, {}}, core::Answered{.device = 0, .asked = now, .readings = readings});
  REQUIRE(heard.batches.size() == 1);
  CHECK(heard.batches[0].samples.size() <= 2);  // its own, and holdup_up
}
