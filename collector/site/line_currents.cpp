#include "collector/site/line_currents.hpp"

#include <bit>
#include <numbers>
#include <utility>

namespace holdup::site {
namespace {

using Current = std::complex<double>;

/// Line to neutral, of length one.
Current direction(System system, int line) {
  const double turns = system == System::split ? (line - 1) / 2.0 : -(line - 1) / 3.0;
  return std::polar(1.0, 2 * std::numbers::pi * turns);
}

/// The two ends of a load between lines 12, 23, 31, in that turn.
std::pair<int, int> ends_of(Phases phases) {
  if (phases == 3) return {1, 2};
  return phases == 6 ? std::pair{2, 3} : std::pair{3, 1};
}

}  // namespace

void add_current(System system, Phases phases, double amperes, LineCurrents& lines) {
  if (!has_lines(system)) {
    lines[0] += amperes;
  } else if (std::popcount(phases) == 1) {
    const int line = std::countr_zero(phases) + 1;
    lines[static_cast<std::size_t>(line - 1)] += amperes * direction(system, line);
  } else if (std::popcount(phases) == 2) {
    const auto [from, to] = ends_of(phases);
    const Current between = direction(system, from) - direction(system, to);
    const Current current = amperes * between / std::abs(between);
    lines[static_cast<std::size_t>(from - 1)] += current;
    lines[static_cast<std::size_t>(to - 1)] -= current;
  }
}

}  // namespace holdup::site
