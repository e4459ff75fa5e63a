#pragma once

#include <vector>

// `bench-detect --parts core`: what the core alone takes for a reading, at racks of different size.
namespace holdup::bench {

/// `rounds` of each size, which counts racks of 100 points; the median is printed with the least and the most.
void measure_core(const std::vector<int>& sizes, int rounds);

}  // namespace holdup::bench
