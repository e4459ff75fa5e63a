#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "rack.hpp"
#include "store/store.hpp"

// The host of a store under fault: remembers what it was told, and goes through one life of the rack with it.
namespace holdup::store::fault {

/// In memory, where that can be, what is asked of a disk is an order of operations; on a real one it takes its time, too.
class Folder {
 public:
  enum class Where { memory, disk };
  explicit Folder(Where where = Where::memory);
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] std::string file(const std::string& name = "r12.db") const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }
  void clear() const;

 private:
  std::filesystem::path path_;
};

class Witness final : public Listener {
 public:
  explicit Witness(unsigned life) { life_.number = life; }

  void durable(std::vector<record::Event> events) override;
  void degraded(bool is, const std::string& reason) override;
  void set_aside(const SetAside& damaged) override;
  void committed(const Commit& commit) override;
  /// The first so many audit records were appended before a flush that succeeded.
  void note_audits(std::size_t count);

  /// Waits until the store has said that recording fails, or that it does so no more; false after twenty seconds.
  [[nodiscard]] bool await_degradation();
  [[nodiscard]] bool await_recovery();
  [[nodiscard]] Life life() const;
  /// What it knew after so many things that it was told; each leaves a mark among the disk's deeds.
  [[nodiscard]] Life life_at(std::size_t marks) const;
  [[nodiscard]] std::size_t marks() const;
  [[nodiscard]] std::vector<SetAside> aside() const;

 private:
  void remember();

  struct Known {
    std::size_t acknowledged = 0, samples = 0, audits = 0;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Life life_;
  std::vector<Known> known_;
  std::vector<SetAside> aside_;
  bool degraded_ = false;
  std::size_t degradations_ = 0;
};

inline constexpr ground::Duration kept = std::chrono::hours{48};

/// Impatient, with an appetite for housekeeping, and a short memory for samples.
[[nodiscard]] Options options(const std::string& path, unsigned life);

/// What one life does: so many rounds of an event and some batches, with an audit record, a blob, a cursor and a flush here and there.
/// Failures of the disk are borne; a full intake ends it.
struct Script {
  std::size_t rounds = 12;
  std::size_t batches_a_round = 3;
};
void live(Store& store, Witness& witness, const Script& script);
/// Flushes until it succeeds; false after twenty seconds.
[[nodiscard]] bool settle(Store& store);

}  // namespace holdup::store::fault
