#include "store/aside.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>

#include "ground/clock/clock.hpp"
#include "ground/instant.hpp"

namespace holdup::store {
namespace {

namespace fs = std::filesystem;
using ground::Failure;
using ground::FailureKind;

constexpr std::string_view mark = ".damaged-";
constexpr std::string_view unsaved_end = ".unsaved";
constexpr std::size_t stamp_size = std::string_view{"20261122T104807Z"}.size();

std::string compact_utc_now() {
  auto text = ground::iso8601(ground::utc(ground::clock::now(), ground::clock::utc_offset())).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string folder_of(const std::string& path) {
  const auto folder = fs::path{path}.parent_path();
  return folder.empty() ? "." : folder.string();
}

ground::Result<void> rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return {};
  return Failure{FailureKind::machine, "cannot rename " + from + ": " + std::strerror(errno)};
}

ground::Result<void> sync_folder(const std::string& path) {
  const auto folder = folder_of(path);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL);  // some file systems know no such thing
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return Failure{FailureKind::machine, "cannot sync " + folder + ": " + std::strerror(error)};
}

std::string free_name(const std::string& path) {
  const std::string wanted = path + std::string{mark} + compact_utc_now();
  const auto taken = [](const std::string& name) {
    const auto unsaved = name + std::string{unsaved_end};
    return exists(name) || exists(name + "-wal") || exists(unsaved) || exists(unsaved + "-wal");
  };
  std::string name = wanted;
  for (int n = 2; taken(name); ++n) name = wanted + "-" + std::to_string(n);
  return name;
}

// By their time, and of one second by their number.
bool older(const std::string& a, const std::string& b) {
  const auto key = [](const std::string& name) {
    const auto stamp = name.rfind(mark) + mark.size();
    return std::tuple{name.substr(stamp, stamp_size), name.size(), name};
  };
  return key(a) < key(b);
}

}  // namespace

// The file first: a log without one beside it can then only be that of the file that went.
ground::Result<void> set_aside(const std::string& path) {
  if (!exists(path)) return {};
  const std::string name = free_name(path) + std::string{unsaved_end};
  if (auto done = rename(path, name); !done) return done;
  ::unlink((path + "-shm").c_str());  // an index of the log, made again by whoever opens it
  if (exists(path + "-wal"))
    if (auto done = rename(path + "-wal", name + "-wal"); !done) return done;
  return sync_folder(path);
}

ground::Result<void> bring_logs_along(const std::string& path) {
  const auto unsaved = unsaved_files(path);
  if (!exists(path) && exists(path + "-wal") && !unsaved.empty() && !exists(unsaved.back() + "-wal")) {
    ::unlink((path + "-shm").c_str());
    return rename(path + "-wal", unsaved.back() + "-wal");
  }
  return {};
}

std::vector<std::string> unsaved_files(const std::string& path) {
  std::vector<std::string> out;
  const std::string begin = fs::path{path}.filename().string() + std::string{mark};
  std::error_code code;
  for (fs::directory_iterator at{folder_of(path), code}, end; !code && at != end; at.increment(code)) {
    const auto name = at->path().filename().string();
    if (name.starts_with(begin) && name.ends_with(unsaved_end)) out.push_back(path + name.substr(begin.size() - mark.size()));
  }
  std::sort(out.begin(), out.end(), older);
  return out;
}

std::string saved_name(const std::string& unsaved) { return unsaved.substr(0, unsaved.size() - unsaved_end.size()); }

// The log first: as long as the file has the old name this is done again.
ground::Result<void> mark_saved(const std::string& unsaved) {
  const auto name = saved_name(unsaved);
  ::unlink((unsaved + "-shm").c_str());
  std::error_code code;
  if (fs::file_size(unsaved + "-wal", code) == 0 && !code) ::unlink((unsaved + "-wal").c_str());  // made by the reading of the file
  if (exists(unsaved + "-wal"))
    if (auto done = rename(unsaved + "-wal", name + "-wal"); !done) return done;
  return rename(unsaved, name);
}

}  // namespace holdup::store
