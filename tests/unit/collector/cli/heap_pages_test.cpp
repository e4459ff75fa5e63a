#include "collector/cli/heap_pages.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

constexpr std::size_t large = 2 << 20;

/// KiB of the memory whose line in the kernel's list ends so that lie on large pages.
long on_large_pages(const std::string& name) {
  std::ifstream maps{"/proc/self/smaps"};
  bool is_it = false;
  long kib = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) is_it = line.ends_with(name);
    if (is_it && line.starts_with("AnonHugePages:")) kib += std::stol(line.substr(line.find(':') + 1));
  }
  return kib;
}

/// Whether the kernel does it to memory of any kind: not where it was built or told to do without.
bool kernel_gives_large_pages() {
  auto* all = static_cast<char*>(::mmap(nullptr, 2 * large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(all != MAP_FAILED);
  auto* piece = all + (large - reinterpret_cast<std::uintptr_t>(all) % large) % large;
  const long before = on_large_pages("");
  ::madvise(piece, large, MADV_HUGEPAGE);
  *piece = 1;
  const bool done = on_large_pages("") > before;
  ::munmap(all, 2 * large);
  return done;
}

using Held = std::vector<std::unique_ptr<std::vector<int>>>;

void grow(Held& held, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes / 4000; ++i) held.push_back(std::make_unique<std::vector<int>>(1000, static_cast<int>(held.size())));
}

bool is_whole(const Held& held) {
  for (std::size_t i = 0; i < held.size(); ++i)
    if (*held[i] != std::vector<int>(1000, static_cast<int>(i))) return false;
  return true;
}

}  // namespace

TEST_CASE("the heap lies on large pages, what it has grown by, too, and keeps what it holds") {
  const long share = kernel_gives_large_pages() ? 1 : 0;
  const auto child = ::fork();  // whose heap it is alone
  if (child == 0) {
    holdup::cli::HeapPages pages;
    Held held;
    grow(held, 16 << 20);
    const long first = on_large_pages("[heap]");
    for (int step = 0; step < 8; ++step) grow(held, 16 << 20), pages.look_after();
    const long then = on_large_pages("[heap]");
    ::_exit(!is_whole(held) ? 1 : first < share * (12 << 10) ? 2 : then < share * (96 << 10) ? 3 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
