#pragma once

// The parts of bench-rules that start Debian's Prometheus beside holdup's engines, each with the same series, rules and questions.
namespace holdup::bench {

/// 1,000 rules of a kind over 10,000 series, every second: holdup's in this program, Prometheus' over what it scrapes from this program.
void rules_beside_prometheus(int seconds);
/// 24 series over six hours of seconds, a point a minute.
void range_beside_prometheus(int rounds);

}  // namespace holdup::bench
