#include "hw-sim/power/lie.hpp"

#include <cmath>

namespace hwsim::power {
namespace {

bool is_power(Quantity quantity) {
  switch (quantity) {
    case Quantity::inlet_power:
    case Quantity::phase_power:
    case Quantity::outlet_power:
    case Quantity::supply_input_power:
    case Quantity::output_power:
      return true;
    default:
      return false;
  }
}

bool is_current(Quantity quantity) {
  switch (quantity) {
    case Quantity::inlet_current:
    case Quantity::inlet_apparent_power:
    case Quantity::phase_current:
    case Quantity::bank_current:
    case Quantity::outlet_current:
    case Quantity::supply_input_current:
    case Quantity::output_current:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool Lie::concerns(const Measurement& measurement) const {
  if (!quantity) return is_power(measurement.quantity) || (kind == LieKind::scaled && is_current(measurement.quantity));
  return *quantity == measurement.quantity && (index.empty() || index == measurement.index);
}

double Lie::told(double was, double truth) const {
  switch (kind) {
    case LieKind::frozen:
      return was;
    case LieKind::zeros:
      return 0;
    case LieKind::reversed:
      return -std::abs(truth);
    case LieKind::scaled:
      return truth * ratio;
  }
  return truth;
}

}  // namespace hwsim::power
