#include "core_speed.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "collector/core/machine.hpp"
#include "collector/site/site_file.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using reading::Lane;
using reading::Meaning;

constexpr int loads_a_rack = 4;  // of two supplies with a status unit each: 2 PDUs of 30 points and 8 units of 5
constexpr int racks_a_feed = 10;
constexpr Duration warm_up = 40s;       // every device is known, and has been asked in all its lanes
constexpr Duration least_played = 20s;  // of virtual time
constexpr std::uint64_t least_readings = 200'000;

std::string number(int n) { return std::to_string(n); }

/// A mebibyte is the most that a site file may have: names are short.
std::string rack_text(int rack, std::string& devices) {
  const std::string row = number(rack / racks_a_feed), r = number(rack), net = "10." + number(rack / 250) + "." + number(rack % 250) + ".";
  std::string loads;
  for (const std::string side : {"a", "b"})
    devices +=
        " " + side + r + ": {url: snmp://" + net + (side == "a" ? "1" : "2") + ", feed: " + side + row + ", via: switch/s" + r + "}\n";
  for (int l = 1; l <= loads_a_rack; ++l) {
    const std::string load = "c" + r + "-" + number(l), outlet = "/outlet/" + number(l);
    loads += " " + load + ": {sharing: active, supplies: {";
    for (const auto& [side, psu] : {std::pair{"a", "p1"}, std::pair{"b", "p2"}}) {
      devices += " " + load + psu + ": {url: modbus://" + net + "3/" + number(2 * l + psu[1] - '1') + ", hot: 1s}\n";
      loads += std::string{psu} + ": {cord: " + side + r + outlet + ", status: " + load + psu + "}, ";
    }
    loads += "}}\n";
  }
  return loads;
}

site::Site racks(int count) {
  std::string feeds = "feeds:\n", devices = "devices:\n", loads = "loads:\n";
  for (int r = 0; r < count; ++r) {
    if (r % racks_a_feed == 0)
      for (const char* side : {"a", "b"}) feeds += std::string{" "} + side + number(r / racks_a_feed) + ": {nominal_volts: 230}\n";
    loads += rack_text(r, devices);
  }
  ground::Problems problems;
  auto site = site::parse("rack: bench\n" + feeds + devices + loads, "bench.yaml", {}, problems);
  for (const auto& problem : problems.all()) throw std::runtime_error{problem.text()};
  return site;
}

struct Point {
  Meaning means;
  const char* metric;
  const char* part;
  double value;
  double noise;  // as a part of it
};

reading::Point made_of(const Point& point, const std::string& index) {
  return {.metric = point.metric,
          .labels = {{"part", point.part}, {"index", index}},
          .source = {},
          .means = point.means,
          .lane = Lane::hot,
          .refresh = 1s,
          .states = nullptr};
}

/// A PDU's 30 points, or a status unit's 5.
struct Unit {
  std::vector<reading::Point> points;
  std::vector<double> values, noise;

  void add(const Point& point, const std::string& index) {
    points.push_back(made_of(point, index));
    values.push_back(point.value);
    noise.push_back(point.noise);
  }
};

Unit pdu() {
  Unit unit;
  unit.add({Meaning::input_voltage, "rack_voltage_volts", "inlet", 230, 0.002}, "1");
  unit.add({Meaning::inlet_power, "rack_power_watts", "inlet", 1500, 0.005}, "1");
  for (int outlet = 1; outlet <= loads_a_rack; ++outlet) {
    unit.add({Meaning::outlet_current, "rack_current_amperes", "outlet", 1.1, 0.005}, std::to_string(outlet));
    unit.add({Meaning::outlet_power, "rack_power_watts", "outlet", 250, 0.005}, std::to_string(outlet));
    unit.add({Meaning::outlet_state, "rack_state_code", "outlet", 1, 0}, std::to_string(outlet));
    unit.add({Meaning::outlet_voltage, "rack_voltage_volts", "outlet", 230, 0.002}, std::to_string(outlet));
    unit.add({Meaning::none, "rack_energy_joules_total", "outlet", 1e6, 0.01}, std::to_string(outlet));
    unit.add({Meaning::none, "rack_power_factor_ratio", "outlet", 0.98, 0.005}, std::to_string(outlet));
    unit.add({Meaning::none, "rack_apparent_power_voltamperes", "outlet", 255, 0.005}, std::to_string(outlet));
  }
  return unit;
}

Unit status() {
  Unit unit;
  unit.add({Meaning::supply_input_ok, "rack_state_code", "supply", 1, 0}, "");
  unit.add({Meaning::supply_output_ok, "rack_state_code", "supply", 1, 0}, "");
  unit.add({Meaning::supply_input_voltage, "rack_voltage_volts", "supply", 230, 0.002}, "");
  unit.add({Meaning::supply_output_power, "rack_power_watts", "supply", 240, 0.005}, "");
  unit.add({Meaning::fan_speed, "rack_fan_speed_rpm", "fan", 9000, 0.01}, "");
  return unit;
}

