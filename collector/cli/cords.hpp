#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "collector/cli/daemon_client.hpp"
#include "collector/cli/pull.hpp"
#include "ground/result.hpp"

// What `commission` reads of a running daemon: the supplies and their cords, whether one may be pulled now, what was measured meanwhile.
namespace holdup::cli {

/// Of a status. Throws where that is none.
[[nodiscard]] std::vector<Cord> cords_of(const boost::json::object& status);

/// Why this supply's cord must not be pulled now; "" when it may: the load's other supplies are proven good, or attested where nothing
/// tells, nothing of it is open, and nobody works on them.
[[nodiscard]] std::string objection(const boost::json::object& status, const std::string& supply);

/// "cab1" of "cab1/psu1".
[[nodiscard]] std::string load_of(const std::string& supply);

/// The series of these signs from `from` on; where none is kept, no samples.
[[nodiscard]] std::vector<Track> tracks_of(const DaemonClient& daemon, const std::vector<record::Evidence>& signs, ground::Utc from);
/// What the outlets were measured at from `from` on: amperes and watts.
[[nodiscard]] std::vector<Track> meters_of(const DaemonClient& daemon, ground::Utc from);

/// How often and for how long in all the daemon went from evidence in hand to an alert handed over.
struct Handovers {
  double count = 0, seconds = 0;
};
[[nodiscard]] Handovers handovers_of(const DaemonClient& daemon);

}  // namespace holdup::cli
