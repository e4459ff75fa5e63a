#include "collector/cli/resident_code.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>

namespace holdup::cli {
namespace {

/// The memory that a line of /proc/self/maps is about ("55d0-55e0 r-xp 00001000 fe:01 42 /usr/bin/holdup"), where it is a file's and not
/// writable.
std::optional<std::span<char>> unwritten_file(const std::string& line) {
  const auto perms = line.find(' '), path = line.find('/');
  if (perms == std::string::npos || path == std::string::npos || line[perms + 1] != 'r' || line[perms + 2] != '-') return std::nullopt;
  std::uintptr_t from = 0, to = 0;
  const auto dash = std::from_chars(line.data(), line.data() + perms, from, 16);
  std::from_chars(dash.ptr + 1, line.data() + perms, to, 16);
  if (to <= from) return std::nullopt;
  return std::span{reinterpret_cast<char*>(from), to - from};
}

}  // namespace

ResidentCode keep_code_resident() {
  ResidentCode out;
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    const auto mapped = unwritten_file(line);
    if (!mapped) continue;
    out.bytes += mapped->size();
    (void)::madvise(mapped->data(), mapped->size(), MADV_POPULATE_READ);  // an older kernel reads it in when it is locked, or run
    if (out.loose.empty() && ::mlock(mapped->data(), mapped->size()) != 0) out.loose = std::strerror(errno);
  }
  return out;
}

}  // namespace holdup::cli
