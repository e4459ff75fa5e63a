#include "collector/cli/lines.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "collector/cli/outline.hpp"
#include "collector/plan/card.hpp"

namespace holdup::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration usual_turnaround = 5ms;
// Of a device whose profile is not written.
constexpr std::size_t assumed_hot = 4, assumed_routine = 60;

bool is_bits(const modbus::Span& span) {
  return span.function == modbus::Function::coils || span.function == modbus::Function::discrete_inputs;
}

/// Reckons what one unit costs its line.
class Reckoning {
 public:
  Reckoning(const Line& line, const site::Device& device, UnitLoad& unit, Duration pause)
      : line_{line}, device_{device}, unit_{unit}, pause_{pause} {}

  void add(std::span<const plan::Rhythm> rhythms, const Outline& outline) {
    const auto answer_time = plan::answer_time(device_, rhythms);
    for (const auto& rhythm : rhythms) {
      Load& load = enter(rhythm, answer_time);
      const auto* own = site::closest(device_.every, outline.points[rhythm.points.front()]);
      if (own != nullptr) load.own = *own;
      for (const auto& span : outline.requests(rhythm.points)) request(load, span.count, is_bits(span));
    }
  }
  void assume(reading::Lane lane, std::size_t registers) {
    Load& load = enter({.period = plan::lane_period(device_, lane, {}), .lane = lane}, plan::answer_time(device_));
    request(load, registers, false);
  }

 private:
  Load& enter(const plan::Rhythm& rhythm, Duration answer_time) {
    const bool first = unit_.loads.empty();
    unit_.loads.push_back({.lane = rhythm.lane, .period = rhythm.period, .patience = plan::patience(device_, answer_time, rhythm, first)});
    if (first) unit_.timeout = unit_.loads.front().patience;
    return unit_.loads.back();
  }
  void request(Load& load, std::size_t count, bool bits) {
    const auto frames = bits ? plan::of_bits(count) : plan::of_registers(count);
    ++load.requests;
    load.registers += bits ? 0 : count;
    load.bytes += frames.bytes();
    load.takes += unit_.turnaround / line_.at_once + pause_;
    if (line_.kind != Line::Kind::host) load.takes += plan::time_of(line_.serial, frames);
  }

  const Line& line_;
  const site::Device& device_;
  UnitLoad& unit_;
  Duration pause_;
};

const profile::Profile* profile_of(const site::Device& device, const profile::Library& library) {
  return device.profile.empty() ? nullptr : library.find(device.profile);
}

profile::Clearing clearing_of(const site::Device& device) {
  return device.read_clearing ? profile::Clearing::allowed : profile::Clearing::refused;
}

UnitLoad unit_of(const Line& line, site::Index index, const site::Device& device, const profile::Profile* profile) {
  UnitLoad unit{.device = index, .profile = profile, .timeout = plan::answer_time(device)};
  const auto told = device.turnaround ? device.turnaround : profile != nullptr ? profile->quirks.turnaround : std::nullopt;
  unit.turnaround = told.value_or(usual_turnaround), unit.turnaround_known = told.has_value();
  const auto pace = device.pace.over(profile != nullptr ? profile->quirks.pace : reading::Pace{});
  Reckoning reckoning{line, device, unit, pace.between_requests.value_or(Duration{})};
  if (profile == nullptr) {
    reckoning.assume(reading::Lane::hot, assumed_hot), reckoning.assume(reading::Lane::routine, assumed_routine);
    return unit;
  }
  const auto outline = outline_of(*profile, clearing_of(device));
  unit.at_most = !outline.exact;
  reckoning.add(plan::rhythms_of(device, outline.points, pace), outline);
  return unit;
}

Line::Kind kind_of(const site::Device& device) {
  if (device.address.protocol == drivers::Address::Protocol::modbus) return Line::Kind::host;
  return device.address.serial.path.empty() ? Line::Kind::device_server : Line::Kind::serial;
}

