#pragma once

#include <optional>

#include "ground/instant.hpp"

// A failure that ends by itself, or not: what the states of the circuit are switched by.
namespace hwsim::power {

namespace ground = holdup::ground;
using ground::Duration;
using ground::Instant;

struct Outage {
  bool on = false;
  std::optional<Instant> ends;
};

[[nodiscard]] inline bool due(const std::optional<Instant>& at, Instant now) { return at && *at <= now; }

inline void end_outage(Outage& outage, Instant now) {
  if (due(outage.ends, now)) outage = {};
}

/// Keeps the earlier of both in `least`.
inline void sooner(std::optional<Instant>& least, const std::optional<Instant>& at) {
  if (at && (!least || *at < *least)) least = at;
}

}  // namespace hwsim::power
