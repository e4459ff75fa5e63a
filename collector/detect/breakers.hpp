#pragma once

#include <vector>

#include "collector/detect/meters.hpp"

// Currents against the breakers that carry them: an overload is a clock, told as a range.
namespace holdup::detect {

class Breakers {
 public:
  Breakers(const site::Site& site, HeldBy held)
      : site_{site},
        held_{std::move(held)},
        meters_{site, {Meaning::inlet_current, Meaning::phase_current, Meaning::bank_current}},
        of_device_(site.devices.size()) {}

  void identified(Index device, std::span<const reading::Point> points);
  /// True when a current passed its breaker's rating, up or down.
  bool heard(Index device, std::span<const reading::Reading> readings);
  void unanswered(Index device) { meters_.unanswered(device); }
  void weigh(std::span<const Index> devices, std::vector<Opinion>& out) const;

 private:
  struct Breaker {
    const Meter* meter = nullptr;
    ground::Element element;
    double rating_amperes = 0;
    unsigned over = 0;  // readings in a row
  };
  [[nodiscard]] std::optional<Breaker> breaker_of(Index device, const Meter& meter) const;
  [[nodiscard]] Judgement judge(Index device, const Breaker& breaker) const;

  const site::Site& site_;
  HeldBy held_;
  Meters meters_;
  std::vector<std::vector<Breaker>> of_device_;
};

}  // namespace holdup::detect