enum class Scene { calm, busy, held };
constexpr std::array scene_names{"calm", "busy", "held"};

/// The core's host: answers each question a millisecond later, with values that are noise about what they were.
class Rack {
 public:
  Rack(int racks_, Scene scene) : scene_{scene}, machine_{{.site = std::make_unique<const site::Site>(racks(racks_)), .rules = {}}} {
    const auto& site = machine_.site();
    for (const auto& device : site.devices) units_.push_back(device.feed ? pdu() : status());
    hand(core::Started{.boot = "bench", .seed = 1});
    hand(core::Restored{});
    play(Instant{warm_up});
    if (scene == Scene::held) lose(*site.supplies.front().status);
    play(now_ + 5s);
    if ((scene == Scene::held) == machine_.incidents().empty()) throw std::runtime_error{"the core saw another rack than was made"};
  }

  /// Nanoseconds a reading.
  double measure() {
    readings_ = 0, spent_ = {};
    const Instant least = now_ + least_played;
    while (now_ < least || readings_ < least_readings) play(now_ + 1s);
    return static_cast<double>(spent_.count()) / static_cast<double>(readings_);
  }
  [[nodiscard]] std::size_t points() const {
    std::size_t out = 0;
    for (const auto& unit : units_) out += unit.points.size();
    return out;
  }

 private:
  // The supply's input is lost, and stays so: its sibling takes over.
  void lose(site::Index unit) {
    for (std::size_t p = 0; p < units_[unit].points.size(); ++p)
      if (units_[unit].points[p].means != Meaning::fan_speed) units_[unit].values[p] = 0;
  }

  void play(Instant until) {
    for (;;) {
      const Instant next = std::min(timer_, replies_.empty() ? Instant::max() : replies_.begin()->first);
      if (next > until) break;
      now_ = std::max(now_, next);
      if (!replies_.empty() && replies_.begin()->first <= now_) {
        auto input = std::move(replies_.begin()->second);
        replies_.erase(replies_.begin());
        hand(std::move(input));
      } else {
        hand(core::TimerDue{});
      }
    }
    now_ = until;
  }

  void hand(core::Input input) {
    const auto* answered = std::get_if<core::Answered>(&input);
    if (answered != nullptr) readings_ += answered->readings.size();
    const incident::Moment moment{.now = now_, .utc_offset = 0s};
    const auto begin = ground::clock::now();
    auto effects = machine_.step(moment, std::move(input));
    spent_ += ground::clock::now() - begin;
    timer_ = effects.timer.value_or(Instant::max());
    for (const auto& order : effects.orders) perform(order);
  }

  void perform(const plan::Order& order) {
    auto& unit = units_[order.device];
    if (order.kind == plan::Order::Kind::identify)
      return void(replies_.emplace(now_ + 1ms, core::Identified{.device = order.device, .identity = {}, .points = unit.points}));
    if (scene_ == Scene::busy) work(unit);
    core::Answered answer{.device = order.device, .asked = now_, .readings = {}};
    for (const auto p : order.points)
      answer.readings.push_back({.point = p,
                                 .quality = ground::Quality::good,
                                 .value = unit.values[p] * (1 + unit.noise[p] * noise_(chance_)),
                                 .time = now_,
                                 .uncertainty = 1ms});
    replies_.emplace(now_ + 1ms, std::move(answer));
  }

  // One load in a hundred takes up or ends some work each time that it is asked.
  void work(Unit& unit) {
    for (std::size_t p = 0; p < unit.points.size(); ++p)
      if (unit.points[p].means == Meaning::outlet_power && chance_() % 100 == 0) unit.values[p] = unit.values[p] > 300 ? 250 : 350;
  }

  Scene scene_;
  core::Machine machine_;
  std::vector<Unit> units_;  // by device
  std::mt19937_64 chance_{1};
  std::uniform_real_distribution<double> noise_{-1, 1};
  std::multimap<Instant, core::Input> replies_;
  Instant now_{}, timer_ = Instant::max();
  std::uint64_t readings_ = 0;
  Duration spent_{};
};

}  // namespace

void measure_core(const std::vector<int>& sizes, int rounds) {
  std::printf("core alone, nanoseconds a reading: median of %d rounds (least to most)\n%-8s %-6s %8s\n", rounds, "points", "", "ns");
  std::map<Scene, double> small;
  for (const int count : sizes)
    for (const Scene scene : {Scene::calm, Scene::busy, Scene::held}) {
      Rack rack{count, scene};
      std::vector<double> all;
      for (int n = 0; n < rounds; ++n) all.push_back(rack.measure());
      std::ranges::sort(all);
      const double median = all[all.size() / 2];
      small.try_emplace(scene, median);
      std::printf("%-8zu %-6s %8.0f (%.0f to %.0f), %.2f of the smallest rack's\n", rack.points(),
                  scene_names[static_cast<std::size_t>(scene)], median, all.front(), all.back(), median / small[scene]);
      std::fflush(stdout);
    }
  std::printf("targets: 1000 ns at 100 points, 3.00 at 1000 times as many\n");
}

}  // namespace holdup::bench
