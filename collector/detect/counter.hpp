#pragma once

#include <cstdint>
#include <optional>

#include "ground/instant.hpp"

// One counter that a device keeps, from poll to poll: what it counted, told apart from its wrap and from a fresh start. Latches keeps one
// for every count, uptime and energy of a device. Pure.
namespace holdup::detect {

class Counter {
 public:
  enum class Kind : std::uint8_t { first, still, grew, wrapped, fell };
  struct Step {
    Kind kind = Kind::first;
    double growth = 0;            // since the last reading, over a wrap too; 0 when it fell
    double former = 0;            // what it said then …
    ground::Instant former_at{};  // … and when
  };
  /// `wraps_at`: where it begins anew at 0; 0: it does not. Moments do not go backwards.
  Step saw(double value, ground::Instant at, double wraps_at);

 private:
  [[nodiscard]] bool wrapped(double growth, ground::Duration elapsed, double wraps_at) const;

  std::optional<double> value_;
  ground::Instant at_{};
  double fastest_ = 0;  // growth a second that was seen
};

}  // namespace holdup::detect
