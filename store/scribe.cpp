#include "store/scribe.hpp"

#include <algorithm>
#include <utility>

#include "store/aside.hpp"
#include "store/salvage.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr std::size_t most_events_a_commit = 1000;
constexpr std::size_t most_samples_a_commit = 200'000;  // so that events wait for some 20 ms at most while a backlog is written

// Pages of 4 KiB: SQLite's own default after samples; after events, where the next one may be near, only when it must be.
constexpr int log_pages_after_samples = 1000;
constexpr int log_pages_after_events = 8000;

constexpr int most_refusals = 3;
constexpr auto longest_clearing = std::chrono::milliseconds{200};  // after an opening that follows a failure; events wait for it

std::size_t samples_in(const Work& work) {
  std::size_t count = 0;
  for (const record::Batch& batch : work.batches) count += batch.samples.size();
  return count;
}

}  // namespace

ground::Result<std::unique_ptr<Scribe>> Scribe::open(Options options, Listener& listener) {
  std::unique_ptr<Scribe> scribe{new Scribe{std::move(options), listener}};
  if (const auto opened = scribe->ensure_ledger(); !opened) {
    if (opened.error().kind == FailureKind::refused) return opened.error();
    scribe->note_failure(opened.error());
  }
  scribe->thread_ = std::thread{&Scribe::run, scribe.get()};
  return scribe;
}

Scribe::Scribe(Options options, Listener& listener)
    : options_{std::move(options)},
      listener_{listener},
      catalog_{options_.boot},
      retry_after_{options_.first_retry},
      intake_{options_.bounds} {}

Scribe::~Scribe() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

ground::Result<void> Scribe::add(record::Event event) {
  Lock lock{mutex_};
  auto added = intake_.add(std::move(event));
  lock.unlock();  // whoever is woken needs it
  if (added) wake_.notify_one();
  return added;
}

ground::Result<void> Scribe::add(record::Audit record) {
  const std::lock_guard lock{mutex_};
  auto added = intake_.add(std::move(record));
  if (added) wake_.notify_one();
  return added;
}

void Scribe::add(record::Batch batch) {
  Lock lock{mutex_};
  intake_.add(std::move(batch));
  const bool wake = std::exchange(unbidden_, false);
  lock.unlock();
  if (wake) wake_.notify_one();
}

ground::Result<void> Scribe::add(Blob blob) {
  const std::lock_guard lock{mutex_};
  auto added = intake_.add(std::move(blob));
  if (added) wake_.notify_one();
  return added;
}

void Scribe::add(Cursor cursor) {
  const std::lock_guard lock{mutex_};
  intake_.add(std::move(cursor));
  wake_.notify_one();
}

ground::Result<void> Scribe::flush() {
  Lock lock{mutex_};
  const auto failures = failures_;
  ++flushes_;
  lock.unlock();
  wake_.notify_one();
  lock.lock();
  settled_.wait(lock, [&] { return intake_.idle() || failures_ != failures; });
  --flushes_;
  if (intake_.idle()) return {};
  return Failure{FailureKind::machine, reason_};
}

Standing Scribe::standing() const {
  const std::lock_guard lock{mutex_};
  return {.degraded = degraded_,
          .reason = reason_,
          .waiting_events = intake_.waiting_events(),
          .waiting_samples = intake_.waiting_samples(),
          .dropped_samples = intake_.dropped_samples(),
          .samples = samples_,
          .bytes_written = written_before_ + figures_.bytes_written,
          .file_bytes = figures_.file_bytes,
          .log_bytes = figures_.log_bytes,
          .lost_samples = lost_before_ + figures_.lost_samples};
}

void Scribe::run() {
  Lock lock{mutex_};
  for (;;) {
    wait_for_work(lock);
    if (stop_ && intake_.idle() && !degraded_) return;
    Work work = take_work();
    lock.unlock();
    const auto done = perform(work);
    if (done) tell(work);
    lock.lock();
    done ? intake_.done(work) : return_work(std::move(work));
    if (flushes_ > 0) {
      lock.unlock();
      settled_.notify_all();
      lock.lock();
    }
    if (stop_ && (!done || intake_.idle())) return;
  }
}

