#include "collector/core/rehearsal.hpp"

#include <utility>

#include "collector/site/site_file.hpp"
#include "ground/expect.hpp"

namespace holdup::core {
namespace {

using namespace std::chrono_literals;
using reading::Meaning;

constexpr const char* rack = R"(rack: rehearsal
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
  unit: {url: modbus://192.0.2.3/1}
contacts:
  wire: {source: gpiochip0/1, senses: ac_ok, of: load/psu2}
loads:
  load:
    sharing: active
    supplies: {psu1: {cord: pdu-a/outlet/1, status: unit}, psu2: {cord: pdu-b/outlet/1}}
alerts: {webhook: [http://192.0.2.4/]}
)";
constexpr site::Index pdu_a = 0, pdu_b = 1, unit = 2, wire = 0;

constexpr ground::Duration apart = 20min;       // what comes back later is another loss
constexpr ground::Duration qualified = 100ms;   // a contact's level counts once it has held
constexpr ground::Duration longest = 24h * 30;  // of a play; then it begins anew

std::unique_ptr<const site::Site> stage() {
  ground::Problems problems;
  auto site = site::parse(rack, "rehearsal", {}, problems);
  HOLDUP_EXPECT(problems.ok());
  return std::make_unique<const site::Site>(std::move(site));
}

reading::Point point(Meaning means, const char* metric) {
  return {.metric = metric, .labels = {}, .source = {}, .means = means, .lane = reading::Lane::hot, .refresh = 1s, .states = nullptr};
}

}  // namespace

std::vector<Post> Rehearsal::play() {
  if (moment_.now.time_since_epoch() > longest) begin();
  be_well(apart);
  for (const auto pdu : {pdu_a, pdu_b}) hear(pdu, {230});
  lose();
  for (int n = 0; n < 2; ++n) be_well(2s);  // that it is back is believed then
  ++losses_;
  return std::exchange(told_, {});
}

void Rehearsal::begin() {
  machine_.emplace(Configuration{.site = stage(), .rules = {}});
  moment_ = {};
  losses_ = 0;
  step(Started{.boot = "rehearsal", .seed = 1});
  step(Restored{});
  const std::vector inlet{point(Meaning::input_voltage, "rack_voltage_volts")};
  const std::vector supply{point(Meaning::supply_input_ok, "rack_supply_input_ok"),
                           point(Meaning::supply_output_power, "rack_power_watts")};
  for (const auto pdu : {pdu_a, pdu_b}) step(Identified{.device = pdu, .identity = {}, .points = inlet});
  step(Identified{.device = unit, .identity = {}, .points = supply});
}

void Rehearsal::lose() {
  moment_.now += 1s;
  switch (losses_ % 3) {
    case 0:
      return hear(unit, {0, 0});
    case 1:
      return step(Traps{{{.device = unit,
                          .at = moment_.now,
                          .message = {.trap = "", .says = reading::TrapSays::input_lost, .part = {}, .index = {}, .varbinds = {}}}}});
    default:
      sense(false);
      moment_.now += qualified;
      return step(TimerDue{});
  }
}

void Rehearsal::be_well(ground::Duration later) {
  moment_.now += later;
  sense(true);
  hear(unit, {1, 300});
}

void Rehearsal::hear(site::Index device, std::initializer_list<double> values) {
  Answered answer{.device = device, .asked = moment_.now, .readings = {}};
  for (std::uint32_t p = 0; const double value : values)
    answer.readings.push_back({.point = p++, .quality = ground::Quality::good, .value = value, .time = moment_.now, .uncertainty = 1ms});
  step(std::move(answer));
}

void Rehearsal::sense(bool ok) { step(Edges{{{.contact = wire, .open = !ok, .at = moment_.now, .uncertainty = 1us}}}); }

void Rehearsal::step(Input input) {
  auto told = machine_->tell(moment_, std::move(input));
  auto later = machine_->follow().posts;
  told.insert(told.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
  for (auto& post : told) {
    (void)machine_->tell(moment_, Delivered{.target = post.target, .token = post.token, .accepted = true});
    (void)machine_->follow();
    told_.push_back(std::move(post));
  }
}

}  // namespace holdup::core
