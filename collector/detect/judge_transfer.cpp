#include "collector/detect/judge.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

constexpr double same_power = 0.15;  // transfer conserves power within this

}  // namespace

std::optional<std::vector<Sign>> Judge::transferred(Index supply, Between when) const {
  const Track* own = power_of(supply);
  const auto carried = own != nullptr ? own->before(when.start) : std::nullopt;
  if (!carried || *carried < (own->means == Meaning::outlet_current ? meter_floor_amperes : meter_floor_watts)) return std::nullopt;
  const bool carries_still = own->from() > when.end && own->value() >= *carried / 2;
  if (carries_still) return std::nullopt;
  double rise = 0;
  std::vector<Sign> signs;
  for (Index sibling : site_.loads[site_.supplies[supply].load].supplies) {
    if (sibling == supply) continue;
    const Track* power = power_of(sibling);
    if (power == nullptr || !power->known() || power->means != own->means || power->from() <= when.start) return std::nullopt;
    const auto before = power->before(when.start), after = power->after(when.start, when.end);
    if (!before || !after) return std::nullopt;
    rise += *after - *before;
    signs.push_back(power->sign(site_));
  }
  const double tolerance = own->means == Meaning::outlet_current ? 0.20 : same_power;  // ±20 % where only amperes are known
  if (signs.empty() || std::fabs(rise - *carried) > tolerance * *carried) return std::nullopt;
  return signs;
}

// The supply's own status device measures it whatever its PDU does; the outlet's meter dies with the PDU's card.
const Track* Judge::power_of(Index supply) const {
  for (Meaning means : {Meaning::supply_output_power, Meaning::supply_input_power})
    if (const Track* track = facts_.status(supply, means)) return track;
  for (Meaning means : {Meaning::outlet_power, Meaning::outlet_current})
    if (const Track* track = facts_.outlet(supply, means)) return track;
  return nullptr;
}

}  // namespace holdup::detect
