#include "disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace holdup::store::fault {

struct Disk::State {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs face{};

  std::mutex mutex;
  Fault fault{};
  bool armed = false;
  bool failed = false;
  std::uint64_t done = 0;
  std::uint64_t most_bytes = 0;
  bool read_only = false;
  bool writes_down = false;
  std::vector<Deed> deeds;
  std::map<std::string, std::size_t> objects;  // by path
  std::map<std::string, std::int64_t> sizes;   // by path
  std::size_t next_object = 1;

  // Whether this operation is to fail.
  bool fails(unsigned operation) {
    const std::lock_guard lock{mutex};
    if (!armed || (fault.operations & operation) == 0) return false;
    ++done;
    if (done < fault.nth || done - fault.nth >= fault.times) return false;
    return failed = true;
  }
  bool is_read_only() {
    const std::lock_guard lock{mutex};
    return read_only;
  }
  // Whether the file may grow to this size; notes it then.
  bool may_reach(const std::string& path, std::int64_t size) {
    const std::lock_guard lock{mutex};
    auto& known = sizes[path];
    if (size <= known) return true;
    std::int64_t others = 0;
    for (const auto& [other, bytes] : sizes) others += other == path ? 0 : bytes;
    if (most_bytes != 0 && static_cast<std::uint64_t>(others + size) > most_bytes) return false;
    known = size;
    return true;
  }
  void note_size(const std::string& path, std::int64_t size) {
    const std::lock_guard lock{mutex};
    sizes[path] = size;
  }
  void note_removal(const std::string& path) {
    const std::lock_guard lock{mutex};
    sizes.erase(path);
    if (writes_down && objects.count(path) != 0)
      deeds.push_back({Deed::Kind::remove, objects[path], std::filesystem::path{path}.filename().string(), 0, {}});
    objects.erase(path);
  }
  void write_down(Deed::Kind kind, const std::string& path, std::int64_t offset, const void* bytes, std::size_t count) {
    const std::lock_guard lock{mutex};
    if (!writes_down) return;
    auto& object = objects[path];
    const auto name = std::filesystem::path{path}.filename().string();
    if (object == 0) deeds.push_back({Deed::Kind::create, object = next_object++, name, 0, {}});
    const auto* from = static_cast<const std::uint8_t*>(bytes);
    deeds.push_back({kind, object, name, offset, std::vector<std::uint8_t>(from, from + count)});
  }
};

