#include <algorithm>
#include <map>
#include <random>

#include "catch.hpp"
#include "unit/collector/plan/virtual_line.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;
using reading::Lane;
using Protocol = drivers::Address::Protocol;

namespace {

using Dice = std::mt19937;

Duration one_of(Dice& dice, std::initializer_list<Duration> all) { return *(all.begin() + dice() % all.size()); }

reading::Point random_point(Dice& dice, std::size_t number) {
  reading::Point point{.metric = "rack_" + std::to_string(number) + "_quantity", .labels = {}, .source = {}};
  point.lane = static_cast<Lane>(dice() % 3);
  if (dice() % 3 == 0) point.refresh = one_of(dice, {100ms, 3s, 40s});
  if (dice() % 6 == 0) point.every = one_of(dice, {10ms, 250ms, 2s, 1h});
  return point;
}

site::Device random_device(Dice& dice, std::size_t number, std::size_t hosts) {
  site::Device device{.name = "d" + std::to_string(number)};
  device.address.protocol = static_cast<Protocol>(dice() % 3);
  device.address.host = "192.0.2." + std::to_string(dice() % hosts);
  if (device.address.protocol == Protocol::modbus_rtu && dice() % 2 == 0)
    device.address.serial.path = "/dev/ttyS" + std::to_string(dice() % hosts), device.address.host.clear();
  if (dice() % 2 == 0) device.hot = one_of(dice, {10ms, 100ms, 700ms});
  if (dice() % 3 == 0) device.routine = one_of(dice, {50ms, 5s, 1h});
  if (dice() % 4 == 0) device.every.push_back({.metric = "rack_1_quantity", .period = one_of(dice, {10ms, 30ms, 24h})});
  if (dice() % 8 == 0) device.pace.between_requests = 7ms;
  if (dice() % 8 == 0) device.pace.max_duty = 0.3;
  return device;
}

/// What the plan promises of a device that has its address to itself and always answers, told as plainly as can be.
class PlainWard {
 public:
  PlainWard(std::vector<plan::Rhythm> rhythms, Duration phase, Instant identified) : rhythms_{std::move(rhythms)}, phase_{phase} {
    for (auto& rhythm : rhythms_) rhythm.next = identified;
  }

  [[nodiscard]] Instant next() const {
    Instant out = Instant::max();
    for (const auto& rhythm : rhythms_) out = std::min(out, rhythm.next);
    return out;
  }
  std::vector<std::uint32_t> ask(Instant now) {
    std::vector<std::uint32_t> points;
    const auto take = [&](plan::Rhythm& rhythm) {
      points.insert(points.end(), rhythm.points.begin(), rhythm.points.end());
      rhythm.next = Instant{phase_ % rhythm.period};
      if (rhythm.next <= now) rhythm.next += ((now - rhythm.next) / rhythm.period + 1) * rhythm.period;
    };
    const auto due = [&](const plan::Rhythm& rhythm) { return rhythm.next <= now; };
    const bool hot = std::any_of(rhythms_.begin() + 1, rhythms_.end(), [&](const auto& r) { return due(r) && r.eager; });
    const auto joins = [&](const plan::Rhythm& r) { return due(r) && (!hot || r.eager); };
    const bool waited =
        std::any_of(rhythms_.begin() + 1, rhythms_.end(), [&](const auto& r) { return joins(r) && r.next < rhythms_[0].next; });
    const bool first = due(rhythms_[0]) && !(alone_ && waited);
    if (first) take(rhythms_[0]);
    for (std::size_t r = 1; r < rhythms_.size() && !first; ++r)
      if (joins(rhythms_[r])) take(rhythms_[r]);
    alone_ = first;
    return points;
  }

 private:
  std::vector<plan::Rhythm> rhythms_;
  Duration phase_;
  bool alone_ = false;
};

}  // namespace

TEST_CASE("devices with an address of their own are asked as a plain model says, moment for moment") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    INFO("seed " << seed);
    Dice dice{seed};
    site::Site site;
    std::vector<std::vector<reading::Point>> points(8);
    for (std::size_t d = 0; d < points.size(); ++d) {
      auto device = random_device(dice, d, 1);
      device.address.serial.path.clear(), device.address.host = "192.0.2." + std::to_string(d);
      device.pace = {};
      site.devices.push_back(std::move(device));
      for (std::size_t p = 0; p <= dice() % 6; ++p) points[d].push_back(random_point(dice, p));
    }
    Instant now{1000s};
    plan::Plan plan{site, seed, now};
    REQUIRE(plan.due(now).size() == points.size());
    std::vector<PlainWard> plain;
    std::vector<std::optional<Instant>> answers(points.size());
    for (site::Index d = 0; d < points.size(); ++d) {
      plan.identified(d, points[d], now);
      plain.emplace_back(plan::rhythms_of(site.devices[d], points[d], {}), plan.phase(d), now);
    }
    for (int turn = 0; turn < 1000; ++turn) {
      Instant next = Instant::max();
      for (site::Index d = 0; d < points.size(); ++d) next = std::min(next, answers[d] ? Instant::max() : plain[d].next());
      REQUIRE(plan.next_due().value_or(Instant::max()) == next);
      for (const auto& answer : answers) next = std::min(next, answer.value_or(Instant::max()));
      now = std::max(now, next);
      for (site::Index d = 0; d < points.size(); ++d)
        if (answers[d] && *answers[d] <= now) plan.answered(d, now), answers[d].reset();
      std::map<site::Index, std::vector<std::uint32_t>> asked, expected;
      for (auto& order : plan.due(now)) asked[order.device] = order.points;
      for (site::Index d = 0; d < points.size(); ++d)
        if (!answers[d] && plain[d].next() <= now) expected[d] = plain[d].ask(now), answers[d] = now + one_of(dice, {1ms, 4ms, 25ms});
      REQUIRE(asked == expected);
    }
  }
}

