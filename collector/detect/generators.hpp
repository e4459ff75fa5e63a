#pragma once

#include <optional>
#include <vector>

#include "collector/detect/meters.hpp"

// A generator by its frequency: away from the grid's usual, and staying there. Of feeds that no UPS conditions, and of what a UPS measures
// at its own input; never more than probable.
namespace holdup::detect {

class Generators {
 public:
  Generators(const site::Site& site, HeldBy held)
      : site_{site}, held_{std::move(held)}, meters_{site, {Meaning::frequency}}, of_device_(site.devices.size()) {}

  void identified(Index device, std::span<const reading::Point> points);
  bool heard(Index device, std::span<const reading::Reading> readings);
  void unanswered(Index device) { meters_.unanswered(device); }
  void weigh(std::span<const Index> devices, std::vector<Opinion>& out) const;

 private:
  struct Rhythm {
    std::optional<double> usual;  // hertz
    std::optional<Instant> odd_since, even_since;
    unsigned odd = 0;  // readings in a row
  };
  [[nodiscard]] std::optional<ground::Element> element_of(Index device) const;
  [[nodiscard]] static bool follow(Rhythm& rhythm, const Meter& meter);

  const site::Site& site_;
  HeldBy held_;
  Meters meters_;
  std::vector<Rhythm> of_device_;
};

}  // namespace holdup::detect
