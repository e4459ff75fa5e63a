#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "store/reader.hpp"
#include "store/store.hpp"

// The rack whose history the fault tests record: every event and every poll reply follows from the number of its life (one run of a store)
// and its own number, so that what a file holds can be held against what was written into it.
namespace holdup::store::fault {

inline constexpr unsigned devices = 4;
inline constexpr unsigned series_a_device = 12;

[[nodiscard]] std::string boot_of(unsigned life);
/// The n-th of its life, from 1.
[[nodiscard]] record::Event event_of(unsigned life, std::size_t n);
/// More than so many batches no life has.
inline constexpr std::size_t most_batches = 1900;
/// The n-th of its life, from 1, most of them ten seconds after the one before; of one device, or of all of them. The first declares all
/// series.
[[nodiscard]] record::Batch batch_of(unsigned life, std::size_t n);
/// What the n-th batch counts for in Commit::samples.
[[nodiscard]] std::size_t samples_of(std::size_t n);
/// The n-th of its life, from 1.
[[nodiscard]] record::Audit audit_of(unsigned life, std::size_t n);
[[nodiscard]] Blob blob_of(unsigned life, std::size_t n);

/// What one life appended and was told.
struct Life {
  unsigned number = 0;
  std::vector<std::string> acknowledged;  // ids of events told durable
  std::size_t samples = 0;                // told committed
  std::size_t audits = 0;                 // appended before a flush that succeeded
};

/// How a file's samples compare with what its lives wrote.
struct Comparison {
  std::size_t points = 0;   // read
  std::size_t wrong = 0;    // another value, quality or age, or never written at all
  std::size_t doubled = 0;  // there more than once
  std::size_t lost = 0;     // batches told committed that are not there whole
  std::size_t expired = 0;  // batches that are gone, as they may be by their age
  std::size_t torn = 0;     // batches of which only a part is there, or that are there without one before them
  std::string first;        // in words, the first of these
};
/// Samples that are older than the newest by more than `kept` may be gone.
[[nodiscard]] ground::Result<Comparison> compare_samples(Reader& reader, const std::vector<Life>& lives,
                                                         ground::Duration kept = std::chrono::days{10'000});

struct Events {
  std::size_t stored = 0;
  std::size_t missing = 0;  // acknowledged, not there
  std::string first;        // what else is wrong: an id twice, a gap, another text; empty when all is well
};
[[nodiscard]] ground::Result<Events> compare_events(Reader& reader, const std::vector<Life>& lives);

/// What is wrong with the audit records, first of all with their chain; empty when all is well.
[[nodiscard]] ground::Result<std::string> compare_audits(Reader& reader, const std::vector<Life>& lives);

/// What SQLite's own check says of a file: "ok".
[[nodiscard]] std::string integrity(const std::string& path);

}  // namespace holdup::store::fault
