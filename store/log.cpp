#include "store/log.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <vector>

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr std::int64_t bytes_at_once = 65'536;  // of 128 KiB and more SQLite's VFS makes less

// The same bytes again: a sync that failed leaves pages that the kernel takes for written, and a later sync passes over them.
int write_again(sqlite3_file* log, std::int64_t size) {
  std::vector<char> bytes(static_cast<std::size_t>(std::min(size, bytes_at_once)));
  for (std::int64_t at = 0; at < size; at += bytes_at_once) {
    const int count = static_cast<int>(std::min(bytes_at_once, size - at));
    if (const int code = log->pMethods->xRead(log, bytes.data(), count, at); code != SQLITE_OK) return code;
    if (const int code = log->pMethods->xWrite(log, bytes.data(), count, at); code != SQLITE_OK) return code;
  }
  return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
}

int write_log_again(SQLite::Database& file) {
  sqlite3_file* log = nullptr;
  const int found = sqlite3_file_control(file.getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (found != SQLITE_OK || log == nullptr || log->pMethods == nullptr) return found;
  sqlite3_int64 size = 0;
  const int code = log->pMethods->xFileSize(log, &size);
  return code == SQLITE_OK && size > 0 ? write_again(log, size) : code;
}

}  // namespace

void distrust_log(SQLite::Database& file) { sqlite3_db_config(file.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

// A commit whose sync failed may be whole in the log as the kernel shows it, and is then taken for one at the next opening. Before
// any of it goes into the file it must lie on the disk, or a loss of power in between leaves a half of it there.
ground::Result<void> empty_log(SQLite::Database& file, Log log) {
  if (log == Log::in_doubt) {
    SQLite::Transaction nobody_else_writes{file, SQLite::TransactionBehavior::IMMEDIATE};
    if (const int code = write_log_again(file); code != SQLITE_OK)
      return Failure{FailureKind::machine, file.getFilename() + ": its log cannot be written again: " + sqlite3_errstr(code)};
  }
  // A backup may hold it for hours: what stays in it is on the disk as it looks, and read from there.
  static_cast<void>(file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)"));
  sqlite3_db_config(file.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return {};
}

}  // namespace holdup::store
