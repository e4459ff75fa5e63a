#pragma once

#include <optional>
#include <vector>

#include "collector/detect/meters.hpp"

// Current that leaves by earth: what had climbed before a branch went tells that its residual-current device did it; what climbs where
// nothing trips is a pole on earth.
namespace holdup::detect {

class Residuals {
 public:
  Residuals(const site::Site& site, HeldBy held)
      : site_{site}, held_{std::move(held)}, meters_{site, {Meaning::residual_current}}, of_device_(site.devices.size()) {}

  void identified(Index device, std::span<const reading::Point> points);
  bool heard(Index device, std::span<const reading::Reading> readings);
  void unanswered(Index device) { meters_.unanswered(device); }
  void weigh(std::span<const Index> devices, Instant now, std::vector<Opinion>& out) const;

 private:
  struct Leak {
    std::optional<double> usual;     // amperes
    std::optional<Instant> climbed;  // last seen far above it
    double peak = 0;
    Sign sign;  // of the peak
  };
  void trip(const Leak& leak, const ground::Element& branch, Instant now, std::vector<Opinion>& out) const;

  const site::Site& site_;
  HeldBy held_;
  Meters meters_;
  std::vector<Leak> of_device_;
};

}  // namespace holdup::detect
