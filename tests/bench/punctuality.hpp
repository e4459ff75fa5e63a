#pragma once

#include <chrono>
#include <cstddef>

// How late devices that live are asked while others are dead or slow: holdup's plan and drivers beside a bare timer loop, both at the same
// time, both judged by when their questions arrive at the agents.
namespace holdup::bench {

struct Crowd {
  std::size_t devices = 1000, dead = 300, slow = 50;
  std::chrono::milliseconds period{1000};
  int rounds = 5;
  std::chrono::milliseconds round{4000};
};

/// Measures and prints.
void punctuality(const Crowd& crowd);

}  // namespace holdup::bench
