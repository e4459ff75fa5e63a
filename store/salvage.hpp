#pragma once

#include <cstddef>
#include <string>

// What can still be read of a file that was set aside goes into the new one. Used by Scribe.
namespace holdup::store {

class Ledger;

struct Salvaged {
  std::size_t events = 0, audits = 0, blobs = 0;
};

/// Events in their order, audit records with their hashes, blobs: from the first on up to the damage, and from the last on back to it.
/// Samples and cursors stay where they are: a loss, and noted as one.
[[nodiscard]] Salvaged salvage(const std::string& damaged, Ledger& into);

}  // namespace holdup::store
