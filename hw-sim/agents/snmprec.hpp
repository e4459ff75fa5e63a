#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/object_table.hpp"

// Recordings in snmpsim's format, `OID|TAG|VALUE` a line: what `hw-sim replay` serves over SNMP.
namespace hwsim::agents {

/// What stands in a .snmprec file. Unsorted lines, CRLF and a missing final newline are fine; of two lines with one OID the last holds.
struct SnmpRecording {
  std::vector<RecordedObject> objects;  // sorted by OID, each OID once
  std::vector<Variation> variations;    // that objects name
  struct Skipped {
    std::size_t line = 0;  // 1-based
    std::string why;
  };
  std::vector<Skipped> skipped;
};

[[nodiscard]] SnmpRecording parse_snmprec(std::string_view text);

}  // namespace hwsim::agents
