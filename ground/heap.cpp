#include "ground/heap.hpp"

#include <cstddef>
#include <cstdlib>

namespace holdup::ground {

/// Asked for much it does so now. Never twice for the same size: it would find at once what it got back last.
void sort_freed() {
  static thread_local std::size_t much = 2048;
  much ^= 4096U;
  void* volatile piece = std::malloc(much);
  std::free(piece);
}

}  // namespace holdup::ground
