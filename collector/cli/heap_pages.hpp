#pragma once

#include <cstdint>

// The heap on large pages. A loss runs through what lies all over it and has not been touched for long; each small page costs a walk
// through the page tables, in a virtual machine a double one.
namespace holdup::cli {

class HeapPages {
 public:
  /// From now on the heap grows by 32 MiB of addresses at a time, and what is touched of them is given in large pages,
  /// 0.4 to 2 ms each, once.
  HeapPages();
  /// Asks for large pages where the heap has grown since; next to nothing where it has not. What was touched by then stays on small ones,
  /// unless the kernel gathers them by itself.
  void look_after();

 private:
  std::uintptr_t seen_ = 0;  // up to here
};

}  // namespace holdup::cli
