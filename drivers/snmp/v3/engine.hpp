#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "ground/instant.hpp"

// An SNMPv3 engine as one session knows it: its name, and the clock that its time window is measured by. Pure.
namespace holdup::v3 {

using EngineId = std::vector<std::uint8_t>;

struct Engine {
  EngineId id;                        // empty: not discovered yet
  std::uint32_t boots = 0, time = 0;  // as last told; time in seconds
  ground::Instant told{};             // when
  bool proven = false;                // told by an authentic message

  [[nodiscard]] bool known() const { return !id.empty(); }
  /// Its time as it must be by now.
  [[nodiscard]] std::int64_t time_at(ground::Instant now) const {
    return time + std::chrono::duration_cast<std::chrono::seconds>(now - told).count();
  }
};

/// "80001f88…" in lower-case hexadecimal.
[[nodiscard]] inline std::string hex(const EngineId& id) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : id) out.append({digits[byte >> 4], digits[byte & 15]});
  return out;
}

}  // namespace holdup::v3
