#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"

// What the values of one part of a device owe to each other: watts, voltamperes, volts and amperes. A wrong divisor shows here, whoever
// made it. A device's driver asks with every reply that holds a whole group. Pure.
namespace holdup::reading {

inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// The points of one part: indices into the points of the device.
struct PowerGroup {
  std::uint32_t volts = none, amperes = none, watts = none, voltamperes = none;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] std::vector<std::uint32_t> points() const;
};

/// The groups among the points: volts, amperes, and at least one of the powers, of one part, index and name.
[[nodiscard]] std::vector<PowerGroup> power_groups(std::span<const Point> points);

/// What cannot be, for a person; empty when it can. `values` by point, no_value where there is none. Small loads prove nothing: their
/// digits are too few.
[[nodiscard]] std::string implausible(const PowerGroup& group, std::span<const double> values);

/// Doubts of one device while it is read: three replies in a row that cannot be begin one, three that can end it.
class Doubts {
 public:
  Doubts() = default;
  explicit Doubts(std::span<const Point> points);

  /// Takes in one reply. Good readings of a doubted group become out of range. Returns what is doubted from now on, a sentence each.
  [[nodiscard]] std::vector<std::string> weigh(std::span<Reading> readings);

 private:
  struct Watched {
    PowerGroup group;
    std::string part;       // for people
    unsigned contrary = 0;  // replies in a row that speak against the present opinion
    bool doubted = false;
  };
  std::vector<Watched> groups_;
  std::vector<double> values_;  // of the reply at hand, by point
};

}  // namespace holdup::reading
