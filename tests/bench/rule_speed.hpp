#pragma once

#include <cstddef>
#include <string>
#include <vector>

// The parts of bench-rules that time the engine alone; each prints its own lines.
namespace holdup::bench {

/// Each of `kinds`, by name; none: all. 1,000 rules over 10,000 series, beside a bare threshold and the plain evaluator.
void rule_kinds_speed(int rounds, const std::vector<std::string>& kinds);
/// Thresholds and joins over more and more series, each read by one rule: cost a sample, time to an alert's change, memory.
void rule_sizes(int rounds, const std::vector<std::size_t>& sizes);
/// More and more rules on each series.
void rule_readers(int rounds);
/// The longest call, by kind: in one rule over all series, and in many.
void rule_turns(int rounds, const std::vector<std::size_t>& sizes, const std::vector<std::string>& kinds);

/// What rules look back at, read from a store and taken in: time of both threads, and the longest turn.
void rule_past(std::size_t series, int days);

}  // namespace holdup::bench
