#include "store/opening.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "store/schema.hpp"

namespace holdup::store {
namespace {

namespace fs = std::filesystem;
using ground::Failure;
using ground::FailureKind;

Failure machine(const std::string& what, const std::string& path) {
  return {FailureKind::machine, what + " " + path + ": " + std::strerror(errno)};
}

fs::path folder_of(const std::string& path) {
  const auto folder = fs::path{path}.parent_path();
  return folder.empty() ? fs::path{"."} : folder;
}

ground::Result<void> make_folder(const fs::path& folder) {
  std::error_code code;
  if (fs::is_directory(folder, code)) return {};
  if (folder.has_parent_path() && folder.parent_path() != folder) {
    if (auto made = make_folder(folder.parent_path()); !made) return made.error();
  }
  if (::mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST) return machine("cannot make", folder.string());
  return {};
}

ground::Result<void> expect_local(const fs::path& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return machine("cannot look at", folder.string());
  const auto network = network_name(static_cast<unsigned long>(facts.f_type) & 0xFFFFFFFFUL);
  if (network.empty()) return {};
  return Failure{FailureKind::refused, folder.string() + " is on a network file system (" + network +
                                           "): locks and syncs cannot be trusted there, use a local disk"};
}

// What the file says of its writer, for a person who must find that program.
std::string advice(SQLite::Database& file) {
  if (file.tableExists("meta")) {
    SQLite::Statement find{file, "SELECT value FROM meta WHERE key = 'written_by'"};
    if (find.executeStep()) return "holdup " + find.getColumn(0).getString() + " wrote it, use that or a newer holdup";
  }
  return "use a newer holdup";
}

}  // namespace

ground::Result<FileLock> FileLock::take(const std::string& path) {
  const auto folder = folder_of(path);
  if (auto made = make_folder(folder); !made) return made.error();
  if (auto local = expect_local(folder); !local) return local.error();
  const std::string name = path + ".lock";
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0) return machine("cannot open", name);
  FileLock lock{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return machine("cannot lock", name);
  return Failure{FailureKind::refused, path + " is in use by another holdup (it holds " + name + ")"};
}

FileLock::FileLock(int descriptor) : descriptor_{descriptor} {
  struct stat facts {};
  doubted_ = ::fstat(descriptor, &facts) == 0 && facts.st_size > 0;
}

// The kernel remembers it as long as it remembers the pages that it wrongly takes for written: it need not reach the disk.
void FileLock::doubt(bool is) {
  if (std::exchange(doubted_, is) == is || !held()) return;
  if (::ftruncate(descriptor_, is ? 1 : 0) != 0) return;  // this process knows
}

FileLock::~FileLock() {
  if (held()) ::close(descriptor_);
}

std::string network_name(unsigned long magic) {
  struct Kind {
    unsigned long magic;
    const char* name;
  };
  // statfs(2) and linux/magic.h
  static constexpr std::array<Kind, 9> kinds{{{0x6969, "NFS"},
                                              {0x517B, "SMB"},
                                              {0xFF534D42, "CIFS"},
                                              {0xFE534D42, "SMB2"},
                                              {0x01021997, "9P"},
                                              {0x00C36400, "Ceph"},
                                              {0x5346414F, "AFS"},
                                              {0x73757245, "Coda"},
                                              {0x0BD00BD0, "Lustre"}}};
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.magic == magic; });
  return found == kinds.end() ? std::string{} : std::string{found->name};
}

ground::Result<Owner> owner_of(SQLite::Database& file) {
  const std::int64_t application = file.execAndGet("PRAGMA application_id").getInt64();
  const std::int64_t version = file.execAndGet("PRAGMA user_version").getInt64();
  const std::int64_t tables = file.execAndGet("SELECT count(*) FROM sqlite_master").getInt64();
  if (application == 0 && version == 0 && tables == 0) return Owner::nobody;
  if (application != application_id)
    return Failure{FailureKind::refused, file.getFilename() + " is an SQLite file of another program, not a holdup store"};
  if (version > format_version)
    return Failure{FailureKind::refused, file.getFilename() + " has format " + std::to_string(version) + ", this holdup knows " +
                                             std::to_string(format_version) + ": " + advice(file)};
  return version < format_version ? Owner::older : Owner::holdup;
}

void allow_all_pages(SQLite::Database& file) { file.execAndGet("PRAGMA max_page_count = 4294967294"); }

Failure failure_of(const std::exception& error) {
  const auto* of_sqlite = dynamic_cast<const SQLite::Exception*>(&error);
  const int code = of_sqlite ? of_sqlite->getErrorCode() & 0xFF : SQLITE_ERROR;
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return {damaged ? FailureKind::malformed : FailureKind::machine, error.what()};
}

}  // namespace holdup::store
