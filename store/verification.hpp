#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "store/reader.hpp"

// Looks at every byte of a store file, slice by slice, beside a running daemon: SQLite's own structure, every checksum, every column of
// every chunk, the chain of the audit records. Used by the verbs `db verify` and `db backup`.
namespace holdup::store {

class Verification {
 public:
  /// Failures as those of Reader::open; malformed: no database, which is a flaw by itself.
  [[nodiscard]] static ground::Result<Verification> open(const std::string& path);
  Verification(Verification&&) noexcept;
  ~Verification();

  /// A slice of some 0.1 s, but for SQLite's check of a large table; false when nothing is left. What is wrong is a flaw, not a failure.
  [[nodiscard]] bool step();
  [[nodiscard]] const std::vector<Flaw>& flaws() const;

  struct Counts {
    std::uint64_t events = 0, audit_records = 0, series = 0, journal_rows = 0, chunks = 0, samples = 0, summaries = 0, blobs = 0;
  };
  [[nodiscard]] const Counts& counts() const;
  /// What is looked at next: "chunks".
  [[nodiscard]] std::string stage() const;

 private:
  class Stages;
  explicit Verification(std::unique_ptr<Stages> stages);
  std::unique_ptr<Stages> stages_;
};

}  // namespace holdup::store
