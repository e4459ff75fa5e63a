#pragma once

#include <array>
#include <complex>

#include "collector/site/chain.hpp"

// Currents of up to three lines as phasors: what hangs between two lines adds to others by direction, not by amount.
namespace holdup::site {

using LineCurrents = std::array<std::complex<double>, 3>;  // L1, L2, L3 in amperes; a system of one line has the first only

[[nodiscard]] constexpr bool has_lines(System system) { return system != System::single_phase && system != System::dc; }

/// `amperes` of what hangs on these lines, drawn in phase with its voltage. What hangs on none that is told adds nothing.
void add_current(System system, Phases phases, double amperes, LineCurrents& lines);

}  // namespace holdup::site
