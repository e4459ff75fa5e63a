#pragma once

#include <optional>
#include <vector>

#include "collector/derive/ways.hpp"
#include "collector/detect/facts.hpp"
#include "collector/detect/meters.hpp"

// What supplies carry at this moment, as far as that is known, and what a survivor would take over if something else were lost. Supplies
// draw constant power: what one gives up its siblings take, whatever their volts. Pure.
namespace holdup::derive {

class Carried {
 public:
  /// `meters`: input_voltage and line_voltage of the PDUs' inlets.
  Carried(const site::Site& site, const Ways& ways, const detect::Facts& facts, const detect::Meters& meters)
      : site_{site}, ways_{ways}, facts_{facts}, meters_{meters}, doubted_(site.devices.size()) {}

  /// What of this device is measured is not what it measures: nothing is reckoned with it.
  void doubt(Index device, bool doubted) { doubted_[device] = doubted; }
  [[nodiscard]] bool doubted(Index device) const { return doubted_[device]; }
  /// It answers, and is not in doubt.
  [[nodiscard]] bool trusted(Index device) const { return facts_.hearing(device).heard() && !doubted_[device]; }

  enum class At : std::uint8_t { input, output };
  /// Voltamperes at its inlet (watts where no amperes are told), or watts at its output (more where only its input is told); 0 of a supply
  /// that is lost; nothing where that is not known.
  [[nodiscard]] std::optional<double> power(Index supply, At at) const;
  /// Volts at its inlet, nominal where they are not told.
  [[nodiscard]] std::optional<double> volts(Index supply) const;

  /// What siblings that live now, and then no more, give up together.
  struct Freed {
    std::optional<double> power;   // nothing: not known
    std::vector<Index> survivors;  // none: nobody is left to take it
  };
  [[nodiscard]] Freed freed(Index load, const Without& without, At at) const;
  /// The part of it that one survivor takes; nothing where that is not known.
  [[nodiscard]] std::optional<double> taken_by(Index supply, const Freed& freed) const;

 private:
  [[nodiscard]] std::optional<double> told(const detect::Track* track, Index supply) const;
  [[nodiscard]] std::optional<double> at_inlet(Index supply) const;
  [[nodiscard]] bool meter_lives(const detect::Track& track, Index supply) const;

  const site::Site& site_;
  const Ways& ways_;
  const detect::Facts& facts_;
  const detect::Meters& meters_;
  std::vector<bool> doubted_;
};

}  // namespace holdup::derive
