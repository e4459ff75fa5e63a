#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "hw-sim/power/outage.hpp"
#include "hw-sim/power/rack.hpp"

// The inside of a storage cabinet: controllers, disks, the write cache and its battery. It has no electricity of its own; what it shows
// follows from what has failed, so that a simulated array says why writes became slow while all lights are green.
namespace hwsim::power {

struct CabinetState {
  std::array<Outage, Cabinet::controllers> controllers;
  std::vector<Outage> disks;
  Outage cache, battery;
  double charge = 1;  // of the battery, when it was last set
  Instant charged{};  // then

  void take_due(Instant now);
  void find_next(std::optional<Instant>& least) const;

  /// Any controller works.
  [[nodiscard]] bool serves() const;
  /// The first controller that works leads; Cabinet::controllers when none does.
  [[nodiscard]] std::size_t leader() const;
  [[nodiscard]] double charge_at(Instant now) const;
  /// Writes are acknowledged from the cache: it works, is mirrored, and its battery would carry it.
  [[nodiscard]] bool writes_back(Instant now) const;
  [[nodiscard]] std::size_t disks_failed() const;
};

}  // namespace hwsim::power
