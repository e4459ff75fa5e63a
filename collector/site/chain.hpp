#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/instant.hpp"

// The power chain as the site file says it: what hangs on what, and its ratings. Plain values of site.hpp; an Index refers into the vector
// of that kind in the same Site; `line` is where the site file says it, 0 where it does not.
namespace holdup::site {

using ground::Duration;
using Index = std::uint32_t;

enum class System : std::uint8_t { single_phase, split, wye, delta, dc };
inline constexpr std::array<std::string_view, 5> system_names{"1ph", "split", "wye", "delta", "dc"};

enum class Sharing : std::uint8_t { active, standby, unknown };
inline constexpr std::array<std::string_view, 3> sharing_names{"active", "standby", "unknown"};

/// Whether a supply's module carries the load's fans: its removal then starts a clock.
enum class Cooling : std::uint8_t { separate, with_supply };
inline constexpr std::array<std::string_view, 2> cooling_names{"separate", "with_supply"};

/// Whose rule a breaker's load is held against: `nec` asks for 80 % where a load lasts.
enum class Code : std::uint8_t { none, iec, nec };
inline constexpr std::array<std::string_view, 3> code_names{"none", "iec", "nec"};

/// Instantaneous range of a breaker: IEC 60898-1 B, C, D; `mccb` is one of IEC 60947-2 with settings of its own.
enum class Curve : std::uint8_t { b, c, d, mccb };
inline constexpr std::array<std::string_view, 4> curve_names{"B", "C", "D", "mccb"};

/// The lines that something hangs on: bit 0 is L1, bit 1 L2, bit 2 L3; 0: not told. Two bits are line to line.
using Phases = std::uint8_t;
/// "1", "2", "3", "12", "23", "31" (or "21", "32", "13"); nothing for anything else.
[[nodiscard]] std::optional<Phases> parse_phases(std::string_view text);
/// "1", "12", "31", "123"; empty for none.
[[nodiscard]] std::string phases_text(Phases phases);
[[nodiscard]] constexpr bool hangs_on(Phases phases, int line) { return ((phases >> (line - 1)) & 1) != 0; }

struct Feed {
  std::string name;
  int line = 0;
  double nominal_volts = 0;  // a magnitude: line to neutral in 1ph, split and wye, line to line in delta, to the return in dc
  bool negative = false;     // dc below earth: nominal_volts: -48
  std::optional<double> rating_amperes;
  std::optional<Curve> curve;
  std::vector<std::pair<std::string, std::string>> upstream;  // labels for people: ups=u1, room=r1
  std::optional<Index> ups;                                   // the one that `upstream.ups` names
};

/// Stands before every feed that names it.
struct Ups {
  std::string name;
  int line = 0;
  std::optional<Index> status;  // device that reports it; the feed of that device is where the UPS hangs
  std::optional<double> rated_watts;
};

/// A transfer switch before one PDU, whose own feed is the preferred source.
struct Ats {
  std::string name;
  int line = 0;
  std::optional<Index> status;            // device that reports it
  Index carries = 0;                      // the device that is the PDU behind it
  Index alternate = 0;                    // feed
  std::optional<Duration> transfer_time;  // as its data sheet prints it: what is behind it is without power for so long
};

/// A breaker of a PDU and the outlets behind it.
struct Bank {
  std::string name;
  int line = 0;
  Index pdu = 0;
  std::optional<double> rating_amperes;
  std::vector<std::string> outlets;  // as printed on the PDU; empty: not told
  Phases phases = 0;
};

/// Something plugged into an outlet.
struct Cord {
  Index pdu = 0;
  std::string outlet;  // as printed there
  bool operator==(const Cord&) const = default;
};

/// A network switch that devices are reached through.
struct Switch {
  std::string name;
  int line = 0;
  std::vector<Cord> cords;  // empty: where it hangs is not told
};

/// What a supply may give at a line voltage. volts 0: at any.
struct RatedWatts {
  double volts = 0, watts = 0;
  bool operator==(const RatedWatts&) const = default;
};

/// How long a supply bridges without input, as its data sheet prints it. watts 0: whatever it gives.
struct HoldUp {
  double watts = 0;
  Duration length{};
  bool operator==(const HoldUp&) const = default;
};

struct Supply {
  std::string name;  // "psu1"
  int line = 0;
  Index load = 0;
  std::optional<Index> pdu;             // device that its cord hangs on
  std::string outlet;                   // on that PDU, as printed there
  std::optional<Index> status;          // device that reports it
  std::vector<RatedWatts> rated_watts;  // by rising volts
  std::vector<HoldUp> holdup;           // by rising watts
  std::optional<double> input_min_volts, input_max_volts;
};

/// Stored energy inside a load: a BBU of a shelf, a cache battery.
struct Battery {
  std::string name;
  Index load = 0;
  std::optional<Index> status;
};

struct Load {
  std::string name;
  int line = 0;
  std::optional<double> needs_watts;
  Sharing sharing = Sharing::unknown;
  Cooling cooling = Cooling::separate;
  std::optional<Duration> shutdown_after;  // without a fan module, as its data sheet says
  std::optional<Index> status;             // the device that reports the load itself: an array's card, with its cache
  std::vector<Index> supplies;             // into Site::supplies
  std::vector<Index> batteries;            // into Site::batteries
};

/// Where the collector's own machine hangs, and the switches on its way to everything.
struct Self {
  int line = 0;
  std::vector<Cord> supplies;
  std::vector<std::string> path;  // "switch/sw1"
};

}  // namespace holdup::site
