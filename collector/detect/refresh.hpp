#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ground/instant.hpp"

// Learns how often a device measures a point anew, from the moments at which its value was heard to change: a cached value changes on a
// grid, whatever it measures. Facts keeps one for every point that a verdict may rest on. Pure.
namespace holdup::detect {

class Refresh {
 public:
  /// A good reading, asked at `asked`. Moments do not go backwards.
  void saw(double value, ground::Instant asked);
  /// The grid's period, good to one poll; nothing while the changes are too few, or lie on no grid coarser than the polls.
  [[nodiscard]] std::optional<ground::Duration> learned() const { return learned_; }
  /// The shortest time between two of the last changes, lengthened by what the polls could not see; the longest there is while unknown.
  [[nodiscard]] ground::Duration at_most() const { return at_most_; }

 private:
  /// Between two changes, and the longest gap between the readings meanwhile: how far the first may be off.
  struct Spacing {
    ground::Duration length{}, gap{};
  };
  void learn();

  static constexpr std::size_t enough = 12;  // spacings that have to agree

  std::optional<double> value_;
  ground::Instant asked_{}, changed_{};  // of the last reading, and of the last change
  ground::Duration gap_{};
  std::array<Spacing, enough> spacings_{};
  std::uint32_t count_ = 0;  // of spacings, ever
  bool timed_ = false;       // a change was heard: the next one has a spacing
  ground::Duration at_most_ = ground::Duration::max();
  std::optional<ground::Duration> learned_;
};

}  // namespace holdup::detect
