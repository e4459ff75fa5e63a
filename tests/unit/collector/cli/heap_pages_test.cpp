#include "collector/cli/heap_pages.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

/// KiB of the heap that lie on large pages, as the kernel tells.
long gathered() {
  std::ifstream maps{"/proc/self/smaps"};
  bool heap = false;
  long kib = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) heap = line.ends_with("[heap]");
    if (heap && line.starts_with("AnonHugePages:")) kib += std::stol(line.substr(line.find(':') + 1));
  }
  return kib;
}

/// Whether the kernel does it to memory of any kind: not before 6.1, and not where it was built without.
bool kernel_gathers() {
  constexpr std::size_t large = 2 << 20;
  constexpr int collapse = 25;
  auto* all = static_cast<char*>(::mmap(nullptr, 2 * large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(all != MAP_FAILED);
  auto* piece = all + (large - reinterpret_cast<std::uintptr_t>(all) % large) % large;
  *piece = 1;
  const bool done = ::madvise(piece, large, collapse) == 0;
  ::munmap(all, 2 * large);
  return done;
}

}  // namespace

TEST_CASE("a heap is gathered on large pages piece by piece, keeps what it holds, and again as it grows") {
  std::vector<std::unique_ptr<std::vector<int>>> held;  // small enough to lie on the heap
  const auto grow = [&] {
    for (int i = 0; i < 4096; ++i) held.push_back(std::make_unique<std::vector<int>>(1000, static_cast<int>(held.size())));
  };
  grow();
  holdup::cli::HeapPages pages;
  for (int i = 0; i < 100; ++i) pages.gather_next();
  const auto first = gathered();
  grow();
  for (int i = 0; i < 100; ++i) pages.gather_next();
  for (std::size_t i = 0; i < held.size(); ++i) REQUIRE(*held[i] == std::vector<int>(1000, static_cast<int>(i)));
  const long piece = kernel_gathers() ? 8 << 10 : 0;
  CHECK(first >= piece);
  CHECK(gathered() >= first + piece);
}
