#include "store/compaction.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

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

ground::Result<Compacted> rewritten(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READWRITE, 2000};
  const auto owner = owner_of(file);
  if (!owner) return owner.error();
  if (*owner == Owner::nobody) return Failure{FailureKind::refused, path + " is empty, not a holdup store"};
  if (auto room = expect_room(file, path); !room) return room.error();
  file.exec("PRAGMA synchronous = FULL");
  const auto truncated = [&] { return file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0; };
  const Failure held{FailureKind::refused, path + " is being read by another program: try again when it is done"};
  if (!truncated()) return held;
  const auto before = fs::file_size(path);
  file.exec("PRAGMA auto_vacuum = INCREMENTAL");
  file.exec("VACUUM");
  if (!truncated()) return held;
  return Compacted{.bytes_before = before, .bytes_after = fs::file_size(path)};
}

}  // namespace

ground::Result<Compacted> compact(const std::string& path) {
  std::error_code code;
  if (!fs::exists(path, code)) return Failure{FailureKind::machine, path + ": no such store"};
  const auto lock = FileLock::take(path);
  if (!lock) return lock.error();
  try {
    return rewritten(path);
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    failure.what = path + ": " + failure.what;
    return failure;
  }
}

}  // namespace holdup::store
