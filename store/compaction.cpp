#include "store/compaction.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "store/log.hpp"
#include "store/opening.hpp"

namespace holdup::store {
namespace {

namespace fs = std::filesystem;
using ground::Failure;
using ground::FailureKind;

// VACUUM writes all that is in use twice: beside the file, and through the write-ahead log.
ground::Result<void> expect_room(SQLite::Database& file, const std::string& path) {
  const auto pages = file.execAndGet("PRAGMA page_count").getInt64() - file.execAndGet("PRAGMA freelist_count").getInt64();
  const auto needed = 2 * static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(file.execAndGet("PRAGMA page_size").getInt64());
  std::error_code code;
  const auto folder = fs::path{path}.parent_path();
  const auto space = fs::space(folder.empty() ? fs::path{"."} : folder, code);
  if (!code && space.available >= needed) return {};
  return Failure{FailureKind::machine, path + ": compacting needs " + std::to_string(needed >> 20U) + " MiB of room, there are " +
                                           std::to_string(code ? 0 : space.available >> 20U)};
}

ground::Result<Compacted> rewritten(const std::string& path, Log log) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE, 2000};
  distrust_log(file);
  const auto owner = owner_of(file);
  if (!owner) return owner.error();
  if (*owner == Owner::nobody) return Failure{FailureKind::refused, path + " is empty, not a holdup store"};
  if (auto room = expect_room(file, path); !room) return room.error();
  file.exec("PRAGMA synchronous = FULL");
  const auto truncated = [&] { return file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0; };
  const Failure held{FailureKind::refused, path + " is being read by another program: try again when it is done"};
  if (auto emptied = empty_log(file, log); !emptied) return emptied.error();
  if (!truncated()) return held;
  const auto before = fs::file_size(path);
  file.exec("PRAGMA auto_vacuum = INCREMENTAL");
  file.exec("VACUUM");
  if (!truncated()) return held;
  return Compacted{.bytes_before = before, .bytes_after = fs::file_size(path)};
}

// The daemon moves the log into the file after its own commits, once a second: until then no more is written than it takes well.
constexpr int most_log_pages = 3000;
constexpr auto patience = std::chrono::seconds{60};
constexpr auto moment = std::chrono::milliseconds{100};

int note_log_size(void* pages, sqlite3*, const char*, int size) {
  *static_cast<int*>(pages) = size;
  return SQLITE_OK;
}

ground::Result<Compacted> shortened(const std::string& path, const Failure& in_use, const CompactProgress& progress) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE, 5000};
  const auto owner = owner_of(file);
  if (!owner) return owner.error();
  const auto number = [&](const char* pragma) { return file.execAndGet(pragma).getInt64(); };
  if (*owner == Owner::nobody || number("PRAGMA auto_vacuum") != 2)
    return Failure{FailureKind::refused, in_use.what + "; it began in an older format and can only be written anew: stop it first"};
  file.exec("PRAGMA synchronous = FULL");
  file.exec("PRAGMA wal_autocheckpoint = 0");
  int log_pages = 0;
  sqlite3_wal_hook(file.getHandle(), &note_log_size, &log_pages);
  const auto size = [&] { return static_cast<std::uint64_t>(number("PRAGMA page_count") * number("PRAGMA page_size")); };
  const Compacted begun{.bytes_before = size(), .beside_daemon = true};
  auto moved = std::chrono::steady_clock::now();
  for (auto left = number("PRAGMA freelist_count"); left > 0; left = number("PRAGMA freelist_count")) {
    progress(left);
    SQLite::Transaction slice{
        file, SQLite::TransactionBehavior::IMMEDIATE};  // or a commit of the daemon's between its read and its write ends it
    file.exec("PRAGMA incremental_vacuum(64)");
    slice.commit();
    if (log_pages < most_log_pages) moved = std::chrono::steady_clock::now();
    if (std::chrono::steady_clock::now() - moved > patience)
      return Failure{FailureKind::machine,
                     path + ": its log is not moved into it: another program reads on and on, or the daemon cannot write"};
    std::this_thread::sleep_for(log_pages < most_log_pages ? moment / 20 : 10 * moment);
  }
  return Compacted{.bytes_before = begun.bytes_before, .bytes_after = size(), .beside_daemon = true};
}

ground::Result<Compacted> compacted(const std::string& path, const CompactProgress& progress) {
  const auto lock = FileLock::take(path);
  if (lock) return rewritten(path, lock->doubted() ? Log::in_doubt : Log::believed);
  return lock.error().kind == FailureKind::refused ? shortened(path, lock.error(), progress) : lock.error();
}

}  // namespace

ground::Result<Compacted> compact(const std::string& path, const CompactProgress& progress) {
  std::error_code code;
  if (!fs::exists(path, code)) return Failure{FailureKind::machine, path + ": no such store"};
  try {
    return compacted(path, progress);
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    failure.what = path + ": " + failure.what;
    return failure;
  }
}

}  // namespace holdup::store
