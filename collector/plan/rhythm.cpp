#include "collector/plan/rhythm.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace holdup::plan {
namespace {

using namespace std::chrono_literals;
using Protocol = drivers::Address::Protocol;

constexpr int patient = 8;                 // times what they took of late
constexpr Duration least_patience = 50ms;  // a network's coming and going

Duration default_hot(Protocol protocol) {
  return protocol == Protocol::snmp ? Duration{1s} : protocol == Protocol::modbus ? Duration{100ms} : Duration{500ms};
}

Duration written_or_default(const site::Device& device, Lane lane, const reading::Pace& profile = {}) {
  if (lane == Lane::hot) return device.hot.value_or(default_hot(device.address.protocol));
  if (lane == Lane::routine) return device.routine.value_or(profile.routine.value_or(10s));
  return 5min;
}

bool written(const site::Device& device, Lane lane) {
  return (lane == Lane::hot && device.hot) || (lane == Lane::routine && device.routine);
}

/// Where a point belongs, still without points.
Rhythm rhythm_of(const site::Device& device, const reading::Point& point, const reading::Pace& profile) {
  Rhythm out{.lane = point.lane};
  if (const auto* own = site::closest(device.every, point)) {
    out.base = own->period, out.fixed = true;
  } else if (point.every) {
    out.base = *point.every;
  } else {
    out.base = written_or_default(device, point.lane, profile), out.fixed = written(device, point.lane);
  }
  return out;
}

bool is_latched(const site::Device& device, const reading::Point& point) {
  return reading::is_latched(point.means) && !point.every && site::closest(device.every, point) == nullptr;
}

}  // namespace

void Rhythm::answered(Duration after) {
  if (!std::exchange(asked, false)) return;
  took = after > took ? after : took - (took - after) / 8;
  lost = 0;
}

Duration Rhythm::lengthened(Duration refresh) const { return fixed ? base : std::max(base, refresh / 2); }

Duration lane_period(const site::Device& device, Lane lane, Duration refresh, const reading::Pace& profile) {
  return Rhythm{.base = written_or_default(device, lane, profile), .fixed = written(device, lane)}.lengthened(refresh);
}

Duration answer_time(const site::Device& device) {
  return device.timeout.value_or(std::min<Duration>(written_or_default(device, Lane::hot) / 2, 2s));
}

Duration answer_time(const site::Device& device, std::span<const Rhythm> rhythms) {
  const auto usual = answer_time(device);
  const bool own = !device.timeout && !device.every.empty() && !rhythms.empty();
  return own ? std::min(usual, rhythms.front().base / 2) : usual;
}

Duration patience(const site::Device& device, Duration answer_time, const Rhythm& rhythm, bool first) {
  const bool hurried = device.timeout || (first && rhythm.lane == Lane::hot);
  if (hurried) return answer_time;
  const auto longest = std::max(answer_time, std::min<Duration>(rhythm.period / 2, 2s));
  if (first || rhythm.took == Duration{} || rhythm.lost > 4) return longest;
  const auto usual = std::max({answer_time, least_patience, Duration{patient * rhythm.took}});
  return std::min(longest, Duration{usual * (1 << rhythm.lost)});
}

std::optional<Duration> quick_enough(const site::Device& device) {
  if (!device.pace.max_duty) return std::nullopt;
  const auto hot = lane_period(device, Lane::hot, {});
  const Duration longest{static_cast<Duration::rep>(static_cast<double>(hot.count()) * *device.pace.max_duty)};
  return answer_time(device) <= longest ? std::nullopt : std::optional{longest};
}

void by_period(std::vector<Rhythm>& rhythms) {
  std::ranges::stable_sort(rhythms, {}, [](const Rhythm& r) { return std::tuple{r.period, r.lane}; });
}

// Lanes stay apart even where their periods agree: a long routine question would hide a loss.
std::vector<Rhythm> rhythms_of(const site::Device& device, std::span<const reading::Point> points, const reading::Pace& profile) {
  std::vector<Rhythm> out;
  std::vector<std::uint32_t> latched;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    if (is_latched(device, points[p])) {
      latched.push_back(p);
      continue;
    }
    auto made = rhythm_of(device, points[p], profile);
    auto at =
        std::ranges::find_if(out, [&](const Rhythm& r) { return r.lane == made.lane && r.base == made.base && r.fixed == made.fixed; });
    if (at == out.end()) at = out.insert(out.end(), std::move(made));
    at->points.push_back(p);
    at->declared = std::max(at->declared, points[p].refresh.value_or(Duration{}));
  }
  if (out.empty() && !latched.empty()) out.push_back(rhythm_of(device, points[latched.front()], profile));
  for (Rhythm& rhythm : out) {
    rhythm.period = rhythm.lengthened(rhythm.declared);
    rhythm.eager = rhythm.lane == Lane::hot;
  }
  by_period(out);
  if (out.empty()) return out;
  auto& first = out.front();
  first.points.insert(first.points.end(), latched.begin(), latched.end());
  std::ranges::sort(first.points);
  if (std::ranges::none_of(out, &Rhythm::eager)) first.eager = true;
  return out;
}

std::vector<std::string> unmet(const site::Device& device, std::span<const reading::Point> points) {
  std::vector<std::string> out;
  for (const auto& every : device.every)
    if (std::ranges::none_of(points, [&](const reading::Point& point) { return every.picks(point); })) out.push_back(every.text());
  return out;
}

}  // namespace holdup::plan
