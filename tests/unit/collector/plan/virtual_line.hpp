#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "collector/plan/plan.hpp"

// Devices in virtual time, asked as a plan says: each lives or is dead, and takes so long to answer. Units of one Modbus TCP host wait
// for each other, first come first served, as their connection makes them.
namespace holdup::plan_test {

using ground::Duration;
using ground::Instant;

struct Unit {
  std::vector<reading::Point> points;
  bool dead = false;
  std::vector<std::uint32_t> loses{};  // questions for these points
  Duration takes = std::chrono::milliseconds{12};
  std::vector<Instant> asked;  // for points, in vain or not
  std::vector<std::vector<std::uint32_t>> what;
  Duration in_vain{};
  unsigned failures = 0;
  unsigned asked_in_vain_together = 0;
};

class VirtualLine {
 public:
  VirtualLine(site::Site site, std::vector<Unit> units, std::uint64_t seed = 1)
      : site_{std::move(site)}, units{std::move(units)}, plan{site_, seed, now} {}
  VirtualLine(const VirtualLine&) = delete;

  void run(Duration length) {
    const Instant end = now + length;
    while (true) {
      Instant next = plan.next_due().value_or(Instant::max());
      if (!ends_.empty()) next = std::min(next, ends_.begin()->first);
      if (next > end) break;
      now = std::max(now, next);
      while (!ends_.empty() && ends_.begin()->first <= now) settle();
      for (auto& order : plan.due(now)) ask(std::move(order));
      most_at_once = std::max(most_at_once, ends_.size());
    }
    now = end;
  }

  void forget() {
    for (Unit& unit : units) unit.asked.clear(), unit.what.clear(), unit.in_vain = {}, unit.failures = 0;
  }

 private:
  struct End {
    plan::Order order;
    Instant asked;
    bool answered;
  };
  site::Site site_;

 public:
  Instant now{std::chrono::seconds{1000}};
  std::vector<Unit> units;
  plan::Plan plan;
  std::size_t most_at_once = 0;

 private:
  void ask(plan::Order order) {
    using Kind = plan::Order::Kind;
    Unit& unit = units[order.device];
    const bool identify = order.kind == Kind::identify;
    if (!identify) unit.asked.push_back(now), unit.what.push_back(order.points);
    const Instant patience = identify ? std::min(order.deadline, now + std::chrono::seconds{1}) : order.deadline;
    const bool host = plan::kind_of(site_.devices[order.device]) == plan::Card::Kind::host;
    Instant& free = free_[plan::card_of(site_.devices[order.device])];
    const Instant begins = host ? std::max(now, free) : now;
    const bool lost = !identify && !unit.loses.empty() && order.points == unit.loses;
    const bool answered = !unit.dead && !lost && begins + unit.takes <= patience;
    const Instant at = answered ? begins + unit.takes : patience;
    free = std::max(free, at);
    ends_.emplace(at, End{std::move(order), now, answered});
  }

  void settle() {
    const End end = std::move(ends_.begin()->second);
    ends_.erase(ends_.begin());
    const auto device = end.order.device;
    Unit& unit = units[device];
    if (!end.answered) {
      unit.in_vain += now - end.asked;
      ++unit.failures;
      plan.failed(device, now);
    } else if (end.order.kind == plan::Order::Kind::identify) {
      plan.identified(device, unit.points, now);
    } else {
      plan.answered(device, now);
    }
  }

  std::multimap<Instant, End> ends_;
  std::map<std::string, Instant> free_;
};

}  // namespace holdup::plan_test