namespace {

Disk::State& state() { return Disk::installed().state(); }

// SQLite allocates it, with the real one behind it.
struct File {
  sqlite3_file face;
  std::string* path;  // of a file that outlasts the process: the store and its log
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* file(sqlite3_file* face) { return reinterpret_cast<File*>(face); }

int close_file(sqlite3_file* face) {
  const int code = file(face)->real()->pMethods->xClose(file(face)->real());
  delete file(face)->path;
  return code;
}

int read_file(sqlite3_file* face, void* bytes, int count, sqlite3_int64 offset) {
  if (state().fails(op_read)) return SQLITE_IOERR_READ;
  return file(face)->real()->pMethods->xRead(file(face)->real(), bytes, count, offset);
}

int write_part(File& to, const void* bytes, int count, sqlite3_int64 offset) {
  const int code = to.real()->pMethods->xWrite(to.real(), bytes, count, offset);
  if (code == SQLITE_OK && to.path != nullptr)
    state().write_down(Deed::Kind::write, *to.path, offset, bytes, static_cast<std::size_t>(count));
  return code;
}

// A write that fails may have done its first half.
int write_file(sqlite3_file* face, const void* bytes, int count, sqlite3_int64 offset) {
  File& to = *file(face);
  if (state().is_read_only()) return SQLITE_IOERR_WRITE;
  if (to.path != nullptr && !state().may_reach(*to.path, offset + count)) return SQLITE_FULL;
  if (!state().fails(op_write)) return write_part(to, bytes, count, offset);
  if (count > 1) write_part(to, bytes, count / 2, offset);
  const std::lock_guard lock{state().mutex};
  return state().fault.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* face, sqlite3_int64 size) {
  File& to = *file(face);
  if (state().is_read_only() || state().fails(op_truncate)) return SQLITE_IOERR_TRUNCATE;
  const int code = to.real()->pMethods->xTruncate(to.real(), size);
  if (code == SQLITE_OK && to.path != nullptr) {
    state().note_size(*to.path, size);
    state().write_down(Deed::Kind::truncate, *to.path, size, "", 0);
  }
  return code;
}

int sync_file(sqlite3_file* face, int) {
  const bool fails = state().fails(op_sync);
  if (const auto* path = file(face)->path) state().write_down(fails ? Deed::Kind::failed_sync : Deed::Kind::sync, *path, 0, "", 0);
  return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int size_of_file(sqlite3_file* face, sqlite3_int64* size) {
  if (state().fails(op_size)) return SQLITE_IOERR_FSTAT;
  return file(face)->real()->pMethods->xFileSize(file(face)->real(), size);
}

int lock_file(sqlite3_file* face, int level) {
  if (state().fails(op_lock)) return SQLITE_IOERR_LOCK;
  return file(face)->real()->pMethods->xLock(file(face)->real(), level);
}

int unlock_file(sqlite3_file* face, int level) { return file(face)->real()->pMethods->xUnlock(file(face)->real(), level); }

int is_file_reserved(sqlite3_file* face, int* is) { return file(face)->real()->pMethods->xCheckReservedLock(file(face)->real(), is); }

int control_file(sqlite3_file* face, int what, void* with) {
  return file(face)->real()->pMethods->xFileControl(file(face)->real(), what, with);
}

int sector_size(sqlite3_file* face) { return file(face)->real()->pMethods->xSectorSize(file(face)->real()); }

int traits_of(sqlite3_file* face) { return file(face)->real()->pMethods->xDeviceCharacteristics(file(face)->real()); }

int map_index(sqlite3_file* face, int page, int size, int extend, void volatile** at) {
  if (state().fails(op_map)) return SQLITE_IOERR_SHMMAP;
  return file(face)->real()->pMethods->xShmMap(file(face)->real(), page, size, extend, at);
}

int lock_index(sqlite3_file* face, int offset, int count, int flags) {
  if ((flags & SQLITE_SHM_LOCK) != 0 && state().fails(op_lock)) return SQLITE_IOERR_SHMLOCK;
  return file(face)->real()->pMethods->xShmLock(file(face)->real(), offset, count, flags);
}

void fence_index(sqlite3_file* face) { file(face)->real()->pMethods->xShmBarrier(file(face)->real()); }

int unmap_index(sqlite3_file* face, int remove) { return file(face)->real()->pMethods->xShmUnmap(file(face)->real(), remove); }

const sqlite3_io_methods methods{2,          close_file,  read_file,        write_file,   truncate_file, sync_file, size_of_file,
                                 lock_file,  unlock_file, is_file_reserved, control_file, sector_size,   traits_of, map_index,
                                 lock_index, fence_index, unmap_index,      nullptr,      nullptr};

// On a file system that is read-only a file that exists is opened for reading, as the real VFS does on EROFS; no other is made.
int open_real(File& out, const char* name, int flags, int* given) {
  auto* real = state().real;
  if (!state().is_read_only() || (flags & SQLITE_OPEN_READONLY) != 0) return real->xOpen(real, name, out.real(), flags, given);
  const int reading = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  const int code = real->xOpen(real, name, out.real(), reading, given);
  if (code == SQLITE_OK && given != nullptr) *given = reading;
  return code;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* face, int flags, int* given) {
  File& out = *file(face);
  face->pMethods = nullptr;
  out.path = nullptr;
  if (state().fails(op_open)) return SQLITE_CANTOPEN;
  const int code = open_real(out, name, flags, given);
  if (code != SQLITE_OK) return code;
  if (name != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0) {
    out.path = new std::string{name};
    sqlite3_int64 size = 0;
    out.real()->pMethods->xFileSize(out.real(), &size);
    state().note_size(*out.path, size);
  }
  face->pMethods = &methods;
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (state().is_read_only() || state().fails(op_remove)) return SQLITE_IOERR_DELETE;
  const int code = state().real->xDelete(state().real, name, sync_folder);
  if (code == SQLITE_OK) state().note_removal(name);
  return code;
}

int access_file(sqlite3_vfs*, const char* name, int how, int* is) {
  if (state().fails(op_access)) return SQLITE_IOERR_ACCESS;
  return state().real->xAccess(state().real, name, how, is);
}

int full_name(sqlite3_vfs*, const char* name, int room, char* out) { return state().real->xFullPathname(state().real, name, room, out); }
int chance(sqlite3_vfs*, int count, char* out) { return state().real->xRandomness(state().real, count, out); }
int pause(sqlite3_vfs*, int microseconds) { return state().real->xSleep(state().real, microseconds); }
int last_error(sqlite3_vfs*, int room, char* out) { return state().real->xGetLastError(state().real, room, out); }
int days(sqlite3_vfs*, double* now) { return state().real->xCurrentTime(state().real, now); }
int milliseconds(sqlite3_vfs*, sqlite3_int64* now) { return state().real->xCurrentTimeInt64(state().real, now); }

}  // namespace

Disk& Disk::installed() {
  static Disk* const disk = new Disk;
  return *disk;
}

Disk::Disk() : state_{std::make_unique<State>()} {
  auto& face = state_->face;
  face.iVersion = 2;
  face.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  face.mxPathname = state_->real->mxPathname;
  face.zName = "holdup-fault";
  face.xOpen = open_file;
  face.xDelete = remove_file;
  face.xAccess = access_file;
  face.xFullPathname = full_name;
  face.xRandomness = chance;
  face.xSleep = pause;
  face.xGetLastError = last_error;
  face.xCurrentTime = days;
  face.xCurrentTimeInt64 = milliseconds;
  sqlite3_vfs_register(&face, 1);
}

void Disk::fail(const Fault& fault) {
  const std::lock_guard lock{state_->mutex};
  state_->fault = fault;
  state_->armed = true;
  state_->failed = false;
  state_->done = 0;
}

void Disk::heal() {
  const std::lock_guard lock{state_->mutex};
  state_->armed = false;
  state_->read_only = false;
  state_->most_bytes = 0;
}

std::uint64_t Disk::operations() const {
  const std::lock_guard lock{state_->mutex};
  return state_->done;
}

bool Disk::has_failed() const {
  const std::lock_guard lock{state_->mutex};
  return state_->failed;
}

void Disk::limit(std::uint64_t bytes) {
  const std::lock_guard lock{state_->mutex};
  state_->most_bytes = bytes;
}

void Disk::set_read_only(bool is) {
  const std::lock_guard lock{state_->mutex};
  state_->read_only = is;
}

void Disk::start_writing_down() {
  const std::lock_guard lock{state_->mutex};
  state_->writes_down = true;
  state_->deeds.clear();
  state_->objects.clear();
  state_->sizes.clear();
}

void Disk::mark() {
  const std::lock_guard lock{state_->mutex};
  if (state_->writes_down) state_->deeds.push_back({Deed::Kind::mark, 0, "", 0, {}});
}

std::vector<Deed> Disk::stop_writing_down() {
  const std::lock_guard lock{state_->mutex};
  state_->writes_down = false;
  return std::exchange(state_->deeds, {});
}

}  // namespace holdup::store::fault
