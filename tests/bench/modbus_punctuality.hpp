#pragma once

#include <chrono>
#include <cstddef>

// How punctually a loop asks many units fast, beside a bare timer loop at the same time, and how soon it sees that a register changed:
// holdup's plan and fleet as the daemon has them, without the core.
namespace holdup::bench {

struct FastCrowd {
  std::size_t devices = 64;
  std::chrono::milliseconds period{10};
  std::chrono::seconds time{60};
};

/// Both measure and print.
void fast_grid(const FastCrowd& crowd);
void change_seen(const FastCrowd& crowd);

}  // namespace holdup::bench
