#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/power/noise.hpp"

// Seeded choices of the world tests: the same seed makes the same rack and the same misfortunes.
namespace world {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_{seed} {}

  /// 0 <= n < sides.
  std::size_t below(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
  std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
  bool chance(double ratio) { return hwsim::power::unit_interval(next()) < ratio; }
  std::chrono::milliseconds moment(std::chrono::milliseconds least, std::chrono::milliseconds most) {
    return std::chrono::milliseconds{between(static_cast<std::size_t>(least.count()), static_cast<std::size_t>(most.count()))};
  }
  template <class T>
  const T& pick(const std::vector<T>& of) {
    return of[below(of.size())];
  }

 private:
  std::uint64_t next() { return hwsim::power::draw(seed_, {++count_}); }

  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace world
