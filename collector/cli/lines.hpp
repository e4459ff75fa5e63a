#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collector/plan/rhythm.hpp"
#include "collector/plan/wire_time.hpp"
#include "collector/site/site.hpp"
#include "drivers/profile/library.hpp"
#include "ground/problem.hpp"

// The arithmetic of every line of a site: what each device's questions cost the pair of wires, or the connection, that it shares with
// others; whether that fits; and what a written period asks of a device that measures more slowly. On paper: no device is touched.
namespace holdup::cli {

using ground::Duration;

/// One rhythm of one device.
struct Load {
  reading::Lane lane{};
  std::optional<site::Every> own = {};  // of single points, not of a lane
  Duration period{}, patience{};        // with an answer
  std::size_t requests = 0, registers = 0, bytes = 0;
  Duration takes{};  // all of its requests and answers
  [[nodiscard]] double share() const { return ground::seconds(takes) / ground::seconds(period); }
  /// The shortest period whose usual time-out, half of it, does not cut this off.
  [[nodiscard]] Duration shortest() const;
};

struct UnitLoad {
  site::Index device = 0;
  const profile::Profile* profile = nullptr;  // nullptr: not written, so its registers are assumed
  bool at_most = false;                       // the device itself decides which registers it has
  Duration turnaround{};
  bool turnaround_known = false;
  Duration timeout{};  // of the question that shows whether it lives
  std::vector<Load> loads;
  [[nodiscard]] double share() const;
  /// Its figures follow from what is written: those of a serial line's units but for a usual turnaround.
  [[nodiscard]] bool certain(bool serial) const { return profile != nullptr && !at_most && (serial || turnaround_known); }
};

struct Line {
  enum class Kind { serial, device_server, host };  // host: of Modbus TCP units
  Kind kind = Kind::serial;
  std::string name;
  drivers::SerialLine serial = {};  // of a device server: assumed
  unsigned at_once = 1;             // questions that the host bears
  std::vector<UnitLoad> units;

  [[nodiscard]] double living() const;    // share of the time that questions and answers take
  [[nodiscard]] double reserved() const;  // … that time-outs of the dead may take
  [[nodiscard]] double left() const { return 1 - living() - reserved(); }
  enum class Known { identified, never };
  /// When `dead` of the units are, the costliest of them: one that lives again is asked within.
  [[nodiscard]] Duration asked_again(std::size_t dead, Known known) const;
  /// The shortest period of all hot lanes that fits; nothing when none does.
  [[nodiscard]] std::optional<Duration> smallest_hot() const;
  [[nodiscard]] bool certain(const UnitLoad& unit) const { return unit.certain(kind == Kind::serial); }
  /// It cannot be kept even if all that is assumed cost nothing.
  [[nodiscard]] bool certainly_full() const;
};

/// Serial lines with any number of units; hosts with several, or all.
enum class Hosts { shared, all };
[[nodiscard]] std::vector<Line> lines_of(const site::Site& site, const profile::Library& library, Hosts hosts = Hosts::shared);

/// What cannot be met, or asks more than a device measures, or names points that no profile has.
void judge_rhythms(const site::Site& site, const profile::Library& library, const std::string& file, ground::Problems& problems);

void print_line(const Line& line, const site::Site& site);
[[nodiscard]] std::string line_json(const Line& line, const site::Site& site);

}  // namespace holdup::cli
