#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "store/intake.hpp"
#include "store/loss.hpp"
#include "store/record/audit.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"
#include "store/retention.hpp"

// The writer of a rack's history: a thread of its own, on which events are committed at once and samples once a second. The host
// appends from any thread, never waits, and hears by its Listener what is durable. Reading is Reader's.
namespace holdup::store {

struct SetAside {
  std::string path;  // where the damaged file lies now, with what is not saved: samples first of all
  std::string why;
  std::size_t events_saved = 0;  // copied from it into the new file
  std::size_t audits_saved = 0;
  std::size_t blobs_saved = 0;
};

struct Commit {
  std::size_t events = 0;  // and audit records
  std::size_t samples = 0;
  ground::Duration took{};  // the transaction with its sync
};

/// Told on the store thread, and during open() on the caller's: post to your own loop, do not wait, do not throw.
class Listener {
 public:
  virtual ~Listener() = default;
  /// These are on the disk, in the order of their append; `durable` is set. Each is told once for each append.
  virtual void durable(std::vector<record::Event> events) = 0;
  /// Recording fails, for this reason (said again when it changes), or does so no more (reason empty).
  virtual void degraded(bool is, const std::string& reason) = 0;
  virtual void set_aside(const SetAside& damaged) = 0;
  virtual void committed(const Commit&) {}
  virtual void lost(const Loss&) {}
};

struct Options {
  std::string path;
  std::string boot;  // of the samples; an event carries its own
  Bounds bounds{};
  Retention retention{};
  std::int64_t seal_after = 128;  // commits with samples, until they become chunks
  ground::Duration sample_period = std::chrono::seconds{1};
  ground::Duration first_retry = std::chrono::milliseconds{100};  // doubled up to last_retry
  ground::Duration last_retry = std::chrono::seconds{5};
};

struct Standing {
  bool degraded = false;
  std::string reason;
  std::size_t waiting_events = 0;
  std::size_t waiting_samples = 0;
  std::uint64_t dropped_samples = 0;
  std::uint64_t samples = 0;        // committed since the start
  std::uint64_t bytes_written = 0;  // … and what was written to the disk since then, log and file: flash wears by it
  std::uint64_t file_bytes = 0;     // the pages in use
  std::uint64_t log_bytes = 0;      // the write-ahead log
  std::uint64_t lost_samples = 0;   // of what was durable: in damaged blocks, or gone before their time for max_bytes
};

class Scribe;

class Store {
 public:
  /// refused: another daemon has the file, it is a newer holdup's or another program's, or lies on a network file system. A disk that
  /// fails is no failure here: the store starts degraded and goes on trying.
  [[nodiscard]] static ground::Result<Store> open(Options options, Listener& listener);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept = delete;
  /// Commits what waits, once; what the disk refuses then was never told durable.
  ~Store();

  /// Fails when too many events wait: keep it and come again. An id that the file has already is not written twice, but told durable.
  [[nodiscard]] ground::Result<void> append(record::Event event);
  /// Durable before flush() returns, in the chain of hashes; as urgent as an event.
  [[nodiscard]] ground::Result<void> append(record::Audit record);
  /// The oldest that wait are dropped and counted when the disk refuses for too long.
  void append(record::Batch batch);
  /// Replaces what was there under this kind and key; as urgent as an event. Fails when too many bytes wait.
  [[nodiscard]] ground::Result<void> put(Blob blob);
  /// Committed within the second.
  void set(Cursor cursor);

  /// Waits until all that was appended before is committed and told; fails with the reason when an attempt fails.
  [[nodiscard]] ground::Result<void> flush();
  [[nodiscard]] Standing standing() const;

 private:
  explicit Store(std::unique_ptr<Scribe> scribe);
  std::unique_ptr<Scribe> scribe_;
};

}  // namespace holdup::store
