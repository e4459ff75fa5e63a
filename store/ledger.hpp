#pragma once

#include <memory>
#include <string>

#include "ground/result.hpp"
#include "store/catalog.hpp"
#include "store/intake.hpp"

// The one writing connection to the file: opens and checks it, lays it out when new, and commits Work. Used by Scribe on the store
// thread. Failures: refused = not ours to write (newer, another program's), malformed = damaged, machine = disk, permissions, locks.
namespace holdup::store {

class Ledger {
 public:
  [[nodiscard]] static ground::Result<std::unique_ptr<Ledger>> open(const std::string& path, Catalog& catalog);
  ~Ledger();

  /// One transaction, synced to the disk before it returns. After a failure this Ledger must be closed and the file opened again.
  [[nodiscard]] ground::Result<void> commit(const Work& work);
  /// Moves the write-ahead log into the file when it has grown over so many pages.
  [[nodiscard]] ground::Result<void> tidy(int beyond_pages);

 private:
  struct Connection;
  Ledger(std::unique_ptr<Connection> connection, Catalog& catalog);

  void write(const Work& work);
  void write_batch(const record::Batch& batch);

  std::unique_ptr<Connection> connection_;
  Catalog& catalog_;
};

}  // namespace holdup::store
