#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "ground/result.hpp"

// What can still be read of a file that was set aside goes into the new one. Used by Scribe.
namespace holdup::store {

class Ledger;

struct Salvaged {
  std::size_t events = 0, audits = 0, blobs = 0;  // in the new file now
  std::optional<ground::Failure> refused;         // by the new file, which must be closed: to be done again
  bool disturbed = false;                         // the disk did not let it be read to its end, which it may another time
};

/// Events in their order, audit records with their hashes, blobs: from the first on up to the damage, and from the last on back to it.
/// Samples and cursors stay where they are: a loss, noted under `name` when all else is done. Done again it writes nothing twice.
[[nodiscard]] Salvaged salvage(const std::string& damaged, const std::string& name, Ledger& into);

}  // namespace holdup::store
