#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "collector/site/every.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/profile/profile.hpp"
#include "drivers/reading/point.hpp"

// What is known of a device's points and registers by its profile alone, before it was ever asked. `check` reckons with it.
namespace holdup::cli {

struct Outline {
  bool exact = true;                   // false: the device itself decides which of them it has, at most these
  std::vector<reading::Point> points;  // of a Modbus map with all labels, else with `part` alone

  /// The requests that fetch these points together.
  [[nodiscard]] std::vector<modbus::Span> requests(std::span<const std::uint32_t> points) const;
  /// Whether a point of this name may be among the device's.
  [[nodiscard]] bool may_have(const site::Every& every) const;

  /// A register map, or one model of a chain: requests do not reach from one to the other.
  struct Map {
    std::vector<modbus::Span> readable;
    std::uint16_t limit = 0;
  };
  struct Place {
    std::size_t map = 0;
    std::vector<modbus::Span> spans;
  };
  std::vector<Map> maps;
  std::vector<Place> places;  // by point; none of SNMP
};

[[nodiscard]] Outline outline_of(const profile::Profile& profile, profile::Clearing clearing);

}  // namespace holdup::cli
