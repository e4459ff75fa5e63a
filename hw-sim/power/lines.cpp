#include "hw-sim/power/lines.hpp"

#include <algorithm>
#include <numbers>

namespace hwsim::power {
namespace {

using Phasor = std::complex<double>;

Phasor turned(System system, std::size_t line) {
  constexpr double half_root3 = std::numbers::sqrt3 / 2;
  constexpr std::array wye{Phasor{1, 0}, Phasor{-0.5, -half_root3}, Phasor{-0.5, half_root3}};
  if (system == System::split_phase) return line == 0 ? 1 : -1;
  return wye[line];
}

// Lines p and p + 1, the last and the first: how Draw counts them.
std::size_t pair_of(const Tap& tap) {
  const std::size_t low = std::min(tap.line, *tap.other), high = std::max(tap.line, *tap.other);
  return low == 0 && high == 2 ? 2 : low;
}

}  // namespace

void Draw::add(const Tap& tap, double watts) { (tap.other ? between[pair_of(tap)] : to_neutral[tap.line]) += watts; }

void Draw::add(const Draw& other) {
  for (std::size_t p = 0; p < max_phases; ++p) to_neutral[p] += other.to_neutral[p], between[p] += other.between[p];
}

Lines::Lines(System system, const std::array<double, max_phases>& volts) : system_{system}, set_{volts} {
  const double length = system == System::delta ? 1 / std::numbers::sqrt3 : 1;  // of a delta the volts of a pair are told
  for (std::size_t p = 0; p < phases(system); ++p) at_[p] = turned(system, p) * (volts[p] * length);
}

void Lines::open(const Breaks& breaks, const Draw& draw) {
  if (!breaks.any()) return;
  whole_ = false;
  for (std::size_t p = 0; p < phases(system_); ++p)
    if (breaks.line[p]) float_line(p, breaks, draw);
  if (!breaks.neutral) return;
  double held = 0;
  Phasor pull{};
  for (std::size_t p = 0; p < phases(system_); ++p) held += draw.to_neutral[p], pull += draw.to_neutral[p] * at_[p];
  star_ = held > 0 ? pull / held : Phasor{};
}

void Lines::float_line(std::size_t line, const Breaks& breaks, const Draw& draw) {
  const std::size_t count = phases(system_);
  Phasor live{};
  double lines = 0;
  for (std::size_t p = 0; p < count; ++p)
    if (!breaks.line[p]) live += at_[p], ++lines;
  if (lines > 0) live /= lines;
  if (lines == 1 && system_ != System::delta) live /= 2;
  const double crosswise = draw.between[line] + draw.between[(line + count - 1) % count];
  const double all = crosswise + draw.to_neutral[line];
  const double share = system_ == System::delta ? 1 : all > 0 ? crosswise / all : 0;
  at_[line] = share * live;
}

Phasor Lines::between(const Tap& tap) const { return at_[tap.line] - (tap.other ? at_[*tap.other] : star_); }

double Lines::volts(const Tap& tap) const {
  if (whole_ && !tap.other) return set_[tap.line];
  if (whole_ && system_ == System::delta && set_[tap.line] == set_[*tap.other]) return set_[tap.line];
  return std::abs(between(tap));
}

Phasor Lines::direction(const Tap& tap) const {
  const Phasor volts = between(tap);
  const double length = std::abs(volts);
  return length > 0 ? volts / length : Phasor{};
}

}  // namespace hwsim::power
