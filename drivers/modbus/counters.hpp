#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "drivers/modbus/mbap.hpp"

// What happened on Modbus connections, for people and tests. Pure.
namespace holdup::modbus {

/// Of one connection since it was made, or of several together; faults by modbus::Fault.
struct Counters {
  std::uint64_t requests = 0, answers = 0, exceptions = 0, timeouts = 0;
  std::uint64_t busy = 0;   // of the exceptions: "later", and asked again
  std::uint64_t again = 0;  // requests asked once more because their connection had gone
  std::uint64_t late = 0;   // answers to requests given up before, or answered: discarded
  std::uint64_t connects = 0, connect_failures = 0;
  std::uint64_t lost = 0;                                  // closed by the peer or the network while something was asked
  std::uint64_t idle_closes = 0;                           // … while nothing was
  std::uint64_t cut = 0;                                   // closed by us: half an answer at the deadline, or mute
  std::array<std::uint64_t, fault_names.size()> faults{};  // answers that disagree: each closed the connection

  void add(const Counters& other) {
    requests += other.requests, answers += other.answers, exceptions += other.exceptions, timeouts += other.timeouts;
    busy += other.busy, again += other.again, late += other.late, lost += other.lost, idle_closes += other.idle_closes, cut += other.cut;
    connects += other.connects, connect_failures += other.connect_failures;
    std::ranges::transform(faults, other.faults, faults.begin(), std::plus{});
  }
};

}  // namespace holdup::modbus
