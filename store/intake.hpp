#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "store/record/audit.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// What waits for the store thread, with its bounds: events are refused when too many wait, batches lose their oldest. Not locked:
// Scribe does that.
namespace holdup::store {

struct Blob {
  std::string kind;  // "capture"
  std::string key;
  std::vector<std::uint8_t> bytes;
};

struct Cursor {
  std::string name;
  std::int64_t position = 0;
};

/// What one transaction writes.
struct Work {
  std::vector<record::Event> events;
  std::vector<record::Audit> audits;
  std::vector<record::Batch> batches;
  std::vector<Blob> blobs;
  std::vector<Cursor> cursors;

  [[nodiscard]] bool empty() const { return events.empty() && audits.empty() && batches.empty() && blobs.empty() && cursors.empty(); }
};

struct Bounds {
  std::size_t events = 10'000;
  ground::Duration samples_span = std::chrono::seconds{600};  // oldest to newest waiting batch
  std::size_t samples = 4'000'000;
  std::size_t blob_bytes = 64U << 20U;
};

class Intake {
 public:
  explicit Intake(const Bounds& bounds) : bounds_{bounds} {}

  [[nodiscard]] ground::Result<void> add(record::Event event);
  [[nodiscard]] ground::Result<void> add(record::Audit record);
  void add(record::Batch batch);
  [[nodiscard]] ground::Result<void> add(Blob blob);
  void add(Cursor cursor);

  /// The events that wait, at most `most`, all audit records and blobs; they count as waiting until done() or give_back().
  [[nodiscard]] Work take_urgent(std::size_t most);
  /// Batches in their order, until `most_samples` are reached, and all cursors.
  [[nodiscard]] Work take_rest(std::size_t most_samples);
  void done(const Work& work);
  void give_back(Work work);

  [[nodiscard]] bool urgent_waits() const { return !events_.empty() || !audits_.empty() || !blobs_.empty(); }
  [[nodiscard]] bool rest_waits() const { return !batches_.empty() || !cursors_.empty(); }
  /// Nothing waits and nothing is being written.
  [[nodiscard]] bool idle() const { return !urgent_waits() && !rest_waits() && !out_; }
  [[nodiscard]] std::size_t waiting_events() const { return events_.size() + events_out_; }
  [[nodiscard]] std::size_t waiting_samples() const { return samples_; }
  [[nodiscard]] std::uint64_t dropped_samples() const { return dropped_; }

 private:
  void drop_beyond_bounds();

  Bounds bounds_;
  std::deque<record::Event> events_;
  std::vector<record::Audit> audits_;
  std::deque<record::Batch> batches_;
  std::vector<Blob> blobs_;
  std::vector<Cursor> cursors_;
  std::size_t events_out_ = 0, audits_out_ = 0;  // taken, not yet committed …
  bool out_ = false;                             // … or anything is
  std::size_t samples_ = 0;
  std::size_t blob_bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace holdup::store
