#include "drivers/profile/files/profile_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace holdup::profile {
namespace {

constexpr std::uintmax_t most_bytes = 1 << 20;  // of one YAML file; a larger one is refused unread

void read_file(const std::filesystem::path& path, int layer, std::vector<File>& files, ground::Problems& problems) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  const auto bytes = regular ? std::filesystem::file_size(path, error) : 0;
  std::ifstream in;
  if (regular && bytes <= most_bytes) in.open(path, std::ios::binary);  // to open a FIFO would wait for its writer
  if (!regular || error || !in.is_open()) {
    const auto* what = regular && bytes > most_bytes ? "larger than 1 MiB" : "cannot be read";
    return problems.add({.file = path.string(), .what = what, .mend = "make it a readable file of at most 1 MiB, or take it out"});
  }
  files.push_back({path.string(), std::string{std::istreambuf_iterator<char>{in}, {}}, layer});
}

void read_folder(const std::string& folder, int layer, std::vector<File>& files, ground::Problems& problems) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".yaml") paths.push_back(at->path());
  if (error || (paths.empty() && layer == 0))
    problems.add({.file = folder, .what = "no firmware profiles here", .mend = "name their folder with --profiles"});
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) read_file(path, layer, files, problems);
}

}  // namespace

std::vector<std::string> default_folders() {
  std::error_code ignored;
  const std::string installed{"/usr/share/holdup/firmware-profiles"}, own{"/etc/holdup/profiles"};
  std::vector<std::string> out{std::filesystem::is_directory(installed, ignored) ? installed : HOLDUP_PROFILES_DIR};
  if (std::filesystem::is_directory(own, ignored)) out.push_back(own);
  return out;
}

Library load_folders(const std::vector<std::string>& folders, ground::Problems& problems) {
  std::vector<File> files;
  int layer = 0;
  for (const auto& folder : folders) read_folder(folder, layer++, files, problems);
  return Library::load(files, problems);
}

}  // namespace holdup::profile
