#pragma once

#include <array>
#include <complex>
#include <cstddef>

#include "hw-sim/power/rack.hpp"

// The live conductors of a feed or a PDU as phasors against the source's neutral, and what is between them when one of them or the
// neutral is open: an open line floats on the loads between it and the others, an open neutral on the loads of all. Used by Circuit.
namespace hwsim::power {

inline constexpr std::size_t max_phases = 3;

/// What is connected between conductors, in watts: it decides where one that is open floats.
struct Draw {
  std::array<double, max_phases> to_neutral{};
  std::array<double, max_phases> between{};  // line p and the next

  void add(const Tap& tap, double watts);
  void add(const Draw& other);
};

struct Breaks {
  std::array<bool, max_phases> line{};
  bool neutral = false;
  [[nodiscard]] bool any() const { return neutral || line[0] || line[1] || line[2]; }
};

class Lines {
 public:
  Lines() = default;
  /// As they come: volts of each phase as `nominal_volts` counts them.
  Lines(System system, const std::array<double, max_phases>& volts);

  /// Opens lines and neutral. First order: an open line is drawn towards the middle of the live ones by the share of its loads that hang
  /// between lines, so to at most half; the star point goes where the loads of the lines hold each other.
  void open(const Breaks& breaks, const Draw& draw);

  /// 0 or above.
  [[nodiscard]] double volts(const Tap& tap) const;
  /// Of the n-th phase as it is metered: line to neutral, in a delta to the next line.
  [[nodiscard]] double phase_volts(std::size_t n) const { return volts(tap_of(system_, n)); }
  /// Which way a current between these flows, of length 1; 0 where there are no volts.
  [[nodiscard]] std::complex<double> direction(const Tap& tap) const;

 private:
  void float_line(std::size_t line, const Breaks& breaks, const Draw& draw);
  [[nodiscard]] std::complex<double> between(const Tap& tap) const;

  System system_ = System::single_phase;
  std::array<double, max_phases> set_{};
  bool whole_ = true;  // nothing floats: what was set is what there is, to the last digit
  std::array<std::complex<double>, max_phases> at_{};
  std::complex<double> star_{};
};

}  // namespace hwsim::power
