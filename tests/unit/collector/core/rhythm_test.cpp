#include <algorithm>

#include "catch.hpp"
#include "collector/core/machine.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Instant;

namespace {

site::Site one_device() {
  site::Site site;
  site.rack = "r";
  site::Device device{.name = "u"};
  for (const char* text : {"rack_supply_input_ok", "rack_suply_output_ok", "rack_temperature_celsius{part=\"fan\"}"}) {
    device.every.push_back(*site::parse_every(text));
    device.every.back().period = 10ms;
  }
  site.devices.push_back(std::move(device));
  site.finish();
  return site;
}

std::vector<std::string> said(const core::Effects& effects) {
  std::vector<std::string> out;
  for (const auto& line : effects.logs)
    if (line.text.starts_with("no_such_point")) out.push_back(line.text);
  return out;
}

}  // namespace

TEST_CASE("a period that the site file gives to no point is said once, the others are kept and told") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(one_device()), .rules = {}}};
  const auto step = [&](Instant now, core::Input input) { return machine.step({now, 500s}, std::move(input)); };
  (void)step(Instant{1s}, core::Started{.boot = "b", .seed = 1});
  REQUIRE(step(Instant{1s}, core::Restored{}).orders.size() == 1);
  std::vector<reading::Point> points(2);
  points[0].metric = "rack_supply_input_ok", points[0].lane = reading::Lane::hot;
  points[1].metric = "rack_temperature_celsius", points[1].labels = {{"part", "inlet"}};
  const core::Identified identified{.device = 0, .identity = {}, .points = points};
  const auto first = step(Instant{2s}, identified);
  CHECK(said(first) ==
        std::vector<std::string>{
            "no_such_point device=u every=rack_suply_output_ok mend=\"write a metric and labels as `holdup probe` prints them\"",
            "no_such_point device=u every=rack_temperature_celsius{part=\"fan\"} mend=\"write a metric and labels as "
            "`holdup probe` prints them\""});
  REQUIRE(first.known.size() == 1);
  CHECK(first.known[0].periods == plan::Plan::Periods{10ms, 10s});
  CHECK(said(step(Instant{3s}, identified)).empty());
}
