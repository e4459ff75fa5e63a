#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "damage.hpp"
#include "rack.hpp"

// Files with a history, to be damaged, and all that a reader can ask of them.
namespace holdup::store::fault {

enum class With { journal, chunks };
/// As a kill would leave it: while the store is open, with all in the log or the file that was committed. Its life comes to `lives`.
[[nodiscard]] Files grown(const std::string& name, std::size_t rounds, With with, std::vector<Life>& lives);

/// Reads everything that a reader can read, of the file as it is and as one set aside; what comes on the way is not looked at, that it
/// comes to an end is. Of so many series only one is read, beginning with the first.
void read_all_of(const std::string& path, std::size_t one_of = 1);

}  // namespace holdup::store::fault
