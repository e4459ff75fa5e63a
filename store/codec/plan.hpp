#pragma once

#include <cstdint>
#include <span>
#include <vector>

// How a row of whole numbers goes into digits: chosen by how often each occurs. Pure.
namespace holdup::store::codec {

/// A number n is the digit d and the `low` bits b with n = from + d × 2^low + b; digits are below base − 1, which says that n stands
/// elsewhere.
struct Plan {
  std::int64_t from = 0;
  unsigned base = 2;
  unsigned low = 0;
  bool all = false;  // have a digit
  double bits = 0;   // what all will take, roughly
};

/// Of a sample of them.
[[nodiscard]] std::int64_t median(std::span<const std::int64_t> numbers);

/// Those that promise most, at most so many; they differ in how many digits go into a byte. `numbers`: not empty.
[[nodiscard]] std::vector<Plan> plans(std::span<const std::int64_t> numbers, std::size_t most);

}  // namespace holdup::store::codec
