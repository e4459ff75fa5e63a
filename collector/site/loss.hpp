#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/site/breaker.hpp"
#include "collector/site/flow.hpp"

// What the loss of one element does to a rack, reckoned from the site file's ratings and what the loads draw: `holdup whatif`.
namespace holdup::site {

/// A breaker that carries more than before.
struct Strain {
  Burden burden;
  double amperes_before = 0;
  std::optional<TripTime> trip;  // nothing: it holds
  std::vector<Index> then_dark;  // loads that its trip would take, too
};

/// A load that loses something and lives.
struct Survivor {
  Index load = 0;
  std::vector<Index> off, on;         // its supplies
  std::vector<Element> shared;        // what those that live have in common: no path redundancy is left
  std::optional<double> rated_watts;  // all that live together, at their line's volts
};

struct Loss {
  std::vector<Element> dark;       // feeds, UPSs, transfer switches, PDUs, banks, loads, network switches, `self`; the lost one first
  std::vector<Index> transferred;  // transfer switches that take their alternate source
  std::vector<Index> on_battery;   // UPSs: how long is not known on paper
  std::vector<Survivor> survivors;
  std::vector<Strain> strains;  // the most strained first
  std::vector<Element> silent;  // device/NAME whose card or way to us is dark
  Flow flow;
};

/// Every element that may be lost, in the file's order.
[[nodiscard]] std::vector<Element> every_element(const Site& site);

/// `load_watts` by load.
[[nodiscard]] Loss lose(const Site& site, const Element& element, std::span<const double> load_watts);

}  // namespace holdup::site
