#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/serve/mirror.hpp"
#include "collector/site/site.hpp"

// The rack in one sentence and one level, and each supply and load in one word: what the page opens with and `status` prints. It is
// green only where every supply of every redundant load was seen good a moment ago; not seeing is never green.
namespace holdup::serve {

enum class Level : std::uint8_t { redundant, degraded, lost, unknown };
inline constexpr std::array<std::string_view, 4> level_names{"redundant", "degraded", "lost", "unknown"};
[[nodiscard]] constexpr std::string_view name(Level level) { return level_names[static_cast<std::size_t>(level)]; }

struct SupplyView {
  enum class State : std::uint8_t { on, lost, unknown };
  site::Index supply = 0;
  State state = State::unknown;
  std::string why;  // "input good", "feed/A: feed_lost (probable)", "shelf-psu1 has never answered"
};
inline constexpr std::array<std::string_view, 3> supply_state_names{"on", "lost", "unknown"};
[[nodiscard]] constexpr std::string_view name(SupplyView::State state) { return supply_state_names[static_cast<std::size_t>(state)]; }

struct LoadView {
  /// `none`: it has one supply, or all on one feed, so there is nothing to lose.
  enum class Paths : std::uint8_t { redundant, lost, unknown, none };
  site::Index load = 0;
  Paths paths = Paths::unknown;
};
inline constexpr std::array<std::string_view, 4> path_names{"redundant", "lost", "unknown", "none"};
[[nodiscard]] constexpr std::string_view name(LoadView::Paths paths) { return path_names[static_cast<std::size_t>(paths)]; }

struct Assessment {
  Level level = Level::unknown;
  std::string sentence;              // "r12: redundant"
  std::vector<SupplyView> supplies;  // by index
  std::vector<LoadView> loads;
};

[[nodiscard]] Assessment assess(const Mirror& mirror, Instant now);

}  // namespace holdup::serve