void Scribe::wait_for_work(Lock& lock) {
  while (!has_work_now()) {
    if (keep_house(lock)) continue;
    const auto moment = next_moment();
    unbidden_ = !moment;
    if (moment)
      wake_.wait_until(lock, *moment);
    else
      wake_.wait(lock);
    unbidden_ = false;
  }
}

bool Scribe::has_work_now() const {
  if (stop_) return true;
  if (degraded_) return Clock::now() >= retry_at_ || (flushes_ > 0 && !intake_.idle());
  if (intake_.urgent_waits()) return true;
  const bool due = Clock::now() >= samples_due_ || flushes_ > 0;
  if (intake_.rest_waits()) return due && !behind_;
  return chore_ready_ && due;
}

// A slice, without the lock; false: there is nothing to do, or nothing to do it with.
bool Scribe::keep_house(Lock& lock) {
  if (!ledger_ || degraded_ || !house_) return false;
  lock.unlock();
  const auto more = ledger_->keep_house();
  const bool chore = ledger_->chore_waits();
  const bool behind = ledger_->behind();
  if (!more) give_up(more.error());
  tell_losses();
  lock.lock();
  house_ = more && *more && !chore;
  chore_ready_ = chore;
  behind_ = behind && house_;
  return true;
}

// After a commit of samples the next ones are near: they need not wake the thread.
std::optional<Scribe::Clock::time_point> Scribe::next_moment() const {
  if (degraded_) return retry_at_;
  if (intake_.rest_waits() || chore_ready_ || Clock::now() < samples_due_) return samples_due_;
  return std::nullopt;
}

// What is in doubt comes first and alone: what was taken later must not be written before it.
Work Scribe::take_work() {
  if (doubt_) return std::exchange(doubtful_, {});
  if (intake_.urgent_waits()) return intake_.take_urgent(most_events_a_commit);
  Work work = intake_.take_rest(most_samples_a_commit);
  if (!intake_.rest_waits()) samples_due_ = Clock::now() + options_.sample_period;
  return work;
}

void Scribe::return_work(Work work) {
  if (doubt_)
    doubtful_ = std::move(work);
  else
    intake_.give_back(std::move(work));
}

// A commit whose sync failed may be found whole in the log when the file is opened again. Batches and audit records would then be there
// twice; all else can be written again.
ground::Result<void> Scribe::commit(const Work& work) {
  if (work.empty()) return ledger_->commit_chore();
  const auto before = ledger_->position();
  const auto done = std::exchange(came_about_, false) ? ground::Result<void>{} : ledger_->commit(work);
  if (done)
    doubt_.reset();
  else
    doubt_ = before;
  return done;
}

ground::Result<void> Scribe::perform(const Work& work) {
  const auto begin = Clock::now();
  const bool again = !ledger_;
  auto done = ensure_ledger();
  if (done && again) done = make_room();
  if (done) done = commit(work);
  if (!done) {
    give_up(done.error());
    return done;
  }
  note_success(work);
  if (!work.empty())
    listener_.committed({.events = work.events.size() + work.audits.size(), .samples = samples_in(work), .took = Clock::now() - begin});
  return done;
}

void Scribe::tell(Work& work) {
  if (!work.events.empty()) {
    std::vector<record::Event> events = work.events;
    for (record::Event& event : events) event.durable = true;
    listener_.durable(std::move(events));
  }
  const bool urgent = !work.events.empty() || !work.audits.empty();
  if (const auto tidied = ledger_->tidy(urgent ? log_pages_after_events : log_pages_after_samples); !tidied) give_up(tidied.error());
  tell_losses();
}

void Scribe::tell_losses() {
  if (!ledger_) return;
  for (const auto& loss : ledger_->take_losses()) listener_.lost(loss);
}

// After a failed commit or sync nothing of this connection is believed. A damaged file is set aside at the next attempt.
void Scribe::give_up(const Failure& failure) {
  tell_losses();
  abandon_ledger(failure);
  note_failure(failure);
}

void Scribe::note_failure(const Failure& failure) {
  bool news = false;
  {
    const std::lock_guard lock{mutex_};
    news = !degraded_ || reason_ != failure.what;
    degraded_ = true;
    reason_ = failure.what;
    ++failures_;
    retry_at_ = Clock::now() + retry_after_;
  }
  retry_after_ = std::min(2 * retry_after_, options_.last_retry);
  if (news) listener_.degraded(true, failure.what);
}

