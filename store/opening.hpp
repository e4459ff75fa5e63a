#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "ground/result.hpp"

namespace SQLite {
class Database;
}

// What stands between a path and a file we may use: the folder, the kind of file system, the lock against a second daemon, and
// whose file it is.
namespace holdup::store {

/// Held by the one daemon that writes the file: flock on PATH.lock. Says also, to this process and to the next of this boot of the
/// machine, that a commit or a sync has failed and the log is to be proven.
class FileLock {
 public:
  /// Makes the folder (0750) when missing. refused: a network file system, or another process holds it; machine: everything else.
  [[nodiscard]] static ground::Result<FileLock> take(const std::string& path);
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)}, doubted_{other.doubted_} {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(doubted_, other.doubted_);
    return *this;
  }
  ~FileLock();

  [[nodiscard]] bool held() const { return descriptor_ >= 0; }
  [[nodiscard]] bool doubted() const { return doubted_; }
  void doubt(bool is);

 private:
  explicit FileLock(int descriptor);
  int descriptor_ = -1;
  bool doubted_ = false;
};

/// The name of a network file system by its magic number (statfs f_type): "NFS"; empty for any other.
[[nodiscard]] std::string network_name(unsigned long magic);

enum class Owner { nobody, holdup, older };
/// Who wrote this file: nobody when it is empty, an older holdup in its own format. refused when another program did, or a newer holdup.
[[nodiscard]] ground::Result<Owner> owner_of(SQLite::Database& file);

/// A damaged page number beyond SQLite's usual limit would read as "disk is full": with the highest limit it reads as what it is.
void allow_all_pages(SQLite::Database& file);

/// What an exception of SQLiteCpp means: malformed for a damaged file, machine for the rest.
[[nodiscard]] ground::Failure failure_of(const std::exception& error);

}  // namespace holdup::store
