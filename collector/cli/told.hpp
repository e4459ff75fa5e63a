#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drivers/device.hpp"

// What a device told, as `probe` and `profile test` print it.
namespace holdup::cli {

struct Told {
  drivers::Identified identified;
  std::vector<reading::Reading> readings;            // their points are indices into identified.points
  std::vector<std::string> raw;                      // the device's own text of each
  std::map<std::uint32_t, std::string> doubts = {};  // by point: why its value cannot be
};

/// Good readings that contradict each other become out of range, and say why.
void doubt(Told& told);

/// As lines for people, or one JSON object a line: the device, then each point.
void print_told(const Told& told, bool json);

}  // namespace holdup::cli