void Scribe::note_success(const Work& work) {
  bool news = false;
  const auto figures = ledger_->figures();
  {
    const std::lock_guard lock{mutex_};
    news = std::exchange(degraded_, false);
    reason_.clear();
    samples_ += samples_in(work);
    figures_ = figures;
    house_ = true;
    chore_ready_ = ledger_->chore_waits();
    behind_ = ledger_->behind() && !chore_ready_;
  }
  retry_after_ = options_.first_retry;
  if (news) listener_.degraded(false, "");
}

// A disk that was full may be so still: what is to be deleted goes before more is written.
ground::Result<void> Scribe::make_room() {
  for (const auto end = Clock::now() + longest_clearing; Clock::now() < end;) {
    const auto more = ledger_->keep_house();
    if (!more) return more.error();
    if (ledger_->chore_waits()) {
      if (auto done = ledger_->commit_chore(); !done) return done;
    } else if (!*more) {
      break;
    }
  }
  return ledger_->tidy(log_pages_after_samples);
}

ground::Result<void> Scribe::ensure_ledger() {
  if (ledger_) return {};
  if (!file_lock_.held()) {
    auto taken = FileLock::take(options_.path);
    if (!taken) return taken.error();
    file_lock_ = std::move(*taken);
  }
  if (auto brought = bring_logs_along(options_.path); !brought) return brought;
  if (!damage_.empty())
    if (auto aside = put_aside(damage_); !aside) return aside;
  auto opened = open_ledger();
  if (!opened && opened.error().kind == FailureKind::malformed) {
    if (auto aside = put_aside(opened.error().what); !aside) return aside;
    opened = open_ledger();
  }
  return opened ? rescue() : opened;
}

ground::Result<void> Scribe::open_ledger() {
  auto opened = Ledger::open(options_.path, catalog_, {.retention = options_.retention, .seal_after = options_.seal_after},
                             file_lock_.doubted() ? Log::in_doubt : Log::believed);
  if (!opened) return opened.error();
  file_lock_.doubt(false);
  ledger_ = std::move(*opened);
  const auto found = ledger_->position();
  came_about_ = doubt_ && (found.row > doubt_->row || found.audit > doubt_->audit);
  if (!came_about_) doubt_.reset();  // what the log does not show now is written over: it will not come about any more
  return {};
}

ground::Result<void> Scribe::put_aside(const std::string& why) {
  damage_ = why;
  doubt_.reset();  // another file, which holds nothing of it
  if (auto aside = set_aside(options_.path); !aside) return aside;
  why_aside_ = std::exchange(damage_, {});
  return {};
}

// Before anything new is recorded, so that the order stays. A new file that has room for what is new, and not for this, is used all the
// same after some attempts; what is missing comes at a later opening.
ground::Result<void> Scribe::rescue() {
  const bool pause = refusals_ >= most_refusals;
  for (const auto& unsaved : unsaved_files(options_.path)) {
    const auto name = saved_name(unsaved);
    const auto saved = pause ? Salvaged{.disturbed = true} : salvage(unsaved, name, *ledger_);
    if (saved.refused) {
      ++refusals_;
      abandon_ledger(*saved.refused);
      return *saved.refused;
    }
    const bool done = !saved.disturbed && mark_saved(unsaved);
    if (!done && !left_unsaved_.insert(unsaved).second) continue;
    listener_.set_aside({.path = done ? name : unsaved,
                         .why = why_aside_.empty() ? "found damaged in an earlier run" : why_aside_,
                         .events_saved = saved.events,
                         .audits_saved = saved.audits,
                         .blobs_saved = saved.blobs});
  }
  refusals_ = 0;
  return {};
}

void Scribe::abandon_ledger(const Failure& failure) {
  if (failure.kind == FailureKind::malformed) damage_ = failure.what;
  file_lock_.doubt(true);
  if (!ledger_) return;
  const auto figures = ledger_->figures();
  {
    const std::lock_guard lock{mutex_};
    written_before_ += figures.bytes_written;
    lost_before_ += figures.lost_samples;
    figures_.bytes_written = figures_.lost_samples = 0;
    chore_ready_ = behind_ = false;
  }
  ledger_.reset();
}

}  // namespace holdup::store
