#include "collector/plan/plan.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "ground/expect.hpp"

namespace holdup::plan {
namespace {

using namespace std::chrono_literals;
using Protocol = drivers::Address::Protocol;

constexpr Duration first_identify_time = 2s;  // what is dead is soon known to be …
constexpr Duration identify_time = 10s;       // … and the walk of a large PDU over a slow card gets its time
constexpr Duration longest_back_off = 30s;
constexpr Duration confirm_gap = 100ms;  // between questions that traps bring about
constexpr unsigned quick_retries = 3;    // questions in a row before the grid is kept again: enough to call it silent

Duration default_hot(Protocol protocol) {
  return protocol == Protocol::snmp ? Duration{1s} : protocol == Protocol::modbus ? Duration{100ms} : Duration{500ms};
}

Duration written_or_default(const site::Device& device, Lane lane, const reading::Pace& profile = {}) {
  if (lane == Lane::hot) return device.hot.value_or(default_hot(device.address.protocol));
  if (lane == Lane::routine) return device.routine.value_or(profile.routine.value_or(10s));
  return 5min;
}

// What one request at a time is kept for. The units of a Modbus host are not: their connection lets them wait for each other.
std::string card_of(const site::Device& device) {
  if (device.address.speaks_modbus()) return device.name;
  return device.address.host + ' ' + std::to_string(device.address.port);
}

Duration rest_after(Duration busy, double duty) {
  return Duration{static_cast<Duration::rep>(static_cast<double>(busy.count()) * (1 / duty - 1))};
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

Duration lane_period(const site::Device& device, Lane lane, Duration refresh, const reading::Pace& profile) {
  const bool written = (lane == Lane::hot && device.hot) || (lane == Lane::routine && device.routine);
  const auto period = written_or_default(device, lane, profile);
  return written ? period : std::max(period, refresh / 2);
}

Duration answer_time(const site::Device& device) {
  return device.timeout.value_or(std::min<Duration>(written_or_default(device, Lane::hot) / 2, 2s));
}

std::optional<Duration> quick_enough(const site::Device& device) {
  if (!device.pace.max_duty) return std::nullopt;
  const auto hot = lane_period(device, Lane::hot, {});
  const Duration longest{static_cast<Duration::rep>(static_cast<double>(hot.count()) * *device.pace.max_duty)};
  return answer_time(device) <= longest ? std::nullopt : std::optional{longest};
}

Plan::Plan(const site::Site& site, std::uint64_t seed, Instant now) : site_{site}, wards_(site.devices.size()) {
  std::map<std::string, std::size_t> cards;
  for (site::Index d = 0; d < wards_.size(); ++d) {
    wards_[d].answer_time = plan::answer_time(site.devices[d]);
    wards_[d].phase = Duration{static_cast<std::int64_t>(mix(seed ^ (d + 1)) >> 2)};
    wards_[d].identify_at = now;
    wards_[d].pace = site.devices[d].pace;
    wards_[d].card = cards.try_emplace(card_of(site.devices[d]), cards.size()).first->second;
    cards_.resize(cards.size());
    cards_[wards_[d].card].wards.push_back(d);
  }
}

std::vector<Order> Plan::due(Instant now) {
  std::vector<Order> orders;
  for (site::Index d = 0; d < wards_.size(); ++d) {
    Ward& ward = wards_[d];
    if (ward.busy || cards_[ward.card].busy || next_of(ward) > now || gives_way(d, now)) continue;
    begin(ward, now);
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

// Of several devices behind one address the one that has waited longest is next.
bool Plan::gives_way(site::Index device, Instant now) const {
  const auto& mates = cards_[wards_[device].card].wards;
  if (mates.size() == 1) return false;
  const auto due = next_of(wards_[device]);
  return due <= now && std::any_of(mates.begin(), mates.end(), [&](site::Index mate) {
           const auto& other = wards_[mate];
           return mate != device && !other.busy &&
                  (next_of(other) < due || (next_of(other) == due && other.asked_at < wards_[device].asked_at));
         });
}

// Whoever could not be identified before is asked for long, most likely in vain: its neighbours behind the address do not wait for it.
void Plan::begin(Ward& ward, Instant now) {
  ward.busy = true;
  ward.holds_card = ward.identified || ward.failures == 0;
  if (ward.holds_card) cards_[ward.card].busy = true;
  ward.asked_at = now;
}

void Plan::end(Ward& ward, Instant now) {
  auto& card = cards_[ward.card];
  ward.busy = false;
  if (std::exchange(ward.holds_card, false)) card.busy = false;
  card.pauses_until = now + ward.pace.between_requests.value_or(Duration{});
}

// What was urgent before is made up for: the rests add up.
void Plan::rest(const Ward& ward, Instant now, Duration busy) {
  if (!ward.pace.max_duty) return;
  auto& card = cards_[ward.card];
  card.rests_until = std::max(card.rests_until, now) + rest_after(busy, *ward.pace.max_duty);
}

// The first lane is always asked alone: a long question would hide a loss, and a silent device's return. The others follow its answer.
Order Plan::read_order(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  ward.urgent = ward.first_lane = false;
  if (ward.confirm_at <= now) {
    ask_first(ward, now);
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
      lane.next = slot_after(now, ward.phase % period(ward, lane), period(ward, lane));
      ward.first_lane = first;
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
    if (!ward.busy && !cards_[ward.card].busy) next = std::min(next, next_of(ward));
  return next == Instant::max() ? std::nullopt : std::optional{next};
}

Instant Plan::next_of(const Ward& ward) const {
  const Card& card = cards_[ward.card];
  const auto rested = std::max(card.rests_until, card.pauses_until);
  if (!ward.identified) return std::max(ward.identify_at, rested);
  Instant next = Instant::max(), urgent = ward.confirm_at;
  for (const auto& lane : ward.lanes) {
    if (lane.points.empty()) continue;
    if (ward.urgent && next == Instant::max()) urgent = std::min(urgent, lane.next);
    next = std::min(next, lane.next);
    if (ward.failures > 0) break;  // while a device is silent only its first lane is asked: a long question would hide its return
  }
  return std::min(std::max(next, rested), std::max(urgent, card.pauses_until));
}

void Plan::identified(site::Index device, std::span<const reading::Point> points, Instant now, const reading::Pace& profile) {
  Ward& ward = wards_[device];
  ward.identified = true;
  ward.pace = site_.devices[device].pace.over(profile);
  ward.strain = {};
  ward.uptime.reset();
  if (ward.busy) end(ward, now), rest(ward, now, now - ward.asked_at);
  ward.failures = 0;
  for (Rhythm& lane : ward.lanes) lane = {};
  const auto shortest = shortest_lane(points);
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    const bool latched = reading::is_latched(points[p].means);
    const auto lane = static_cast<std::size_t>(latched ? shortest : points[p].lane);
    ward.lanes[lane].points.push_back(p);
    if (!latched) ward.lanes[lane].declared = std::max(ward.lanes[lane].declared, points[p].refresh.value_or(Duration{}));
    if (points[p].means == reading::Meaning::uptime && label(points[p], "part") == "system") ward.uptime = p;
  }
  for (std::size_t l = 0; l < ward.lanes.size(); ++l) {
    ward.lanes[l].period = lane_period(site_.devices[device], static_cast<Lane>(l), ward.lanes[l].declared, ward.pace);
    ward.lanes[l].next = now;
  }
}

void Plan::slow(site::Index device, Duration refresh, Instant now) {
  Ward& ward = wards_[device];
  for (std::size_t l = 0; l < ward.lanes.size(); ++l) {
    Rhythm& lane = ward.lanes[l];
    const auto slower = lane_period(site_.devices[device], static_cast<Lane>(l), std::max(lane.declared, refresh), ward.pace);
    if (lane.points.empty() || lane.period == slower) continue;
    lane.period = slower;
    lane.next = slot_after(now, ward.phase % period(ward, lane), period(ward, lane));
  }
}

Plan::Periods Plan::periods(site::Index device) const {
  const Ward& ward = wards_[device];
  Periods out{};
  for (std::size_t l = 0; l < out.size(); ++l) out[l] = period(ward, ward.lanes[l]);
  return out;
}

// Only the first lane's questions are always about as long as each other: their round trips can be compared.
void Plan::answered(site::Index device, Instant now, std::span<const reading::Reading> readings) {
  HOLDUP_EXPECT(device < wards_.size());
  Ward& ward = wards_[device];
  end(ward, now);
  rest(ward, now, now - ward.asked_at);
  ward.failures = 0;
  ward.lived = false;
  if (ward.first_lane && !readings.empty() && readings.front().uncertainty > Duration{})
    tell(device, ward.strain.round_trip(readings.front().uncertainty, now));
  if (!ward.uptime) return;
  const auto told = std::find_if(readings.begin(), readings.end(), [&](const auto& reading) { return reading.point == *ward.uptime; });
  if (told != readings.end() && told->quality == ground::Quality::good) tell(device, ward.strain.uptime(told->value, now));
}

void Plan::answered_late(site::Index device, Instant now, Duration round_trip) {
  Ward& ward = wards_[device];
  ward.lived = true;
  ward.failures = 0;
  rest(ward, now, round_trip);
  tell(device, ward.strain.round_trip(round_trip, now));
}

// A question that nobody answers keeps nobody busy, as far as is known; a late answer makes up for its rest. And one that came since the
// last failure says that the device lives: more questions would make it no faster.
void Plan::failed(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  end(ward, now);
  ++ward.failures;
  const bool lives = std::exchange(ward.lived, false);
  if (!ward.identified) {
    ward.identify_at = now + std::min<Duration>(longest_back_off, 500ms * (1 << std::min(ward.failures, 7u)));
  } else if (ward.failures <= quick_retries && !lives) {
    ask_first(ward, now);
  }
}

void Plan::tell(site::Index device, const std::optional<Strain::News>& news) {
  if (news) news_.push_back({device, *news});
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
  ask_first(wards_[device], now);
  wards_[device].urgent = true;
}

void Plan::ask_first(Ward& ward, Instant now) {
  for (auto& lane : ward.lanes)
    if (!lane.points.empty()) return void(lane.next = std::min(lane.next, now));
}

}  // namespace holdup::plan
