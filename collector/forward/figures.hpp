#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "ground/instant.hpp"

// How forwarding to one target goes: what /metrics shows. Made by Pump.
namespace holdup::forward {

struct Figures {
  std::string target;
  bool up = false;                           // its last answer was one that goes on
  std::optional<ground::Utc> waiting_since;  // time of the oldest sample that waits; nothing: none waits
  std::uint64_t samples = 0;                 // taken by the receiver, markers too
  std::uint64_t set_aside = 0;               // refused by it for good
  std::uint64_t out_of_order = 0;            // refused as out of order or there already
  std::uint64_t retries = 0;                 // requests that were put again
  std::uint64_t requests = 0, bytes = 0;
  double lag_seconds = 0;  // as of when the figures were asked for

  void look(ground::Utc now) { lag_seconds = waiting_since ? std::max(0.0, ground::seconds(now - *waiting_since)) : 0; }
};

}  // namespace holdup::forward
