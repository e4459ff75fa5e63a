#include "store/backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "store/opening.hpp"
#include "store/reader/session.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr int pages_a_slice = 256;  // 1 MiB: what waits for the disk stays short, so that a commit beside it does not wait

Failure machine(const std::string& what, const std::string& path) {
  return {FailureKind::machine, what + " " + path + ": " + std::strerror(errno)};
}

void remove_part(const std::string& part) {
  for (const auto* ending : {"", "-journal", "-wal", "-shm"}) ::unlink((part + ending).c_str());
}

ground::Result<void> sync(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return machine("cannot open", path);
  const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL;  // of folders some file systems know no such thing
  const auto failure = machine("cannot sync", path);
  ::close(descriptor);
  if (!synced) return failure;
  return {};
}

// Never in the place of a file that is there. Network file systems know no renaming that says so, but links; some know neither.
bool give_name(const std::string& part, const std::string& to) {
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (::link(part.c_str(), to.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  if (::access(to.c_str(), F_OK) == 0) return errno = EEXIST, false;
  return std::rename(part.c_str(), to.c_str()) == 0;
}

}  // namespace

struct Backup::Copy {
  Copy(std::unique_ptr<SQLite::Database> source, std::string target) : from{std::move(source)}, to{std::move(target)}, part{to + ".part"} {}
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  ~Copy() {
    close();
    if (!finished) remove_part(part);
  }

  void begin() {
    remove_part(part);  // of a backup that was interrupted
    file.emplace(part, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    file->exec("PRAGMA journal_mode = OFF");
    file->exec("PRAGMA synchronous = OFF");  // each slice is synced below
    from->exec("BEGIN");                     // one state: or each commit beside it would begin the copy anew
    from->execAndGet("SELECT count(*) FROM sqlite_schema");
    copying.emplace(*file, *from);
    descriptor = ::open(part.c_str(), O_RDWR | O_CLOEXEC);
  }
  void close() noexcept {
    copying.reset();
    file.reset();
    from.reset();
    if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
  }

  std::unique_ptr<SQLite::Database> from;
  std::string to, part;
  std::optional<SQLite::Database> file;
  std::optional<SQLite::Backup> copying;
  int descriptor = -1;
  std::size_t pages = 0, left = 0;
  bool finished = false;
};

Backup::Backup(std::unique_ptr<Copy> copy) : copy_{std::move(copy)} {}
Backup::Backup(Backup&&) noexcept = default;
Backup::~Backup() = default;

ground::Result<Backup> Backup::begin(const std::string& from, const std::string& to) {
  std::error_code code;
  if (std::filesystem::exists(to, code)) return Failure{FailureKind::refused, to + " is there already"};
  auto source = open_for_reading(from);
  if (!source) return source.error();
  auto copy = std::make_unique<Copy>(std::move(*source), to);
  try {
    copy->begin();
  } catch (const std::exception& error) {
    return Failure{FailureKind::machine, copy->part + ": " + error.what()};
  }
  if (copy->descriptor < 0) return machine("cannot open", copy->part);
  return Backup{std::move(copy)};
}

ground::Result<bool> Backup::step() {
  try {
    const int result = copy_->copying->executeStep(pages_a_slice);
    copy_->pages = static_cast<std::size_t>(copy_->copying->getTotalPageCount());
    copy_->left = static_cast<std::size_t>(copy_->copying->getRemainingPageCount());
    if (::fdatasync(copy_->descriptor) != 0) return machine("cannot sync", copy_->part);
    if (result != SQLITE_DONE) return true;
    copy_->close();
    return false;
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

std::size_t Backup::pages() const { return copy_->pages; }
std::size_t Backup::pages_left() const { return copy_->left; }
const std::string& Backup::part() const { return copy_->part; }

ground::Result<void> Backup::finish() {
  if (auto synced = sync(copy_->part, O_RDWR); !synced) return synced;
  if (!give_name(copy_->part, copy_->to)) return machine("cannot make", copy_->to);
  remove_part(copy_->part);
  copy_->finished = true;
  const auto folder = std::filesystem::path{copy_->to}.parent_path();
  return sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace holdup::store
