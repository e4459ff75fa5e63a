#include "hw-sim/power/cabinet.hpp"

#include <algorithm>

namespace hwsim::power {
namespace {

constexpr double charge_seconds = 3600;  // an empty cache battery is full again
constexpr double enough_charge = 0.5;    // below it the cache is not trusted with writes

bool works(const Outage& part) { return !part.on; }

}  // namespace

void CabinetState::take_due(Instant now) {
  for (Outage& controller : controllers) end_outage(controller, now);
  for (Outage& disk : disks) end_outage(disk, now);
  end_outage(cache, now);
  end_outage(battery, now);
}

void CabinetState::find_next(std::optional<Instant>& least) const {
  for (const Outage& controller : controllers) sooner(least, controller.ends);
  for (const Outage& disk : disks) sooner(least, disk.ends);
  for (const auto& at : {cache.ends, battery.ends}) sooner(least, at);
}

bool CabinetState::serves() const { return leader() < controllers.size(); }

std::size_t CabinetState::leader() const {
  return static_cast<std::size_t>(std::find_if(controllers.begin(), controllers.end(), works) - controllers.begin());
}

double CabinetState::charge_at(Instant now) const { return std::min(1.0, charge + ground::seconds(now - charged) / charge_seconds); }

bool CabinetState::writes_back(Instant now) const {
  const bool mirrored = std::all_of(controllers.begin(), controllers.end(), works);
  return mirrored && works(cache) && works(battery) && charge_at(now) >= enough_charge;
}

std::size_t CabinetState::disks_failed() const {
  return disks.size() - static_cast<std::size_t>(std::count_if(disks.begin(), disks.end(), works));
}

}  // namespace hwsim::power
