#pragma once

#include <algorithm>
#include <optional>

#include "ground/instant.hpp"

// How gently a device wants to be asked: its firmware profile may say so, and the site file over it. Plan keeps it, and the connection of a
// Modbus device. Pure.
namespace holdup::reading {

struct Pace {
  std::optional<double> max_duty;                    // share of the time that exchanges with it may take; above 0, at most 1
  std::optional<ground::Duration> between_requests;  // how long it is left alone after each answer
  std::optional<ground::Duration> routine;           // the routine lane's period, unless the site file says another
  std::optional<ground::Duration> after_connect{};   // Modbus TCP: how long a new connection is left alone

  /// What is set here counts; the rest is the other's.
  [[nodiscard]] Pace over(const Pace& other) const {
    return {.max_duty = max_duty ? max_duty : other.max_duty,
            .between_requests = between_requests ? between_requests : other.between_requests,
            .routine = routine ? routine : other.routine,
            .after_connect = after_connect ? after_connect : other.after_connect};
  }
};

/// The gentler of both, each way.
[[nodiscard]] inline Pace gentler(const Pace& a, const Pace& b) {
  const Pace both = a.over(b);
  return {.max_duty = a.max_duty && b.max_duty ? std::min(a.max_duty, b.max_duty) : both.max_duty,
          .between_requests = std::max(a.between_requests, b.between_requests),
          .routine = std::max(a.routine, b.routine),
          .after_connect = std::max(a.after_connect, b.after_connect)};
}

}  // namespace holdup::reading
