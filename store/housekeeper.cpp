#include "store/housekeeper.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "ground/clock/clock.hpp"
#include "store/migration.hpp"
#include "store/opening.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t most_samples_behind = 4'000'000;  // in the tail, before samples wait
constexpr std::int64_t rows_until_trim = 64;
constexpr std::int64_t settled_ms = 300'000;       // after the end of a window: late answers are in
constexpr std::int64_t small_chunks_a_pack = 100;  // beyond, clocks are odd: they are merged without waiting for their window's end
constexpr std::int64_t small_chunks = 512;
constexpr std::int64_t most_packs = 1'000'000;  // a greater number is a damaged row's
constexpr std::uint32_t commits_between_looks = 16;
constexpr std::int64_t free_pages_kept = 1'024;
constexpr std::int64_t present_step_ms = 600'000;

// chunks before ?1, summaries of a minute before ?2, of an hour before ?3
constexpr const char* has_old_sql =
    "SELECT EXISTS(SELECT 1 FROM chunk WHERE level = -1 AND to_ms < ?1) OR EXISTS(SELECT 1 FROM chunk WHERE level = 0 AND to_ms < ?1) OR "
    "EXISTS(SELECT 1 FROM chunk WHERE level = 1 AND to_ms < ?1) OR EXISTS(SELECT 1 FROM summary WHERE span_ms = 60000 AND to_ms < ?2) OR "
    "EXISTS(SELECT 1 FROM summary WHERE span_ms = 3600000 AND to_ms < ?3)";

std::optional<std::int64_t> believed_of(SQLite::Database& file) {
  SQLite::Statement find{file, "SELECT value FROM meta WHERE key = 'present'"};
  if (find.executeStep() && is_dated(find.getColumn(0).getInt64())) return find.getColumn(0).getInt64();
  SQLite::Statement newest{file, "SELECT max(to_ms) FROM chunk WHERE level = 1 AND to_ms <= ?"};
  newest.bind(1, most_utc_ms);
  if (newest.executeStep() && is_dated(newest.getColumn(0).getInt64())) return newest.getColumn(0).getInt64();
  return std::nullopt;
}

std::int64_t value_of(SQLite::Statement& query) {
  const std::int64_t value = query.executeStep() ? query.getColumn(0).getInt64() : 0;
  query.reset();
  return value;
}

