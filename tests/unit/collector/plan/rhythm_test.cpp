#include "collector/plan/rhythm.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using reading::Lane;
using Points = std::vector<std::uint32_t>;

namespace {

reading::Point point(std::string metric, Lane lane, std::string part = {}) {
  reading::Point out{.metric = std::move(metric), .labels = {}, .source = {}};
  if (!part.empty()) out.labels.emplace_back("part", std::move(part));
  out.lane = lane;
  return out;
}

const std::vector points{point("rack_supply_input_ok", Lane::hot), point("rack_supply_output_ok", Lane::hot),
                         point("rack_temperature_celsius", Lane::routine, "inlet"),
                         point("rack_temperature_celsius", Lane::routine, "outlet"), point("rack_voltage_high_volts", Lane::slow)};

site::Device device(std::vector<std::pair<const char*, plan::Duration>> all) {
  site::Device out{.name = "u"};
  for (const auto& [text, period] : all) {
    out.every.push_back(*site::parse_every(text));
    out.every.back().period = period;
  }
  return out;
}

}  // namespace

TEST_CASE("points of one device have as many rhythms as the site file gives them, fastest first") {
  const auto rhythms =
      plan::rhythms_of(device({{"rack_supply_input_ok", 10ms}, {"rack_temperature_celsius{part=\"inlet\"}", 1h}}), points, {});
  REQUIRE(rhythms.size() == 5);
  CHECK(rhythms[0].points == Points{0});
  CHECK(rhythms[0].period == 10ms);
  CHECK(rhythms[1].points == Points{1});
  CHECK(rhythms[1].period == 1s);
  CHECK(rhythms[2].points == Points{3});
  CHECK(rhythms[3].points == Points{4});
  CHECK(rhythms[4].points == Points{2});
  CHECK(rhythms[4].period == 1h);
  CHECK((rhythms[0].eager && rhythms[1].eager && !rhythms[2].eager));
}

TEST_CASE("points of one lane and one period are asked together") {
  const auto rhythms = plan::rhythms_of(device({{"rack_supply_input_ok", 20ms}, {"rack_supply_output_ok", 20ms}}), points, {});
  REQUIRE(rhythms.size() == 3);
  CHECK(rhythms[0].points == Points{0, 1});
}

TEST_CASE("a profile's period for a point gives way to its refresh and to the site file, the site file's to nothing") {
  auto all = points;
  all[0].every = 50ms, all[0].refresh = 1s;
  CHECK(plan::rhythms_of(device({}), all, {})[0].period == 500ms);
  const auto written = plan::rhythms_of(device({{"rack_supply_input_ok", 20ms}}), all, {});
  CHECK(written[0].period == 20ms);
  CHECK(written[0].lengthened(1min) == 20ms);
  all[0].refresh.reset();
  CHECK(plan::rhythms_of(device({}), all, {})[0].period == 50ms);
}

TEST_CASE("what a device remembers between two polls goes with its fastest rhythm, unless it has one of its own") {
  auto all = points;
  all.push_back(point("rack_uptime_seconds", Lane::slow, "system"));
  all.back().means = reading::Meaning::uptime;
  CHECK(plan::rhythms_of(device({{"rack_supply_input_ok", 10ms}}), all, {})[0].points == Points{0, 5});
  CHECK(plan::rhythms_of(device({{"rack_uptime_seconds", 1h}}), all, {}).back().points == Points{5});
  CHECK(plan::rhythms_of(device({}), std::vector{all.back()}, {}).front().points == Points{0});
}

TEST_CASE("what the site file names and no point is called is told") {
  CHECK(plan::unmet(device({{"rack_supply_input_ok", 10ms}}), points).empty());
  const auto told = plan::unmet(device({{"rack_suply_input_ok", 10ms}, {"rack_temperature_celsius{part=\"fan\"}", 10ms}}), points);
  CHECK(told == std::vector<std::string>{"rack_suply_input_ok", "rack_temperature_celsius{part=\"fan\"}"});
}
