#pragma once

#include <string>

// Numbers in annotations, as Prometheus' templates print them (Go's verbs), without the locale.
namespace holdup::rules {

/// Go's %v: "230", "4.9", "1e+06".
[[nodiscard]] std::string plain_number(double value);
/// Go's %.4g with an SI prefix: "1.235k", "12m".
[[nodiscard]] std::string humanized(double value);

/// With prefixes of 1024: "1.5Gi".
[[nodiscard]] std::string humanized_binary(double value);
/// Seconds: "1d 2h 3m 4s", "12.5s", "3ms".
[[nodiscard]] std::string humanized_duration(double value);

struct NumberFormat {
  char verb = 'g';     // e, f or g
  int precision = -1;  // -1: e and f print six digits, g the shortest text
};
[[nodiscard]] std::string formatted(double value, NumberFormat format);

}  // namespace holdup::rules
