#pragma once

#include <string>
#include <vector>

#include "world/world_text.hpp"

// Plays one world through the core with the inspector beside it. Used by the world tests' program.
namespace world {

struct Outcome {
  std::vector<std::string> lies;
  std::size_t believed = 0;  // false words of a liar that nothing else could see through
  std::size_t points = 0;    // of the rack
  std::uint64_t readings = 0;
  std::string bytes;  // everything that was said
  std::string story;  // the same for people: every event with its evidence
};

[[nodiscard]] Outcome play(const WorldText& text);

}  // namespace world
