#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "world/rack_text.hpp"

// What happens to a random rack, as the timeline of a scenario file: failures that come and go, loads that change, faults between devices
// and readers, devices that lie. All of it is over before the end. And what befalls the watcher meanwhile. Used by the world tests.
namespace world {

enum class Temper : std::uint8_t {
  honest,  // whatever a device tells was so
  lying,   // one device, or its contacts, tells what is not
  single,  // one failure, and nothing else
};

struct Misfortune {
  std::string text;                           // "timeline:" and its steps
  std::vector<std::string> watcher;           // "killed at=12000ms for=500ms"
  std::vector<std::string> absences;          // "absent pdu-a1 outlet_state at=9000ms for=4000ms"
  std::vector<std::string> liars;             // "liar device/pdu-a1"
  bool one_cause = false;                     // one element fails, and nothing else
  std::chrono::milliseconds all_well_from{};  // everything is restored and cleared from then on
};

[[nodiscard]] Misfortune random_timeline(Dice& dice, const RackText& rack, Temper temper);

}  // namespace world
