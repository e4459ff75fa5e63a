#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ground/result.hpp"

// The free pages of a file given back to the disk. Beside a running daemon a slice at a time, as it does by itself, only on and on; while
// none has the file it is written anew. Used by the verb `db compact`.
namespace holdup::store {

struct Compacted {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
  bool beside_daemon = false;  // the file then shrinks when its log is moved into it: within seconds
};

/// Called between slices with the free pages that are left.
using CompactProgress = std::function<void(std::int64_t pages_left)>;

/// refused: it is no store of ours, or one that can only be written anew while a daemon has it; machine: there is not the room, others hold
/// its log, or the disk fails. What was given back stays so; else the file is as it was.
[[nodiscard]] ground::Result<Compacted> compact(const std::string& path, const CompactProgress& progress);

}  // namespace holdup::store
