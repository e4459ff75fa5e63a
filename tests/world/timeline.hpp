#pragma once

#include <string>

#include "world/rack_text.hpp"

// What happens to a random rack, as the timeline of a scenario file: failures that come and go, loads that change, honest faults between
// devices and readers. All of it is over two minutes before the end. Used by the world tests.
namespace world {

struct Misfortune {
  std::string text;                           // "timeline:" and its steps
  std::chrono::milliseconds all_well_from{};  // everything is restored and cleared from then on
};

[[nodiscard]] Misfortune random_timeline(Dice& dice, const RackText& rack);

}  // namespace world
