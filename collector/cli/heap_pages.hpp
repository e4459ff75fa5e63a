#pragma once

#include <cstdint>

// The heap on large pages. A loss runs through what lies all over it and has not been touched for long; each small page costs a walk
// through the page tables, in a virtual machine a double one.
namespace holdup::cli {

class HeapPages {
 public:
  /// Gathers the next 2 MiB, from the first again after the last: some 0.3 ms where they lay on small pages, next to nothing where not.
  /// Does nothing with kernels before 6.1.
  void gather_next();

 private:
  std::uintptr_t next_ = 0;
};

}  // namespace holdup::cli
