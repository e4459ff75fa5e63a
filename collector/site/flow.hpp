#pragma once

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "collector/site/site.hpp"

// Where the loads' power flows when some elements of the chain are lost, computed from the site file's ratings. Watts are taken as drawn at
// the outlet with a power factor of one; supplies draw constant power. Used by `check` and by `whatif`.
namespace holdup::site {

using Elements = std::set<Element>;

struct Flow {
  std::vector<std::optional<Index>> pdu_feed;  // by device: the feed that carries it; none where it is dark or no PDU
  std::vector<bool> alive;                     // by supply; one without a cord lives until it, or its load, is lost itself
  std::vector<double> watts;                   // by supply
  std::vector<bool> dark;                      // by load: no supply lives
};

/// What part of the whole each of these supplies of one load gives, where they share: by rating where every one is known, else alike.
[[nodiscard]] std::vector<double> shares_of(const Site& site, std::span<const Index> living);

/// Each load's needs_watts; 0 where it has none.
[[nodiscard]] std::vector<double> needed_watts(const Site& site);

/// `load_watts` by load. Those that live share as they are rated, of a standby load the first carries all. A transfer switch takes the
/// alternate source where the preferred one is dark; a UPS carries on whatever happens before it.
[[nodiscard]] Flow flow_without(const Site& site, const Elements& lost, std::span<const double> load_watts);

/// Whether an outlet brings power.
[[nodiscard]] bool lives(const Site& site, const Elements& lost, const Flow& flow, const Cord& cord);

/// What goes through one pole of a breaker.
struct Burden {
  Element element;  // a feed, a PDU or a bank
  int line = 0;     // L1 to L3; 0 where there is only one, or of a bank all poles alike
  double amperes = 0;
  double rating_amperes = 0;
  std::optional<Curve> curve;
  [[nodiscard]] double ratio() const { return amperes / rating_amperes; }
};

/// Every breaker that has a rating, at nominal volts, line by line. Currents of several phases add as phasors.
[[nodiscard]] std::vector<Burden> burdens_of(const Site& site, const Flow& flow);

/// What flows through each UPS, in watts.
[[nodiscard]] std::vector<double> ups_watts(const Site& site, const Flow& flow);

/// The lines of an outlet are not told where there are several: what its breakers and its feed carry cannot be known.
[[nodiscard]] bool lines_unknown(const Site& site, const Cord& cord);

}  // namespace holdup::site
