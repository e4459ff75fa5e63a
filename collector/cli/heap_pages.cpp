#include "collector/cli/heap_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Debian 12's headers are older than its kernel
#endif

namespace holdup::cli {
namespace {

constexpr std::uintptr_t large = std::uintptr_t{2} << 20;

/// The heap's line in /proc/self/maps: "55d0-55e0 rw-p 00000000 00:00 0 [heap]". 0 where there is none.
std::uintptr_t heap_begin() {
  std::ifstream maps{"/proc/self/maps"};
  std::uintptr_t begin = 0;
  for (std::string line; begin == 0 && std::getline(maps, line);)
    if (line.ends_with("[heap]")) std::from_chars(line.data(), line.data() + line.size(), begin, 16);
  return begin;
}

}  // namespace

void HeapPages::gather_next() {
  const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
  if (next_ == 0 || next_ + large > end) next_ = (heap_begin() + large - 1) / large * large;
  if (next_ == 0 || next_ + large > end) return;
  (void)::madvise(reinterpret_cast<void*>(next_), large, MADV_COLLAPSE);
  next_ += large;
}

}  // namespace holdup::cli
