#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ground/instant.hpp"

// How long something of ours took, counted in fixed buckets: the loop fills it, the serve thread shows copies of it on /metrics. A value.
namespace holdup::ground {

class Histogram {
 public:
  /// Upper bounds in seconds, each belonging to its bucket; longer ones are in the count only.
  static constexpr std::array<double, 14> bounds{0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

  void observe(Duration took);

  /// How many took at most bounds[bucket].
  [[nodiscard]] std::uint64_t up_to(std::size_t bucket) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum_seconds() const { return seconds(sum_); }

 private:
  std::array<std::uint64_t, bounds.size()> buckets_{};
  std::uint64_t count_ = 0;
  Duration sum_{};
};

}  // namespace holdup::ground