std::int64_t clock_ms() {
  const auto now = ground::utc(ground::clock::now(), ground::clock::utc_offset()).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Housekeeper::Housekeeper(SQLite::Database& file, Tail& tail, Sorter& sorter, const Rules& rules)
    : file_{file},
      tail_{tail},
      sorter_{sorter},
      rules_{rules},
      present_{believed_of(file), rules.retention.pace},
      level0_{number(file, "SELECT count(*) FROM chunk WHERE level = 0")},
      converting_{has_old_samples(file)},
      to_look_{Task::expire, Task::shrink, Task::vacuum},
      pages_{std::make_unique<SQLite::Statement>(file, "PRAGMA page_count")},
      free_pages_{std::make_unique<SQLite::Statement>(file, "PRAGMA freelist_count")},
      newest_pack_{std::make_unique<SQLite::Statement>(file, "SELECT coalesce(max(row), 0) FROM pack")},
      has_old_{std::make_unique<SQLite::Statement>(file, has_old_sql)},
      small_chunks_{std::make_unique<SQLite::Statement>(file, "SELECT row, pack, to_ms FROM chunk WHERE level = 0 ORDER BY to_ms")},
      page_size_{number(file, "PRAGMA page_size")} {
  measure();
}

Housekeeper::~Housekeeper() = default;

void Housekeeper::measure() {
  const auto pages = value_of(*pages_) - value_of(*free_pages_);
  file_bytes_ = static_cast<std::uint64_t>(pages * page_size_);
  packs_ = std::clamp<std::int64_t>(value_of(*newest_pack_), 0, most_packs);
}

void Housekeeper::note_row(std::int64_t seq, bool key, std::int64_t newest_ms) {
  last_seq_ = seq;
  newest_ms_ = newest_ms;
  if (key) keys_.push_back(seq);
  if (++commits_ < commits_between_looks) return;
  commits_ = 0;
  to_look_ = {Task::merge, Task::expire, Task::shrink, Task::vacuum};
}

void Housekeeper::note_loss(Loss loss) {
  unwritten_.push_back(loss);
  tell_loss(std::move(loss));
}

void Housekeeper::tell_loss(Loss loss) {
  lost_samples_ += static_cast<std::uint64_t>(std::max<std::int64_t>(loss.samples, 0));
  losses_.push_back(std::move(loss));
}

bool Housekeeper::behind() const {
  const auto first = tail_.first();
  return (first && last_seq_ - *first > 3 * rules_.seal_after) || tail_.samples() > most_samples_behind ||
         level0_ > 2 * (small_chunks + small_chunks_a_pack * packs_);
}

bool Housekeeper::step() {
  if (chore_ || (!job_.under_way() && !begin_job())) return false;
  try {
    job_.next();
  } catch (const SQLite::Exception& error) {
    if (failure_of(error).kind != ground::FailureKind::malformed || task_ <= Task::trim) throw;
    damaged(error.what());
  }
  return true;
}

bool Housekeeper::begin(Task task, Slices job) {
  task_ = task;
  job_ = std::move(job);
  return true;
}

bool Housekeeper::begin_job() {
  if (tail_.may_be_due(last_seq_ - rules_.seal_after, most_samples_a_pack)) return begin(Task::seal, seal());
  if (const auto before = trimmable()) return begin(Task::trim, trim(*before));
  if (!unwritten_.empty()) return begin(Task::note, note());
  if (crowded() && !refused_.contains(Task::merge))
    to_look_.insert(Task::merge);
  else if (converting_ && !refused_.contains(Task::convert))
    return begin(Task::convert, convert());
  while (!to_look_.empty())
    if (look()) return true;
  return false;
}

bool Housekeeper::crowded() const { return level0_ > small_chunks + small_chunks_a_pack * packs_; }

// One thing after the other, the same again as long as there is something to do.
bool Housekeeper::look() {
  const Task task = *to_look_.begin();
  if (!refused_.contains(task)) {
    if (task == Task::merge)
      if (const auto of = ripe()) return begin(task, merge_window(*of));
    if (task == Task::expire)
      if (const auto now = present_.at(ground::clock::now(), clock_ms(), newest_ms_)) {
        to_look_.erase(task);  // the job itself goes on to the end
        return begin(task, expire(*now));
      }
    if (task == Task::shrink && too_large()) return to_look_.erase(task), begin(task, shrink());
    if (task == Task::vacuum && many_free_pages()) return begin(task, vacuum());
  }
  to_look_.erase(task);
  return false;
}

// Rows that a job was at are left alone from now on; where it was at none, the whole task is.
void Housekeeper::damaged(const std::string& why) {
  job_ = {};
  chore_ = nullptr;
  const auto& [table, rows] = touching_;
  if (rows.empty()) {
    refused_.insert(task_);
    note_loss({.what = "housekeeping", .why = why});
  } else {
    unreadable_[table].insert(rows.begin(), rows.end());
    note_loss({.what = table + " rows " + std::to_string(rows.front()) + " to " + std::to_string(rows.back()), .why = why});
  }
  touching_ = {};
}

void Housekeeper::propose(std::function<void()> chore, Touching touching) {
  touching_ = std::move(touching);
  chore_ = std::move(chore);
}

void Housekeeper::write_chore() {
  chore_();
  for (const auto& loss : unwritten_) insert(file_, loss);
  const auto present = present_.believed().value_or(0);
  writing_present_ms_ = written_present_ms_;
  if (std::abs(present - written_present_ms_) < present_step_ms) return;
  writing_present_ms_ = present;
  execute(file_, "INSERT INTO meta(key, value) VALUES('present', ?1) ON CONFLICT(key) DO UPDATE SET value = ?1", {present});
}

void Housekeeper::chore_done() {
  chore_ = nullptr;
  touching_ = {};
  unwritten_.clear();
  written_present_ms_ = writing_present_ms_;
  measure();
}

bool Housekeeper::chore_failed(const std::string& why) {
  if (task_ <= Task::trim) return false;
  if (task_ == Task::note) unwritten_.clear();  // the table itself is damaged; told they were
  damaged(why);
  return true;
}

std::optional<std::int64_t> Housekeeper::trimmable() const {
  if (keys_.empty()) return std::nullopt;
  const auto first = tail_.first().value_or(last_seq_ + 1);
  const auto after = std::upper_bound(keys_.begin(), keys_.end(), first);
  if (after == keys_.begin() || after == keys_.begin() + 1) return std::nullopt;
  const auto key = *(after - 1);
  return key - keys_.front() >= rows_until_trim ? std::optional{key} : std::nullopt;
}

// The oldest small chunks, when their window has been over for a while, or when there are far too many.
std::optional<Housekeeper::Ripe> Housekeeper::ripe() {
  auto& find = *small_chunks_;
  (void)find.tryReset();  // damage may have ended it last time
  const auto& unreadable = unreadable_["chunk"];
  std::optional<Ripe> oldest;
  while (!oldest && find.executeStep())
    if (!unreadable.contains(find.getColumn(0).getInt64()))
      oldest = Ripe{find.getColumn(1).getInt64(), window_of(find.getColumn(2).getInt64())};
  find.reset();
  if (!oldest) return std::nullopt;
  const bool over = !converting_ && (oldest->window + 1) * window_ms + settled_ms <= newest_ms_;
  return over || crowded() ? oldest : std::nullopt;
}

bool Housekeeper::many_free_pages() {
  const auto free = value_of(*free_pages_);
  return free > free_pages_kept && free > value_of(*pages_) / 10 && number(file_, "PRAGMA auto_vacuum") == 2;
}

}  // namespace holdup::store
