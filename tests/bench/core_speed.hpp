#pragma once

// `bench-detect --parts core`: what the core alone takes for a reading, at racks of different size.
namespace holdup::bench {

/// `rounds` of each size; the median is printed with the least and the most.
void measure_core(int rounds);

}  // namespace holdup::bench
