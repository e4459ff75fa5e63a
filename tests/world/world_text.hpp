#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A whole world as text: its site file, its timeline, and what neither can say (who lies, what befalls the watcher, what it knows of a
// device), so that one that was found on a seed stays what it was. Used by the world tests.
namespace world {

struct WorldText {
  std::string rack;
  std::string timeline;
  std::vector<std::string> terms;  // "seed 7", "calm at=93000ms", "liar device/pdu-a1", "killed at=12000ms for=500ms"
};

/// Every fourth world has a liar, every eighth has one failure alone.
[[nodiscard]] WorldText random_world(std::uint64_t seed);

/// The three parts, each behind a line of three dashes but the first; lines of comment at the top are kept out.
[[nodiscard]] std::string to_text(const WorldText& world);
[[nodiscard]] WorldText world_of(std::string_view text);

}  // namespace world