TEST_CASE("random sites under load: nothing is asked early, twice or beside another, and the next time is the true one") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    INFO("seed " << seed);
    Dice dice{seed};
    site::Site site;
    const std::size_t devices = 1 + dice() % 24;
    for (std::size_t d = 0; d < devices; ++d) site.devices.push_back(random_device(dice, d, 1 + devices / 4));
    std::vector<std::vector<reading::Point>> points(devices);
    for (auto& own : points)
      for (std::size_t p = 0; p <= dice() % 5; ++p) own.push_back(random_point(dice, p));
    Instant now{1000s};
    plan::Plan plan{site, seed, now};
    struct Flight {
      plan::Order order;
      Instant ends;
      bool answered;
    };
    std::map<site::Index, Flight> flights;
    const double dead = dice() % 3 == 0 ? 0.5 : 0.05;
    for (int turn = 0; turn < 1000; ++turn) {
      const auto due = plan.next_due();
      Instant ends = Instant::max();
      for (const auto& [device, flight] : flights) ends = std::min(ends, flight.ends);
      REQUIRE((due || !flights.empty()));
      const Instant next = std::max(now, std::min(due.value_or(Instant::max()), ends));
      if (due && next > now && dice() % 4 == 0) REQUIRE(plan.due(now + (next - now) / 2).empty());
      now = next;
      for (auto at = flights.begin(); at != flights.end();) {
        const auto& [device, flight] = *at;
        if (flight.ends > now) {
          ++at;
          continue;
        }
        if (!flight.answered)
          plan.failed(device, now);
        else if (flight.order.kind == plan::Order::Kind::identify)
          plan.identified(device, points[device], now);
        else
          plan.answered(device, now);
        at = flights.erase(at);
      }
      if (dice() % 50 == 0) plan.hurry(dice() % devices, now);
      if (dice() % 50 == 0) plan.burst(dice() % devices, now);
      if (dice() % 50 == 0) plan.confirm(dice() % devices, now, now + 2s);
      if (dice() % 200 == 0) plan.slow(dice() % devices, one_of(dice, {1s, 30s}), now);
      const bool something = plan.next_due() && *plan.next_due() <= now;
      auto orders = plan.due(now);
      REQUIRE(something == !orders.empty());
      REQUIRE(plan.next_due().value_or(Instant::max()) > now);
      for (auto& order : orders) {
        const auto device = order.device;
        REQUIRE_FALSE(flights.contains(device));
        const auto kind = plan::kind_of(site.devices[device]);
        const auto beside = std::ranges::count_if(flights, [&](const auto& other) {
          const bool same = plan::card_of(site.devices[other.first]) == plan::card_of(site.devices[device]);
          return same && !(kind == plan::Card::Kind::own && other.second.order.kind == plan::Order::Kind::identify);
        });
        const bool identifies = order.kind == plan::Order::Kind::identify;
        if (kind == plan::Card::Kind::line || (kind == plan::Card::Kind::own && !identifies)) REQUIRE(beside == 0);
        REQUIRE(order.deadline > now);
        REQUIRE((order.kind == plan::Order::Kind::identify) == order.points.empty());
        const bool answered = std::uniform_real_distribution{}(dice) >= dead;
        const Instant at = answered ? now + one_of(dice, {1ms, 15ms, 90ms}) : order.deadline;
        flights.emplace(device, Flight{std::move(order), answered ? std::max(at, now + 1ms) : at, answered});
      }
    }
  }
}

TEST_CASE("sixty-four devices at ten milliseconds are asked in every slot, two thousand every second") {
  for (const auto& [devices, period, length] :
       {std::tuple{64, Duration{10ms}, Duration{5s}}, std::tuple{2000, Duration{1s}, Duration{5s}}}) {
    site::Site site;
    for (int d = 0; d < devices; ++d)
      site.devices.push_back(
          {.name = "d" + std::to_string(d), .address = {.protocol = Protocol::modbus, .host = std::to_string(d)}, .hot = period});
    reading::Point hot;
    hot.lane = Lane::hot;
    std::vector<plan_test::Unit> units(devices);
    for (auto& unit : units) unit.points = {hot}, unit.takes = 1ms;
    plan_test::VirtualLine line{std::move(site), std::move(units)};
    line.run(2s);
    line.forget();
    line.run(length);
    for (const auto& unit : line.units) {
      CHECK(unit.asked.size() >= static_cast<std::size_t>(length / period));
      CHECK(unit.asked.size() <= static_cast<std::size_t>(length / period) + 1);
      for (std::size_t i = 1; i < unit.asked.size(); ++i) REQUIRE(unit.asked[i] - unit.asked[i - 1] == period);
    }
  }
}
