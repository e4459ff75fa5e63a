#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drivers/profile/profile.hpp"
#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"

// An operator's change to a profile that is shipped: a file of its own, `override: NAME`, that survives upgrades. Library applies it. Pure.
namespace holdup::profile {

/// What is changed of every point that is read from `oid`, an object, a column or a row of it; what is not given stays.
struct Change {
  Oid oid;
  int line = 0;
  bool ignore = false;  // the point is left out
  std::optional<double> multiply, divide, offset, lowest, highest;
  std::optional<reading::Lane> lane;
  std::optional<ground::Duration> refresh, every;
};

struct Override {
  std::string profile, file;
  int line = 0;
  std::optional<std::uint32_t> max_repetitions, max_varbinds;
  std::vector<Change> changes;
};

/// Nothing when the file has an error.
[[nodiscard]] std::optional<Override> load_override(const std::string& file, const ground::yaml::Node& root, ground::Problems& problems);
/// A change that meets no point is a problem: it was written for another profile, or another version.
void apply(const Override& change, Profile& profile, ground::Problems& problems);

}  // namespace holdup::profile
