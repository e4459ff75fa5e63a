#include "collector/plan/plan.hpp"

#include <algorithm>

#include "ground/expect.hpp"

namespace holdup::plan {
namespace {

using namespace std::chrono_literals;

constexpr Duration first_identify_time = 2s;  // what is dead is soon known to be …
constexpr Duration identify_time = 10s;       // … and the walk of a large PDU over a slow card gets its time
constexpr Duration longest_back_off = 30s;
constexpr Duration confirm_gap = 100ms;  // between questions that traps bring about
constexpr unsigned quick_retries = 3;    // questions in a row before the grid is kept again: enough to call it silent

bool is_modbus(const site::Device& device) { return device.url.starts_with("modbus"); }

Duration written_or_default(const site::Device& device, Lane lane) {
  if (lane == Lane::hot) return device.hot.value_or(is_modbus(device) ? Duration{100ms} : Duration{1s});
  if (lane == Lane::routine) return device.routine.value_or(10s);
  return 5min;
}

// SplitMix64: spreads devices over the period, the same for the same seed.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The first slot of the grid phase + n × period after `now`.
Instant slot_after(Instant now, Duration phase, Duration period) {
  const auto since = now.time_since_epoch() - phase;
  return Instant{phase + (since / period + (since < Duration{} ? 0 : 1)) * period};
}

// What a device remembers of the time between two polls is asked whenever it is asked at all.
Lane shortest_lane(std::span<const reading::Point> points) {
  Lane out = Lane::slow;
  for (const reading::Point& point : points) out = std::min(out, point.lane);
  return out;
}

}  // namespace

Duration lane_period(const site::Device& device, Lane lane, Duration refresh) {
  const bool written = (lane == Lane::hot && device.hot) || (lane == Lane::routine && device.routine);
  const auto period = written_or_default(device, lane);
  return written ? period : std::max(period, refresh / 2);
}

Duration answer_time(const site::Device& device) {
  return device.timeout.value_or(std::min<Duration>(written_or_default(device, Lane::hot) / 2, 2s));
}

Plan::Plan(const site::Site& site, std::uint64_t seed, Instant now) : site_{site}, wards_(site.devices.size()) {
  for (site::Index d = 0; d < wards_.size(); ++d) {
    wards_[d].answer_time = plan::answer_time(site.devices[d]);
    wards_[d].phase = Duration{static_cast<std::int64_t>(mix(seed ^ (d + 1)) >> 2)};
    wards_[d].identify_at = now;
  }
}

std::vector<Order> Plan::due(Instant now) {
  std::vector<Order> orders;
  for (site::Index d = 0; d < wards_.size(); ++d) {
    Ward& ward = wards_[d];
    if (ward.busy || next_of(ward) > now) continue;
    ward.busy = true;
    if (ward.identified)
      orders.push_back(read_order(d, now));
    else
      orders.push_back({.kind = Order::Kind::identify,
                        .device = d,
                        .points = {},
                        .deadline = now + std::min<Duration>(identify_time, first_identify_time * (1 << std::min(ward.failures, 3u)))});
  }
  return orders;
}

// The first lane is always asked alone: a long question would hide a loss, and a silent device's return. The others follow its answer.
Order Plan::read_order(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  ward.asked_at = now;
  if (ward.confirm_at <= now) {
    hurry(device, now);
    ward.confirm_at = ward.confirm_last > now ? ward.confirm_last : Instant::max();
  }
  Order order{.kind = Order::Kind::read, .device = device, .points = {}, .deadline = now + ward.answer_time};
  bool first = true;
  for (auto& lane : ward.lanes) {
    if (lane.points.empty()) continue;
    if (lane.next <= now) {
      order.points.insert(order.points.end(), lane.points.begin(), lane.points.end());
      const bool longer = &lane != &ward.lanes.front() && !site_.devices[device].timeout;
      if (longer) order.deadline = std::max(order.deadline, now + std::min<Duration>(lane.period / 2, 2s));
      lane.next = slot_after(now, ward.phase % lane.period, lane.period);
      if (first) break;
    }
    if (ward.failures > 0) break;
    first = false;
  }
  return order;
}

std::optional<Instant> Plan::next_due() const {
  Instant next = Instant::max();
  for (const Ward& ward : wards_)
    if (!ward.busy) next = std::min(next, next_of(ward));
  return next == Instant::max() ? std::nullopt : std::optional{next};
}

Instant Plan::next_of(const Ward& ward) const {
  if (!ward.identified) return ward.identify_at;
  Instant next = ward.confirm_at;
  for (const auto& lane : ward.lanes) {
    if (lane.points.empty()) continue;
    next = std::min(next, lane.next);
    if (ward.failures > 0) break;  // while a device is silent only its first lane is asked: a long question would hide its return
  }
  return next;
}

void Plan::identified(site::Index device, std::span<const reading::Point> points, Instant now) {
  Ward& ward = wards_[device];
  ward.identified = true;
  ward.busy = false;
  ward.failures = 0;
  for (Rhythm& lane : ward.lanes) lane = {};
  std::array<Duration, 3> refresh{};
  const auto shortest = shortest_lane(points);
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    const bool latched = reading::is_latched(points[p].means);
    const auto lane = static_cast<std::size_t>(latched ? shortest : points[p].lane);
    ward.lanes[lane].points.push_back(p);
    if (!latched) refresh[lane] = std::max(refresh[lane], points[p].refresh.value_or(Duration{}));
  }
  for (std::size_t l = 0; l < ward.lanes.size(); ++l) {
    ward.lanes[l].period = lane_period(site_.devices[device], static_cast<Lane>(l), refresh[l]);
    ward.lanes[l].next = now;
  }
}

void Plan::slow(site::Index device, Duration refresh, Instant now) {
  auto& hot = wards_[device].lanes[static_cast<std::size_t>(Lane::hot)];
  const auto period = lane_period(site_.devices[device], Lane::hot, refresh);
  if (hot.points.empty() || hot.period == period) return;
  hot.period = period;
  hot.next = slot_after(now, wards_[device].phase % period, period);
}

void Plan::answered(site::Index device, Instant) {
  HOLDUP_EXPECT(device < wards_.size());
  wards_[device].busy = false;
  wards_[device].failures = 0;
}

void Plan::failed(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  ward.busy = false;
  ++ward.failures;
  if (!ward.identified) {
    ward.identify_at = now + std::min<Duration>(longest_back_off, 500ms * (1 << std::min(ward.failures, 7u)));
  } else if (ward.failures <= quick_retries) {
    hurry(device, now);
  }
}

void Plan::confirm(site::Index device, Instant now, Instant knows) {
  Ward& ward = wards_[device];
  if (!ward.identified) return void(ward.identify_at = std::min(ward.identify_at, now));  // it lives
  const bool just_asked = ward.asked_at != Instant::min() && ward.asked_at + confirm_gap > now;
  const Instant first = just_asked ? ward.asked_at + confirm_gap : now;
  ward.confirm_at = std::min(ward.confirm_at, first);
  ward.confirm_last = std::max({ward.confirm_last, first, knows});
}

void Plan::hurry(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  for (auto& lane : ward.lanes)
    if (!lane.points.empty()) return void(lane.next = std::min(lane.next, now));
}

}  // namespace holdup::plan
