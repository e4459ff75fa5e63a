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

namespace {

std::string plates(const std::string& site_text, const std::string& device, const reading::Nameplates& told) {
  const auto site = detect::test::site_of(site_text);
  std::string out;
  for (const auto& series : core::plates_of(site, *site.device(device), told)) out += series.text() + "\n";
  return out;
}

const std::string shelf_of_two = R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices: {shelf: {url: modbus://192.0.2.4/1}, bbu: {url: modbus://192.0.2.4/2}}
loads: {cab1: {supplies: {psu1: {status: shelf}, psu2: {status: shelf}}, batteries: {bbu1: {status: bbu}}}}
)";

}  // namespace

TEST_CASE("a device, and each part of it, is known by its serial number") {
  const reading::Identity unit{.vendor = "Acme", .model = "M1", .firmware = "2", .serial = "S9", .profile = "p"};
  CHECK(plates(detect::test::two_feeds, "pdu-a", {unit, {}}) ==
        R"(holdup_part_info{device="pdu-a",feed="A",firmware="2",model="M1",part="system",rack="r",serial="S9",vendor="Acme"})"
        "\n");
  CHECK(
      plates(detect::test::two_feeds, "unit1", {unit, {}}) ==
      R"(holdup_part_info{device="unit1",feed="A",firmware="2",load="cab1",model="M1",part="supply",rack="r",serial="S9",supply="cab1/psu1"})"
      "\n"
      R"(holdup_part_info{device="unit1",feed="A",firmware="2",load="cab1",model="M1",part="system",rack="r",serial="S9",supply="cab1/psu1",vendor="Acme"})"
      "\n");
  CHECK(plates(detect::test::two_feeds, "pdu-a",
               {reading::Identity{.vendor = "Acme", .model = "M1", .firmware = {}, .serial = "n/a", .profile = {}}, {}})
            .empty());
  const std::vector<reading::Nameplate> two{{.part = "supply", .index = "1", .serial = "P1", .model = {}, .firmware = {}},
                                            {.part = "supply", .index = "2", .serial = "P2", .model = {}, .firmware = {}}};
  CHECK(plates(shelf_of_two, "shelf", {{}, two}) ==
        R"(holdup_part_info{device="shelf",index="1",load="cab1",part="supply",rack="r",serial="P1",supply="cab1/psu1"})"
        "\n"
        R"(holdup_part_info{device="shelf",index="2",load="cab1",part="supply",rack="r",serial="P2",supply="cab1/psu2"})"
        "\n");
  const auto battery = plates(shelf_of_two, "bbu", {unit, {}});
  CHECK(battery.find(R"(part="battery")") != std::string::npos);
}

TEST_CASE("a swap ends the former part's series at once, and begins another") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(shelf_of_two)), .rules = {}}};
  ground::Instant now{std::chrono::seconds{1000}};
  (void)machine.step({now, {}}, core::Started{.boot = "b", .seed = 1});
  (void)machine.step({now, {}}, core::Restored{.events = {}});
  std::map<record::SeriesId, std::string> names;
  const auto told = [&](const core::Effects& effects) {
    std::string out;
    for (const auto& batch : effects.batches) {
      for (const auto& [id, series] : batch.born) names[id] = series.label("serial");
      for (const auto& sample : batch.samples)
        if (!names[sample.series].empty()) out += names[sample.series] + (sample.quality == ground::Quality::good ? " 1; " : " ends; ");
    }
    return out;
  };
  std::vector<reading::Nameplate> parts{{.part = "supply", .index = "1", .serial = "P1", .model = {}, .firmware = {}},
                                        {.part = "supply", .index = "2", .serial = "P2", .model = {}, .firmware = {}}};
  CHECK(told(machine.step({now, {}}, core::Identified{.device = 0, .identity = {}, .points = rows(1), .parts = parts})) == "P1 1; P2 1; ");
  now += std::chrono::minutes{2};
  const std::vector<reading::Reading> readings{{.point = 0, .quality = ground::Quality::good, .value = 1}};
  CHECK(told(machine.step({now, {}}, core::Answered{.device = 0, .asked = now, .readings = readings})) == "P1 1; P2 1; ");
  parts[0].serial = "P7";
  CHECK(told(machine.step({now, {}}, core::Recognised{.device = 0, .told = reading::Nameplates{{}, parts}})) == "P1 ends; P7 1; P2 1; ");
  CHECK(told(machine.step({now, {}}, core::Recognised{.device = 0, .told = std::nullopt})).empty());
  parts.pop_back();
  CHECK(told(machine.step({now, {}}, core::Recognised{.device = 0, .told = reading::Nameplates{{}, parts}})) == "P2 ends; P7 1; ");
}
