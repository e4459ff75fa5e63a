#include "collector/cli/heap_pages.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string>

namespace holdup::cli {
namespace {

constexpr int step = 32 << 20;
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

HeapPages::HeapPages() {
  ::mallopt(M_TOP_PAD, step);
  ::mallopt(M_TRIM_THRESHOLD, 4 * step);
  ::mallopt(M_MMAP_THRESHOLD, step);  // as high as it would come to by itself, had nothing been set
  void* some = std::malloc(step / 2);
  asm volatile("" : "+r"(some));  // or there would be no call, and no growth
  std::free(some);
  look_after();
}

void HeapPages::look_after() {
  const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
  if (end == seen_) return;
  if (const auto from = heap_begin() / large * large + large; from != large && from < end)
    (void)::madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);
  seen_ = end;
}

}  // namespace holdup::cli
