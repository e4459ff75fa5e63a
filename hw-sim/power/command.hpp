#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "hw-sim/power/wear.hpp"

// What can be done to the world's electricity, as values: `hw-sim/scenario` parses them from text, World::apply performs them.
namespace hwsim::power {

namespace ground = holdup::ground;

/// feed (whole, one phase, or its neutral), PDU (the breaker at its inlet), its phase (one pole of that), its bank (its breaker), outlet
/// (its fuse), load (it crashes), supply (its output, although its input is good; or the module is pulled), battery unit, UPS (its output,
/// or its input), transfer switch (its output), and of a cabinet a controller, a disk, its cache, its cache's battery.
struct Fail {
  ground::Element element;
  std::optional<int> phase;                    // 1-based, or neutral; feeds only; on a one-phase feed the same as the whole
  std::optional<ground::Duration> lasts = {};  // for=300ms; else until restored
  bool removed = false;                        // of a supply: kind=removed
};
inline constexpr int neutral = 0;

/// Undoes every Fail, Set and Wearing of that element.
struct Restore {
  ground::Element element;
};

enum class Key : std::uint8_t {
  volts,                  // of a feed or one of its phases, or at the input of a UPS
  watts,                  // of a load
  fan,                    // of a supply: ratio of nominal speed
  state,                  // of an outlet: 1 on, 0 off; of a supply: 1 on, 2 standby
  charge,                 // of a UPS's battery, a battery unit's or a cache's: ratio
  hertz,                  // of a feed, or at the input of a UPS
  mode,                   // of a UPS or a battery unit, a UpsMode
  celsius,                // of the air that a load takes in
  residual_milliamperes,  // of a PDU
};
inline constexpr std::array<std::string_view, 9> key_names{
    "volts", "watts", "fan", "state", "charge", "hertz", "mode", "celsius", "residual_milliamperes"};

struct Setting {
  Key key;
  double value;
};

struct Set {
  ground::Element element;
  std::vector<Setting> settings;
  std::optional<int> phase = {};  // 1-based; volts of a feed only
};

/// From now on it grows old. Of a supply: fan, capacitor, efficiency, contact (its plug); of a UPS or a battery unit: battery; of a PDU:
/// insulation.
struct Wearing {
  ground::Element element;
  WearKind kind = WearKind::fan;
  ground::Duration life{};  // from new to the end, above 0
  double spent = 0;         // share of it that is gone, 0 to below 1
};

/// Another part stands in its place: a supply, a battery unit, the battery of a UPS. New, charged, with another serial number.
struct Replace {
  ground::Element element;
};

using Command = std::variant<Fail, Restore, Set, Wearing, Replace>;

}  // namespace hwsim::power
