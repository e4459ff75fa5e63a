#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

// One of several ways to do the same work, measured by the processor time of the thread that does it, in rounds that alternate.
namespace holdup::bench {

[[nodiscard]] inline double thread_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class T>
[[nodiscard]] T median(std::vector<T> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

struct Way {
  std::string name;
  std::function<std::size_t()> poll;  // the values read
  std::vector<double> micros;         // CPU µs a value, of each round

  void round(std::size_t cycles, std::size_t expected) {
    const double start = thread_cpu_seconds();
    for (std::size_t c = 0; c < cycles; ++c)
      if (poll() != expected) throw std::runtime_error{name + " did not get every value"};
    micros.push_back((thread_cpu_seconds() - start) * 1e6 / static_cast<double>(cycles * expected));
  }
};

}  // namespace holdup::bench
