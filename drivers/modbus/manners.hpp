#pragma once

#include <algorithm>
#include <cstdint>

#include "ground/instant.hpp"

// How a connection is to be treated for the sake of the devices behind it: their profiles say so, and the site file. Pure.
namespace holdup::modbus {

struct Manners {
  std::uint16_t pipeline = 1;           // requests under way at once
  ground::Duration between_requests{};  // how long it is left alone after each request and each answer
  ground::Duration after_connect{};     // … and before the first request
};

/// The gentler of both, each way.
[[nodiscard]] inline Manners gentler(const Manners& a, const Manners& b) {
  return {.pipeline = std::min(a.pipeline, b.pipeline),
          .between_requests = std::max(a.between_requests, b.between_requests),
          .after_connect = std::max(a.after_connect, b.after_connect)};
}

}  // namespace holdup::modbus
