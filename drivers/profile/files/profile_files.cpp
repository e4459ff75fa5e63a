#include "drivers/profile/files/profile_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace holdup::profile {
namespace {

constexpr std::uintmax_t most_bytes = 1 << 20;  // of one YAML file; a larger one is refused unread

void read_file(const std::filesystem::path& path, std::vector<File>& files, ground::Problems& problems) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  const auto bytes = regular ? std::filesystem::file_size(path, error) : 0;
  std::ifstream in{path, std::ios::binary};
  if (!regular || error || bytes > most_bytes || !in) {
    const auto* what = regular && bytes > most_bytes ? "larger than 1 MiB" : "cannot be read";
    return problems.add({.file = path.string(), .what = what, .mend = "make it a readable file of at most 1 MiB, or take it out"});
  }
  files.push_back({path.string(), std::string{std::istreambuf_iterator<char>{in}, {}}});
}

}  // namespace

std::filesystem::path default_folder() {
  std::error_code ignored;
  const std::filesystem::path installed{"/usr/share/holdup/firmware-profiles"};
  return std::filesystem::is_directory(installed, ignored) ? installed : std::filesystem::path{HOLDUP_PROFILES_DIR};
}

Library load_folder(const std::filesystem::path& folder, ground::Problems& problems) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".yaml") paths.push_back(at->path());
  if (error || paths.empty())
    problems.add({.file = folder.string(), .what = "no firmware profiles here", .mend = "name their folder with --profiles"});
  std::sort(paths.begin(), paths.end());
  std::vector<File> files;
  for (const auto& path : paths) read_file(path, files, problems);
  return Library::load(files, problems);
}

}  // namespace holdup::profile
