#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "store/catalog.hpp"
#include "store/intake.hpp"
#include "store/ledger.hpp"
#include "store/opening.hpp"
#include "store/store.hpp"

// The store thread: takes work from the intake, events first, commits it, tells the listener; when the disk fails it keeps the work,
// opens the file anew after a while and tries again. Store is its face.
namespace holdup::store {

class Scribe {
 public:
  [[nodiscard]] static ground::Result<std::unique_ptr<Scribe>> open(Options options, Listener& listener);
  ~Scribe();

  [[nodiscard]] ground::Result<void> add(record::Event event);
  [[nodiscard]] ground::Result<void> add(record::Audit record);
  void add(record::Batch batch);
  [[nodiscard]] ground::Result<void> add(Blob blob);
  void add(Cursor cursor);
  [[nodiscard]] ground::Result<void> flush();
  [[nodiscard]] Standing standing() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  Scribe(Options options, Listener& listener);

  void run();
  void wait_for_work(Lock& lock);
  [[nodiscard]] bool has_work_now() const;
  [[nodiscard]] std::optional<Clock::time_point> next_moment() const;
  [[nodiscard]] Work take_work();
  void return_work(Work work);
  [[nodiscard]] ground::Result<void> perform(const Work& work);
  [[nodiscard]] ground::Result<void> commit(const Work& work);
  void tell(Work& work);
  void note_failure(const ground::Failure& failure);
  void note_success(const Work& work);
  void tell_losses();
  [[nodiscard]] bool keep_house(Lock& lock);

  [[nodiscard]] ground::Result<void> ensure_ledger();
  [[nodiscard]] ground::Result<void> make_room();
  [[nodiscard]] ground::Result<void> open_ledger();
  [[nodiscard]] ground::Result<void> put_aside(const std::string& why);
  [[nodiscard]] ground::Result<void> rescue();
  void abandon_ledger(const ground::Failure& failure);
  void give_up(const ground::Failure& failure);

  Options options_;
  Listener& listener_;

  // Of the store thread (of open() before it starts).
  FileLock file_lock_;
  Catalog catalog_;
  std::unique_ptr<Ledger> ledger_;
  std::optional<Ledger::Position> doubt_;  // where the file stood before a commit that failed: the log may hold it whole
  Work doubtful_;                          // … what it was to write
  bool came_about_ = false;                // … and the file as it was opened has it
  std::string damage_;                     // why the file must be set aside before it is opened again
  std::string why_aside_;                  // what was set aside last
  std::set<std::string> left_unsaved_;     // told already: set aside, not all of it taken over
  int refusals_ = 0;                       // of the new file, to take over what was set aside
  ground::Duration retry_after_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;     // for the thread
  std::condition_variable settled_;  // for flush()
  Intake intake_;
  bool degraded_ = false;
  std::string reason_;
  std::uint64_t failures_ = 0;
  bool house_ = true;         // there may be something to do between commits
  bool chore_ready_ = false;  // … and it is done but for a commit
  bool behind_ = false;       // … so much that samples wait
  std::uint64_t samples_ = 0;
  Ledger::Figures figures_;
  std::uint64_t written_before_ = 0, lost_before_ = 0;  // by ledgers closed since
  int flushes_ = 0;                                     // callers that wait
  bool unbidden_ = false;                               // the thread sleeps until it is woken
  bool stop_ = false;
  Clock::time_point samples_due_{};
  Clock::time_point retry_at_{};

  std::thread thread_;  // last: starts when all else stands
};

}  // namespace holdup::store
