#pragma once

#include <cstdint>
#include <string>

#include "drivers/snmp/v3/engine.hpp"
#include "ground/result.hpp"

// Our own SNMPv3 engine: its id, drawn once, and how often it has started, kept in a small file of two lines. Whoever speaks as an engine
// (to receive informs) begins by counting a start: the count is on the disk before the first packet, or devices that saw a higher one
// refuse us after a loss of power.
namespace holdup::v3 {

struct EngineBoots {
  EngineId id;
  std::uint32_t boots = 0;    // of this run; from 1
  ground::Instant counted{};  // when its time began

  /// Counts this start in the file, which is made where it is missing, and returns when that is durable.
  [[nodiscard]] static ground::Result<EngineBoots> count_start(const std::string& path);
};

}  // namespace holdup::v3
