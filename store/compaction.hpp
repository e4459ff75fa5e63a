#pragma once

#include <cstdint>
#include <string>

#include "ground/result.hpp"

// The file written anew without its free pages, while no daemon has it. (A running one gives pages back by itself, in slices.) Used by the
// verb `db compact`.
namespace holdup::store {

struct Compacted {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

/// refused: a daemon has the file, or it is no store of ours; machine: there is not the room, or the disk fails. The file is then as it
/// was.
[[nodiscard]] ground::Result<Compacted> compact(const std::string& path);

}  // namespace holdup::store
