#include "store/scribe.hpp"

#include <algorithm>
#include <utility>

#include "store/reader.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr std::size_t most_events_a_commit = 1000;
constexpr std::size_t most_samples_a_commit = 200'000;  // so that events wait for some 20 ms at most while a backlog is written

// What can still be read of a damaged file goes into the new one, in its order; how many events that were.
std::size_t save_events(const std::string& damaged, Ledger& into) {
  auto reader = Reader::open_damaged(damaged);
  if (!reader) return 0;
  std::size_t saved = 0;
  std::int64_t seq = 0;
  for (std::size_t slice = most_events_a_commit; slice > 0;) {
    const auto events = reader->events(seq, slice);
    if (!events || events->empty()) {
      slice = !events && slice > 1 ? 1 : 0;  // up to the damage one by one
      continue;
    }
    Work work;
    for (const StoredEvent& stored : *events) work.events.push_back(stored.event);
    if (!into.commit(work)) return saved;
    saved += events->size();
    seq = events->back().seq;
  }
  return saved;
}

// Pages of 4 KiB: SQLite's own default after samples; after events, where the next one may be near, only when it must be.
constexpr int log_pages_after_samples = 1000;
constexpr int log_pages_after_events = 8000;

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
  const std::lock_guard lock{mutex_};
  auto added = intake_.add(std::move(event));
  if (added) wake_.notify_one();
  return added;
}

void Scribe::add(record::Batch batch) {
  const std::lock_guard lock{mutex_};
  const bool first = !intake_.rest_waits();
  intake_.add(std::move(batch));
  if (first) wake_.notify_one();
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
  wake_.notify_one();
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
          .dropped_samples = intake_.dropped_samples()};
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
    done ? intake_.done(work) : intake_.give_back(std::move(work));
    settled_.notify_all();
    if (stop_ && (!done || intake_.idle())) return;
  }
}

void Scribe::wait_for_work(Lock& lock) {
  while (!has_work_now()) {
    if (const auto moment = next_moment())
      wake_.wait_until(lock, *moment);
    else
      wake_.wait(lock);
  }
}

bool Scribe::has_work_now() const {
  if (stop_) return true;
  if (flushes_ > 0 && !intake_.idle()) return true;
  if (degraded_) return Clock::now() >= retry_at_;
  return intake_.events_wait() || (intake_.rest_waits() && Clock::now() >= samples_due_);
}

std::optional<Scribe::Clock::time_point> Scribe::next_moment() const {
  if (degraded_) return retry_at_;
  if (intake_.rest_waits()) return samples_due_;
  return std::nullopt;
}

Work Scribe::take_work() {
  if (intake_.events_wait()) return intake_.take_events(most_events_a_commit);
  Work work = intake_.take_rest(most_samples_a_commit);
  if (!intake_.rest_waits()) samples_due_ = Clock::now() + options_.sample_period;
  return work;
}

ground::Result<void> Scribe::perform(const Work& work) {
  const auto begin = Clock::now();
  auto done = ensure_ledger();
  if (done && !work.empty()) done = ledger_->commit(work);
  if (!done) {
    abandon_ledger(done.error());
    note_failure(done.error());
    return done;
  }
  note_success();
  if (!work.empty()) listener_.committed({.events = work.events.size(), .samples = samples_in(work), .took = Clock::now() - begin});
  return done;
}

void Scribe::tell(Work& work) {
  if (!work.events.empty()) {
    std::vector<record::Event> events = work.events;
    for (record::Event& event : events) event.durable = true;
    listener_.durable(std::move(events));
  }
  if (const auto tidied = ledger_->tidy(work.events.empty() ? log_pages_after_samples : log_pages_after_events); !tidied) {
    abandon_ledger(tidied.error());
    note_failure(tidied.error());
  }
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

void Scribe::note_success() {
  bool news = false;
  {
    const std::lock_guard lock{mutex_};
    news = std::exchange(degraded_, false);
    reason_.clear();
  }
  retry_after_ = options_.first_retry;
  if (news) listener_.degraded(false, "");
}

ground::Result<void> Scribe::ensure_ledger() {
  if (ledger_) return {};
  if (!file_lock_.held()) {
    auto taken = FileLock::take(options_.path);
    if (!taken) return taken.error();
    file_lock_ = std::move(*taken);
  }
  if (!damage_.empty()) return start_anew(damage_);
  auto opened = open_ledger();
  if (!opened && opened.error().kind == FailureKind::malformed) return start_anew(opened.error().what);
  return opened;
}

ground::Result<void> Scribe::open_ledger() {
  auto opened = Ledger::open(options_.path, catalog_);
  if (!opened) return opened.error();
  ledger_ = std::move(*opened);
  return {};
}

ground::Result<void> Scribe::start_anew(const std::string& why) {
  damage_ = why;
  auto aside = set_aside(options_.path);
  if (!aside) return aside.error();
  damage_.clear();
  auto opened = open_ledger();
  const std::size_t saved = opened ? save_events(*aside, *ledger_) : 0;
  listener_.set_aside({.path = *aside, .why = why, .events_saved = saved});
  return opened;
}

// After a failed commit or sync nothing of this connection is believed. A damaged file is set aside at the next attempt.
void Scribe::abandon_ledger(const Failure& failure) {
  if (failure.kind == FailureKind::malformed) damage_ = failure.what;
  ledger_.reset();
}

}  // namespace holdup::store
