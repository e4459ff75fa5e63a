#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"

// What can be done to the world's electricity, as values: `hw-sim/scenario` parses them from text, World::apply performs them.
namespace hwsim::power {

namespace ground = holdup::ground;

/// feed (whole, or one phase), PDU (the breaker at its inlet), outlet (its fuse), supply (its output, although its input is good), UPS (its
/// output, or its input), transfer switch (its output), and of a cabinet a controller, a disk, its cache, its cache's battery.
struct Fail {
  ground::Element element;
  std::optional<int> phase;                    // 1-based; feeds only; on a one-phase feed the same as the whole
  std::optional<ground::Duration> lasts = {};  // for=300ms; else until restored
};

/// Undoes every Fail and Set of that element.
struct Restore {
  ground::Element element;
};

enum class Key : std::uint8_t {
  volts,   // of a feed, or at the input of a UPS
  watts,   // of a load
  fan,     // of a supply: ratio of nominal speed
  state,   // of an outlet: 1 on, 0 off
  charge,  // of a UPS's battery or a cache's: ratio
};

struct Setting {
  Key key;
  double value;
};

struct Set {
  ground::Element element;
  std::vector<Setting> settings;
};

using Command = std::variant<Fail, Restore, Set>;

}  // namespace hwsim::power
