#include "unit/collector/serve/small_rack.hpp"

#include <cstdio>

#include "collector/site/site_file.hpp"
#include "ground/expect.hpp"

namespace holdup::serve::test {
namespace {

using reading::Meaning;
using reading::Point;

constexpr std::string_view text = R"(
rack: r12
feeds:
  A: {nominal_volts: 230}
  B: {nominal_volts: 230}
devices:
  pdu-a: {url: "snmp://192.0.2.11", feed: A}
  pdu-b: {url: "snmp://192.0.2.12", feed: B}
  shelf-psu1: {url: "modbus://192.0.2.21/1", hot: 100ms}
  shelf-psu2: {url: "modbus://192.0.2.22/1", hot: 100ms}
loads:
  cab1:
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: shelf-psu1}
      psu2: {cord: pdu-b/outlet/3, status: shelf-psu2}
)";

Point point(std::string metric, std::string part, Meaning means) {
  return {.metric = std::move(metric),
          .labels = {{"part", std::move(part)}, {"index", "3"}},
          .source = "3:1",
          .means = means,
          .lane = reading::Lane::hot,
          .refresh = {},
          .states = {}};
}

}  // namespace

site::Site small_site() {
  ground::Problems problems;
  auto site = site::parse(text, "small.yaml", {}, problems);
  for (const auto& problem : problems.all()) std::fprintf(stderr, "%s\n", problem.text().c_str());
  HOLDUP_EXPECT(problems.ok());
  return site;
}

std::vector<Point> points_of(const std::string& device) {
  if (device.starts_with("pdu"))
    return {point("rack_current_amperes", "outlet", Meaning::outlet_current), point("rack_voltage_volts", "inlet", Meaning::input_voltage)};
  auto state = point("rack_state_code", "supply", Meaning::none);
  state.states = std::make_shared<const reading::StateTable>(reading::StateTable{
      {1, "ok", reading::Health::ok}, {2, "standby \"cold\"", reading::Health::warning}, {3, "failed", reading::Health::critical}});
  return {point("rack_supply_input_ok", "supply", Meaning::supply_input_ok),
          point("rack_supply_output_ok", "supply", Meaning::supply_output_ok), point("rack_energy_joules_total", "supply", Meaning::none),
          std::move(state)};
}

record::Batch Teller::batch(ground::Instant at) const { return {.at = at, .time = ground::utc(at, utc_offset), .born = {}, .samples = {}}; }

core::Known Teller::known(site::Index device, record::Batch& batch) {
  const auto points = points_of(site_.devices[device].name);
  core::Known known{.device = device,
                    .identity = {.vendor = "ACME <b>", .model = "P1", .firmware = "1", .serial = "s", .profile = "acme"},
                    .series = {},
                    .points = points,
                    .periods = {}};
  for (const auto& point : points)
    known.periods.push_back(point.lane == reading::Lane::hot ? std::chrono::seconds{1} : std::chrono::seconds{10});
  known.series = registry_.enter(site_, device, points, batch.born);
  return known;
}

Update Teller::all_good(ground::Instant at) {
  Update update;
  for (site::Index d = 0; d < site_.devices.size(); ++d) {
    auto reply = batch(at);
    update.known.push_back(known(d, reply));
    for (const auto series : update.known.back().series) reply.samples.push_back({series, 1, ground::Quality::good});
    update.batches.push_back(std::move(reply));
  }
  return update;
}

Update Teller::reading(const std::string& device, Meaning means, double value, ground::Instant at, ground::Quality quality) {
  auto reply = batch(at);
  const auto points = points_of(device);
  const auto told = known(*site_.device(device), reply);
  for (std::size_t p = 0; p < points.size(); ++p)
    if (points[p].means == means) reply.samples.push_back({told.series[p], value, quality});
  Update update;
  update.batches.push_back(std::move(reply));
  return update;
}

Update Teller::up(const std::string& device, bool is, ground::Instant at) { return own("holdup_up", device, is ? 1 : 0, at); }

Update Teller::own(const std::string& name, const std::string& device, double value, ground::Instant at) {
  auto reply = batch(at);
  const auto series = registry_.enter({.name = name, .labels = {{"device", device}, {"rack", site_.rack}}}, reply.born);
  reply.samples.push_back({series, value, ground::Quality::good});
  Update update;
  update.batches.push_back(std::move(reply));
  return update;
}

record::Event event(const Said& said) {
  const auto at = noon + std::chrono::seconds{said.n};
  return {.id = "b00t-" + std::to_string(said.n),
          .incident = "b00t-" + std::to_string(said.incident),
          .boot = "b00t",
          .at = at,
          .time = ground::utc(at, utc_offset),
          .uncertainty = {},
          .verdict = said.verdict,
          .strength = said.strength,
          .element = said.element,
          .phase = said.phase,
          .cause = said.cause,
          .evidence = {{.source = "device/pdu-a",
                        .point = "silence",
                        .value = {},
                        .quality = "failed",
                        .time = ground::utc(at, utc_offset),
                        .uncertainty = {}}},
          .durable = false};
}

News news(Update update) {
  Inbox inbox;
  static_cast<void>(inbox.put(std::move(update)));
  return inbox.take();
}

void tell(Mirror& mirror, Update update) { mirror.apply(news(std::move(update))); }

std::unique_ptr<Mirror> ready_mirror(const site::Site& site) {
  auto mirror = std::make_unique<Mirror>(site);
  News past;
  past.restored_all = true;
  mirror->apply(std::move(past));
  return mirror;
}

}  // namespace holdup::serve::test
