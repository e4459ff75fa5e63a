#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Instant;
using ground::Quality;

namespace {

const std::string tapped = R"(
rack: r12
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  shelf: {url: "modbus-rtu:///dev/ttyS0/7", tap: true}
loads: {cab1: {supplies: {psu1: {status: shelf}, psu2: {status: shelf}}}}
)";

reading::Reading said(std::uint32_t point, Instant at, double value, Quality quality = Quality::good) {
  return {.point = point, .quality = quality, .value = value, .time = at, .uncertainty = 5ms};
}

}  // namespace

TEST_CASE("what a tap heard is stored at the time it was said, and once") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(tapped)), .rules = {}}};
  Instant now{1000s};
  std::vector<record::Batch> batches;
  const auto step = [&](core::Input input) {
    now += 100ms;
    batches = machine.step({now, 500s}, std::move(input)).batches;
  };
  const auto samples_at = [&](Instant at) {
    std::size_t found = 0;
    for (const auto& batch : batches)
      if (batch.at == at) found += batch.samples.size();
    return found;
  };
  step(core::Started{.boot = "b", .seed = 3});
  step(core::Restored{});
  std::vector<reading::Point> points(3);
  for (std::size_t p = 0; p < points.size(); ++p)
    points[p] = {.metric = "rack_temperature_celsius", .labels = {{"index", std::to_string(p)}}, .lane = reading::Lane::hot};
  step(core::Identified{.device = 0, .points = points});
  const Instant first = now - 50ms, second = now - 20ms;
  const std::vector<reading::Reading> readings{said(0, first, 20), said(1, second, 21), said(2, now, 0, Quality::failed)};
  step(core::Answered{.device = 0, .asked = now, .readings = readings});
  CHECK(samples_at(first) == 1);
  CHECK(samples_at(second) == 1);
  CHECK(samples_at(now) >= 1);
  step(core::Answered{.device = 0, .asked = now, .readings = {said(0, first, 20), said(1, now - 10ms, 22)}});
  CHECK(samples_at(first) == 0);
  CHECK(batches.front().at < now);
  CHECK(batches.front().samples.size() == 1);
  for (const std::size_t stored : {1u, 0u}) {
    step(core::Answered{.device = 0, .asked = now, .readings = {said(2, first + 5ms, 999, Quality::out_of_range)}});
    CHECK(samples_at(first + 5ms) == stored);
    CHECK(samples_at(now) == 0);
  }
}
