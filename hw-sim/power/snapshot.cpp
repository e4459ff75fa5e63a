#include "hw-sim/power/snapshot.hpp"

namespace hwsim::power {

std::optional<double> Snapshot::find(Quantity quantity, std::string_view index) const {
  for (const Measurement& m : values)
    if (m.quantity == quantity && m.index == index) return m.value;
  return std::nullopt;
}

}  // namespace hwsim::power
