#include "store/wear.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace holdup::store {
namespace {

constexpr std::int64_t log_header = 32;
constexpr std::int64_t frame_header = 24;  // begins with the number of its page

// How many pages the frames from `first` up to `end` are of: a checkpoint writes each once.
std::uint64_t pages_of(const std::string& log, std::int64_t page_size, int first, int end) {
  const int descriptor = ::open(log.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  std::vector<std::uint32_t> pages;
  pages.reserve(static_cast<std::size_t>(end - first));
  std::array<std::uint8_t, 4> number{};
  for (int frame = first; frame < end; ++frame) {
    const auto at = log_header + frame * (frame_header + page_size);
    if (::pread(descriptor, number.data(), number.size(), at) != static_cast<ssize_t>(number.size())) break;
    pages.push_back(std::uint32_t{number[0]} << 24U | std::uint32_t{number[1]} << 16U | std::uint32_t{number[2]} << 8U | number[3]);
  }
  ::close(descriptor);
  std::ranges::sort(pages);
  return static_cast<std::uint64_t>(std::ranges::unique(pages).begin() - pages.begin());
}

}  // namespace

Wear::Wear(sqlite3* file, std::string log_path, std::int64_t page_size)
    : file_{file}, log_path_{std::move(log_path)}, page_size_{page_size} {}

void Wear::note_frames() {
  int frames = 0, highest = 0;  // since the last time: what SQLite counts for longer begins anew after 2^31
  if (sqlite3_db_status(file_, SQLITE_DBSTATUS_CACHE_WRITE, &frames, &highest, 1) != SQLITE_OK) return;
  bytes_ += static_cast<std::uint64_t>(frames) * static_cast<std::uint64_t>(page_size_ + frame_header);
}

void Wear::note_checkpoint(int in_log, int moved) {
  if (in_log < moved_) moved_ = 0;  // begun anew since
  if (moved <= moved_) return;
  bytes_ += pages_of(log_path_, page_size_, moved_, moved) * static_cast<std::uint64_t>(page_size_);
  moved_ = moved;
}

}  // namespace holdup::store