std::string name_of(const drivers::Address& address) {
  if (!address.serial.path.empty()) return address.serial.path;
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Duration rounded_up(Duration exact) {
  Duration step = 10ms;
  while (exact > 100 * step) step *= 10;
  return (exact + step - 1ns) / step * step;
}

/// The gentlest word of its units counts.
unsigned at_once(const Line& line, const site::Site& site, const std::vector<site::Index>& devices, const profile::Library& library) {
  unsigned least = line.kind == Line::Kind::host ? std::numeric_limits<unsigned>::max() : 1;
  for (const auto d : devices) {
    const auto* profile = profile_of(site.devices[d], library);
    least = std::min<unsigned>(least, profile != nullptr ? std::max<unsigned>(profile->quirks.pipeline, 1) : 1);
  }
  return least;
}

bool is_hot_lane(const Load& load) { return load.lane == reading::Lane::hot && !load.own; }

}  // namespace

Duration Load::shortest() const { return rounded_up(2 * takes); }

double UnitLoad::share() const {
  return std::accumulate(loads.begin(), loads.end(), 0.0, [](double sum, const Load& load) { return sum + load.share(); });
}

double Line::living() const {
  return std::accumulate(units.begin(), units.end(), 0.0, [](double sum, const UnitLoad& unit) { return sum + unit.share(); });
}

double Line::reserved() const { return units.size() > 1 ? plan::dead_share : 0; }

Duration Line::asked_again(std::size_t dead, Known known) const {
  std::vector<Duration> timeouts;
  for (const UnitLoad& unit : units) timeouts.push_back(known == Known::never ? plan::identify_patience : unit.timeout);
  std::ranges::sort(timeouts, std::greater{});
  timeouts.resize(std::min(dead, timeouts.size()));
  const auto once = std::accumulate(timeouts.begin(), timeouts.end(), Duration{});
  return units.size() > 1 ? plan::heard_again_within(once, 1) : Duration{};
}

// With the period that uses up what the other rhythms leave; units whose own is longer keep it, and leave more to the others.
std::optional<Duration> Line::smallest_hot() const {
  double fixed = 0;
  std::vector<const Load*> hot;
  for (const UnitLoad& unit : units)
    for (const Load& load : unit.loads) is_hot_lane(load) ? hot.push_back(&load) : void(fixed += load.share());
  std::ranges::sort(hot, std::greater{}, &Load::period);
  Duration takes{}, longest{};
  for (const Load* load : hot) takes += load->takes, longest = std::max(longest, kind == Kind::host ? Duration{} : load->shortest());
  double room = 1 - reserved() - fixed;
  for (const Load* load : hot) {
    if (room <= 0) return std::nullopt;
    const Duration all{static_cast<Duration::rep>(ground::seconds(takes) / room * 1e9)};
    if (all >= load->period) return std::max(rounded_up(all), longest);
    room -= load->share(), takes -= load->takes;
  }
  return std::nullopt;
}

bool Line::certainly_full() const {
  const auto known = [this](double sum, const UnitLoad& unit) { return certain(unit) ? sum + unit.share() : sum; };
  return std::accumulate(units.begin(), units.end(), reserved(), known) > 1;
}

std::vector<Line> lines_of(const site::Site& site, const profile::Library& library, Hosts hosts) {
  std::map<std::string, std::vector<site::Index>> shared;
  for (site::Index d = 0; d < site.devices.size(); ++d)
    if (plan::kind_of(site.devices[d]) != plan::Card::Kind::own) shared[plan::card_of(site.devices[d])].push_back(d);
  std::vector<Line> out;
  for (const auto& [card, devices] : shared) {
    const auto& first = site.devices[devices.front()];
    Line line{.kind = kind_of(first), .name = name_of(first.address), .serial = first.address.serial, .units = {}};
    if (line.kind == Line::Kind::host && devices.size() == 1 && hosts == Hosts::shared) continue;
    line.at_once = at_once(line, site, devices, library);
    for (const auto d : devices) line.units.push_back(unit_of(line, d, site.devices[d], profile_of(site.devices[d], library)));
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace holdup::cli
