#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "store/catalog.hpp"
#include "store/housekeeper.hpp"
#include "store/intake.hpp"
#include "store/log.hpp"

// The one writing connection to the file: opens and checks it, lays it out when new, commits Work, and lets the housekeeper work in
// between. Used by Scribe on the store thread. Failures: refused = not ours to write (newer, another program's), malformed = damaged,
// machine = disk, permissions, locks.
namespace holdup::store {

struct OldAudit {
  std::int64_t seq = 0;
  record::Audit record;
  std::vector<std::uint8_t> hash;
};

/// Read in a file that was set aside.
struct Rescued {
  std::vector<record::Event> events;
  std::vector<OldAudit> audits;  // as they were
  std::vector<Blob> blobs;
  std::optional<Loss> loss;  // what stays there: the rest is all taken over
};

class Ledger {
 public:
  [[nodiscard]] static ground::Result<std::unique_ptr<Ledger>> open(const std::string& path, Catalog& catalog, const Rules& rules,
                                                                    Log log = Log::believed);
  ~Ledger();

  /// One transaction, synced to the disk before it returns; samples take a chore of the housekeeper along. After a failure this Ledger must
  /// be closed and the file opened again.
  [[nodiscard]] ground::Result<void> commit(const Work& work);
  /// How far the file has come; before a commit, so that after its failure the reopened file can tell whether it came about nonetheless.
  struct Position {
    std::int64_t row = 0;    // of the journal
    std::int64_t audit = 0;  // of the chain
  };
  [[nodiscard]] Position position() const;
  /// Moves the write-ahead log into the file when it has grown over so many pages.
  [[nodiscard]] ground::Result<void> tidy(int beyond_pages);

  /// A slice of housekeeping; false: nothing to do before the next commit.
  [[nodiscard]] ground::Result<bool> keep_house();
  /// Something of it waits to be committed …
  [[nodiscard]] bool chore_waits() const;
  /// … and is, alone.
  [[nodiscard]] ground::Result<void> commit_chore();
  /// Samples should wait for it.
  [[nodiscard]] bool behind() const;

  struct Figures {
    std::uint64_t bytes_written = 0;  // since this Ledger was opened
    std::uint64_t file_bytes = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t lost_samples = 0;  // since this Ledger was opened
  };
  [[nodiscard]] Figures figures() const;
  /// What was found lost since the last call.
  [[nodiscard]] std::vector<Loss> take_losses();

  /// One transaction; what is there already stays as it is. refused: the chain of audit records has gone on otherwise, and nothing is
  /// written; after any other failure this Ledger must be closed.
  [[nodiscard]] ground::Result<void> take_over(const Rescued& rescued);
  /// A loss of this name was noted by an earlier transaction.
  [[nodiscard]] ground::Result<bool> knows_loss(const std::string& what);

 private:
  struct Connection;
  Ledger(std::unique_ptr<Connection> connection, Catalog& catalog);

  [[nodiscard]] ground::Result<void> attempt(const Work& work, bool with_chore);
  void write(const Work& work);
  void write_audits(const std::vector<record::Audit>& audits);
  [[nodiscard]] bool write_rescued(const Rescued& rescued);
  void committed(bool with_chore);

  std::unique_ptr<Connection> connection_;
  Catalog& catalog_;
};

}  // namespace holdup::store
