#pragma once

#include <cstdint>

#include "ground/instant.hpp"
#include "ground/quality.hpp"

// One value of one Point, with its quality and the time it stands for. Pure.
namespace holdup::reading {

struct Reading {
  std::uint32_t point = 0;  // index into the points of the device's identification
  ground::Quality quality = ground::Quality::failed;
  double value = 0;        // in the base unit of the point's metric; meaningless unless quality is good, stale or out_of_range
  ground::Instant time{};  // when the device was asked (the request left)
  ground::Duration
      uncertainty{};  // round trip; the device's own refresh comes on top: the value covers [time − refresh, time + uncertainty]
};

}  // namespace holdup::reading
