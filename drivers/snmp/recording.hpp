#pragma once

#include <cstddef>
#include <string_view>

#include "drivers/profile/library.hpp"
#include "drivers/snmp/answers.hpp"

// An agent's answers as a recording keeps them: snmpsim's .snmprec, OID|TAG|VALUE a line. `holdup profile test` reads it. Pure.
namespace holdup::snmp {

struct Recording {
  Answers answers;
  profile::Seen seen;
  std::size_t values = 0, skipped = 0;  // lines taken; lines that are none, or compute their value
};

[[nodiscard]] Recording parse_recording(std::string_view text);

}  // namespace holdup::snmp
